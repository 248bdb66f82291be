"""Words for sources: files, an API, a query."""
