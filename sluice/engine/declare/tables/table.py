"""Tables and their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import check_column, check_table, twice
from sluice.engine.declare.tables.checks import Check
from sluice.engine.types.base import ColumnType
from sluice.engine.types.forgotten import can_identify
from sluice.engine.types.masked import Masked
from sluice.errors import ConfigError

LINEAGE = ("_input_id", "_line")


@dataclass(frozen=True)
class Column(Declaration):
    """One column of a table.

    `header` is the header it is read from (default: its own name; matched without regard to case and
    surrounding spaces). A `required` column's empty value is a reject with the code `missing`. `nulls` are
    spellings that mean empty in this column, e.g. `("N/A", "-")`, matched like headers are.

    An input without an optional column is loaded, and `sluice status` names the column; with `must_exist=True` it is
    refused, though single values may be empty.

    `pii` marks personal data, as True or a word (`"phone"`): rejects do not show its values, and are kept without them.

    `renamed_from` are earlier names of the column in the table, `("old",)`: `sluice migrate`, or the next run, renames
    it, and its values stay. They can be left out once all databases have the new name.

    `mask=True` stores, instead of each value, its HMAC-SHA256 with the key SLUICE_MASK_KEY, as text: equal values stay
    equal. Such a column is personal data, too.
    """

    name: str
    type: ColumnType
    header: str | None = None
    required: bool = False
    check: Check | None = None
    nulls: Sequence[str] = ()
    must_exist: bool = False
    pii: bool | str = False
    renamed_from: Sequence[str] = ()
    mask: bool = False

    def __post_init__(self) -> None:
        check_column("Column", self.name)
        if self.name in LINEAGE:
            raise ConfigError(f"Column {self.name!r} is reserved: Sluice adds it to every table.")
        if not isinstance(self.pii, bool | str) or self.pii == "":
            raise ConfigError(
                f"Column {self.name!r}: pii must be True, False or a word like 'phone', not {self.pii!r}."
            )

        if not isinstance(self.mask, bool):
            raise ConfigError(f"Column {self.name!r}: mask must be True or False, not {self.mask!r}.")
        if self.mask:
            self._masked()

    def _masked(self) -> None:
        if self.check is not None:
            raise ConfigError(f"Column {self.name!r}: mask=True stores no value that check={self.check!r} could check.")
        if not can_identify(self.type.arrow):
            raise ConfigError(
                f"Column {self.name!r}: mask=True would hide nothing, there are few values of {self.type!r}."
            )
        if not isinstance(self.type, Masked):
            object.__setattr__(self, "type", Masked(self.type))
        object.__setattr__(self, "pii", self.pii or True)

    @property
    def reads(self) -> ColumnType:
        """The type that reads a file's values; of a masked column it is not what is stored."""
        return self.type.of if isinstance(self.type, Masked) else self.type

    @property
    def expected(self) -> bool:
        """Whether an input without it is refused."""
        return self.required or self.must_exist

    @property
    def private(self) -> bool:
        """Whether its values are personal data: it is marked so, or its type is."""
        return bool(self.pii) or self.type.private

    @property
    def header_name(self) -> str:
        """The header that it is read from."""
        return self.header if self.header is not None else self.name


@dataclass(frozen=True)
class Generated(Declaration):
    """A column that PostgreSQL computes from others, e.g. `Generated("minutes", "numeric", "seconds / 60.0")`."""

    name: str
    pg_type: str
    expression: str

    def __post_init__(self) -> None:
        check_column("Generated column", self.name)
        if self.name in LINEAGE:
            raise ConfigError(f"Generated column {self.name!r} is reserved: Sluice adds it to every table.")


@dataclass(frozen=True)
class Table(Declaration):
    """A destination: columns, key, and the rule for a key that already exists.

    `on_conflict="keep"`: the same key and values are a duplicate, other values a reject `key_conflict`.
    `on_conflict="update"`: the newer row replaces the older one (updated, or unchanged if equal).
    `indexes` lists columns to look rows up by, `[("customer_id",)]`; the key has its index already.
    """

    name: str
    key: Sequence[str]
    columns: Sequence[Column]
    on_conflict: Literal["keep", "update"] = "keep"
    generated: Sequence[Generated] = ()
    indexes: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        check_table("Table", self.name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Table {self.name!r}: " + " ".join(mistakes))

    def _mistakes(self) -> list[str]:
        names = [c.name for c in self.columns] + [g.name for g in self.generated]
        mistakes = [f"Column {n!r} is declared twice." for n in twice(names)]
        if not self.key:
            mistakes.append("key must not be empty: name the columns that identify a row, key=(...).")
        mistakes += [f"Key column {n!r} is named twice." for n in twice(self.key)]
        by_name = {c.name: c for c in self.columns}
        for part in self.key:
            if part not in by_name:
                mistakes.append(f"Key column {part!r} is not among its columns.")
            elif not by_name[part].required:
                mistakes.append(f"Key column {part!r} must be required=True: a key must not be empty.")
        indexed = {column for index in self.indexes for column in index}
        mistakes += [f"Index column {column!r} is not among its columns." for column in sorted(indexed - set(names))]
        mistakes += self._mistakes_of_renames(set(names))
        if self.on_conflict not in ("keep", "update"):
            mistakes.append(f"on_conflict must be 'keep' or 'update', not {self.on_conflict!r}.")
        return mistakes

    def _mistakes_of_renames(self, names: set[str]) -> list[str]:
        olds = [old for column in self.columns for old in column.renamed_from]
        mistakes = [
            f"Column {column.name!r} is renamed from {old!r}, which is a column of its own: leave out renamed_from."
            for column in self.columns
            for old in column.renamed_from
            if old in names
        ]
        return mistakes + [f"{old!r} is in renamed_from of two columns." for old in twice(olds)]
