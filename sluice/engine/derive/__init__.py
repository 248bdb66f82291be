"""Derived tables: built from loaded ones in one transaction, wholly or by what new rows change."""
