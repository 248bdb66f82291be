"""Parquet: `spell_parquet` writes a file's wanted columns as CSV, value for value, and from there on it is one."""

from sluice.engine.formats.parquet.read import is_parquet, names_of_parquet, spell_parquet

__all__ = ["is_parquet", "names_of_parquet", "spell_parquet"]
