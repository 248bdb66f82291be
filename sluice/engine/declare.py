"""Declarations: the words with which a pipeline file says what goes where.

A declaration is data. It is checked when the pipeline file is imported, so a mistake is met at start-up
and names itself, and its `repr` is what the contract's version is the hash of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sluice.engine.checks import Check
from sluice.engine.types.base import ColumnType
from sluice.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,58}")
LINEAGE = ("_input_id", "_line")
MAX_SKIP = 10_000
Transform = Callable[["pd.DataFrame"], "pd.DataFrame"]


def _identifier(what: str, name: str) -> None:
    if not IDENTIFIER.fullmatch(name):
        raise ConfigError(f"{what} {name!r} is not a name: use lower-case letters, digits and _ (at most 59).")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `source` is the header it is read from (default: its own name; matched without regard to case and
    surrounding spaces). A `required` column's empty value is a reject with the code `missing`. `nulls` are
    spellings that mean empty in this column, e.g. `("N/A", "-")`, matched like headers are.
    """

    name: str
    type: ColumnType
    source: str | None = None
    required: bool = False
    check: Check | None = None
    nulls: Sequence[str] = ()

    def __post_init__(self) -> None:
        _identifier("Column", self.name)
        if self.name in LINEAGE:
            raise ConfigError(f"Column {self.name!r} is Sluice's own: every table has it already.")
        if isinstance(self.nulls, str):
            raise ConfigError(f"Column {self.name!r}: nulls is a tuple of spellings: nulls=({self.nulls!r},).")

    @property
    def header(self) -> str:
        return self.source if self.source is not None else self.name


@dataclass(frozen=True)
class Generated:
    """A column that PostgreSQL computes from others, e.g. `Generated("minutes", "numeric", "seconds / 60.0")`."""

    name: str
    pg_type: str
    expression: str

    def __post_init__(self) -> None:
        _identifier("Generated column", self.name)


@dataclass(frozen=True)
class Table:
    """A destination: columns, key, and what happens on a key that is already there.

    `on_conflict="keep"`: same key and same values is a duplicate, other values a reject `key_conflict`.
    `on_conflict="update"`: the newer row replaces the older one (updated, or unchanged if equal).
    """

    name: str
    key: Sequence[str]
    columns: Sequence[Column]
    on_conflict: Literal["keep", "update"] = "keep"
    generated: Sequence[Generated] = ()

    def __post_init__(self) -> None:
        _identifier("Table", self.name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Table {self.name!r}: " + " ".join(mistakes))

    def _mistakes(self) -> list[str]:
        names = [c.name for c in self.columns] + [g.name for g in self.generated]
        found = [f"Column {n!r} is declared twice." for n in sorted(set(names)) if names.count(n) > 1]
        if not self.key:
            found.append("It has no key: name the columns that tell two rows apart, key=(...).")
        by_name = {c.name: c for c in self.columns}
        for part in self.key:
            if part not in by_name:
                found.append(f"Key column {part!r} is not among its columns.")
            elif not by_name[part].required:
                found.append(f"Key column {part!r} must be required=True: a key is never empty.")
        if self.on_conflict not in ("keep", "update"):
            found.append(f"on_conflict={self.on_conflict!r} is neither 'keep' nor 'update'.")
        return found


@dataclass(frozen=True)
class Files:
    """Files as a source. `pattern` is a glob below the inbox (setting SLUICE_INBOX) for scheduled runs.

    What a file is, is told by its first bytes: CSV, JSON lines or Parquet; plain or packed by gzip, bzip2, xz,
    Zstandard or zip. What the bytes cannot tell is declared: an `encoding` other than UTF-8 and UTF-16 (`"cp1252"`,
    `"latin-1"`); `skip`, the physical lines before the header; `header`, the names of the columns of files that have
    none. `delimiter` is sniffed from the head of each file unless declared (`,` `;` tab or `|`).
    """

    pattern: str
    delimiter: str | None = None
    name: str = "files"
    encoding: str | None = None
    skip: int = 0
    header: Sequence[str] | None = None

    def __post_init__(self) -> None:
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Files({self.pattern!r}): " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        if self.delimiter is not None and self.delimiter not in {",", ";", "\t", "|"}:
            yield f"delimiter {self.delimiter!r} is not one of , ; tab |."
        if self.encoding is not None and not _is_text_encoding(self.encoding):
            yield f"encoding {self.encoding!r} is not known to Python; say e.g. 'cp1252'."
        if not 0 <= self.skip <= MAX_SKIP:
            yield f"skip is a number of lines from 0 to {MAX_SKIP}."
        if isinstance(self.header, str) or (self.header is not None and not self.header):
            yield "header lists the names of the columns, in their order: header=('id', 'name')."

    @property
    def reading(self) -> dict[str, object]:
        """What is declared about how its files are read: another reading of the same bytes is other rows."""
        header = None if self.header is None else list(self.header)
        said = {"delimiter": self.delimiter, "encoding": self.encoding, "skip": self.skip, "header": header}
        return {name: value for name, value in said.items() if value}

    @property
    def name_pattern(self) -> str:
        """What the names of its files look like, wherever they lie."""
        return self.pattern.rpartition("/")[2]


def _is_text_encoding(name: str) -> bool:
    try:
        return isinstance("".encode(name), bytes)
    except LookupError:
        return False


@dataclass(frozen=True)
class Daily:
    """Every day at `at` (HH:MM) in the time zone `tz` (an IANA name)."""

    at: str
    tz: str = "UTC"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", self.at):
            raise ConfigError(f"Daily({self.at!r}): write the time as HH:MM, from 00:00 to 23:59.")
        try:
            ZoneInfo(self.tz)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                f"Daily: {self.tz!r} is not a time zone; use an IANA name such as Africa/Nairobi."
            ) from error

    @property
    def hour(self) -> int:
        return int(self.at[:2])

    @property
    def minute(self) -> int:
        return int(self.at[3:])


@dataclass(frozen=True)
class Pipeline:
    """One dataset's flow, declared in one file: where it comes from, where it goes, and when."""

    name: str
    source: Files
    table: Table
    schedule: Daily | None = None
    transform: Transform | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _identifier("Pipeline", self.name)
