"""Derived tables: built from loaded ones in one transaction, wholly or where new rows touched them."""

from sluice.engine.steps.build import build_run, definition_of

__all__ = ["build_run", "definition_of"]
