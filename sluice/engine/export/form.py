"""The form of an exported file: its format, compression and order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal["csv", "parquet"]


@dataclass(frozen=True)
class Form:
    """How tables are written.

    `compress` packs CSV with gzip, and Parquet with Zstandard instead of Snappy. `ordered` writes rows sorted by the
    table's key, so that the same rows are the same bytes; without it they come in the order of the table's file.
    """

    format: Format = "csv"
    compress: bool = False
    ordered: bool = False

    @property
    def gzip(self) -> bool:
        """Whether the whole file is compressed; Parquet compresses its pages itself."""
        return self.compress and self.format == "csv"

    def file_name(self, table: str) -> str:
        """The name of a table's file in a folder."""
        return f"{table}.{self.format}{'.gz' if self.gzip else ''}"
