"""Queries of other databases as sources: of PostgreSQL by COPY, and below `alchemy` of the others."""
