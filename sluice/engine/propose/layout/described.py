"""What is known of a file before its rows are read, and what the user knows about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa

from sluice.engine.declare import Column, Files, Table
from sluice.engine.types import Text
from sluice.errors import DataError

CSV, JSON_LINES, PARQUET, EXCEL = "CSV", "JSON lines", "Parquet", "Excel"
OBJECTS = (JSON_LINES, EXCEL)  # read as objects with keys
ANY = Table("any_table", key=("a",), columns=[Column("a", Text(), required=True)])  # nothing is requested by it


@dataclass(frozen=True)
class Options:
    """What the user knows about files: encoding, delimiter, whether they have a header, and the sheet of workbooks."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class FileLook:
    """A file as it is read: `source` has the options to declare, `names` are those of its columns.

    `left_out` are columns that no table can have, each with the reason; `kinds` are the types of a Parquet file.
    `before` are the texts of the `skip` lines before the table, `renamed` is why its header is not used.
    """

    uri: str
    format: str
    source: Files
    names: tuple[str, ...]
    before: tuple[str, ...] = ()
    skip: int = 0
    headless: bool = False
    renamed: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, pa.DataType] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """A table that requests all columns as text."""
        if self.format not in (PARQUET, EXCEL):
            return ANY
        columns = [Column(f"c{i}", Text(), header=name, required=i == 0) for i, name in enumerate(self.names)]
        return Table("any_table", key=("c0",), columns=columns)


@contextmanager
def named(uri: str) -> Iterator[None]:
    """Errors about a file name it."""
    try:
        yield
    except DataError as error:
        raise DataError(error.code, f"{uri}: {error.reason}") from error
