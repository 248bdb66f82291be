"""The tables that pipelines serve: one implementation of pages, filters and rows for all of them."""
