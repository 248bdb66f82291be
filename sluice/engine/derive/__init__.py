"""Derived tables: built from loaded ones in one transaction, wholly or where new rows touched them."""
