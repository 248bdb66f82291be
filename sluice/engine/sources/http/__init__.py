"""An HTTP API as a source: requests, pages, and the end of paging."""
