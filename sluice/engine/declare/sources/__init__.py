"""Declarations of sources: files, an API, a query."""
