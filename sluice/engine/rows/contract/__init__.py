"""The contract of a table: the rules of its columns, and how rows of text become typed rows that fulfil them."""

from sluice.engine.rows.contract.apply import Contract, Transformed, read_types, types_of

__all__ = ["Contract", "Transformed", "read_types", "types_of"]
