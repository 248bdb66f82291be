"""The contract: what a table's columns must be, and the way from rows of text to rows that keep it."""

from sluice.engine.rows.contract.apply import Contract, Transformed, types_of

__all__ = ["Contract", "Transformed", "types_of"]
