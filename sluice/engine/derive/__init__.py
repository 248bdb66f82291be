"""Derived tables: built from loaded ones in one transaction, in full or incrementally."""
