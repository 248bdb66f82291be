"""A query of another PostgreSQL as a source."""
