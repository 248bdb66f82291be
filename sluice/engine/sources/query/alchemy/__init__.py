"""Queries of databases other than PostgreSQL, through SQLAlchemy."""
