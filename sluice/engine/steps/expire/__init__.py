"""Expiry: rows that are older than their table keeps them are deleted, in batches, while no run writes to the table."""
