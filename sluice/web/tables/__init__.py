"""What pipelines serve, by their declarations: one implementation of pages, filters and rows for all tables."""
