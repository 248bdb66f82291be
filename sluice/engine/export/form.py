"""What an exported file is: its format, packing and order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal["csv", "parquet"]


@dataclass(frozen=True)
class Form:
    """How tables are written.

    `compress` packs CSV with gzip, and Parquet with Zstandard in place of Snappy. `ordered` writes rows by the table's
    key, so that the same rows are the same bytes; without it they come as they lie, which sorts nothing.
    """

    format: Format = "csv"
    compress: bool = False
    ordered: bool = False

    @property
    def gzip(self) -> bool:
        """Whether the whole file is packed; Parquet packs its pages itself."""
        return self.compress and self.format == "csv"

    def file_name(self, table: str) -> str:
        """What a table's file is called in a folder."""
        return f"{table}.{self.format}{'.gz' if self.gzip else ''}"
