"""An HTTP API as a source: requests, pages, and which page is the last."""
