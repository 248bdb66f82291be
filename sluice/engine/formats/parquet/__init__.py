"""Parquet: `spell_parquet` converts a file's requested columns to CSV, value by value."""

from sluice.engine.formats.parquet.read import is_parquet, names_of_parquet, spell_parquet

__all__ = ["is_parquet", "names_of_parquet", "spell_parquet"]
