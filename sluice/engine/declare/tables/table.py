"""Tables and their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

import pyarrow as pa

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import LINEAGE, check_column, check_table, twice
from sluice.engine.declare.tables.checks import OF_SINGLE_VALUES, Check
from sluice.engine.declare.tables.children import Children
from sluice.engine.declare.tables.expiry import first_day_kept, mistakes_of_expiry
from sluice.engine.declare.tables.generated import Generated, Identity
from sluice.engine.declare.tables.partitions import PartitionUnit, mistakes_of_partitions, partition_check
from sluice.engine.declare.tables.versions import mistakes_of_versions
from sluice.engine.types import Json
from sluice.engine.types.base import ColumnType
from sluice.engine.types.forgotten import can_identify
from sluice.engine.types.masked import Masked
from sluice.errors import ConfigError


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

    `default` is the value of empty cells, and of all cells where the file lacks the column: written as in a file
    (`"EUR"`, `"0.00"`), or a number.
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
    default: str | int | Decimal | bool | None = None

    def __post_init__(self) -> None:
        check_column("Column", self.name)
        if self.name in LINEAGE:
            raise ConfigError(f"Column {self.name!r} is reserved: Sluice adds it to every table.")
        if not isinstance(self.pii, bool | str) or self.pii == "":
            raise ConfigError(
                f"Column {self.name!r}: pii must be True, False or a word like 'phone', not {self.pii!r}."
            )
        if self.default is not None and self.required:
            raise ConfigError(
                f"Column {self.name!r}: default is for empty values, and required rejects them: remove one of the two."
            )
        if isinstance(self.check, OF_SINGLE_VALUES) and not self.type.comparable:
            raise ConfigError(
                f"Column {self.name!r}: {self.check!r} compares with a number or a text, and values of {self.type!r}"
                " are neither: leave the check out."
            )
        self.default_value  # noqa: B018 - a mistake is met when the file is read
        if not isinstance(self.mask, bool):
            raise ConfigError(f"Column {self.name!r}: mask must be True or False, not {self.mask!r}.")
        if self.mask:
            self._masked()

    @cached_property
    def default_value(self) -> pa.Scalar | None:
        """The typed default. Raises ConfigError where the column's type, or its check, refuses it."""
        if self.default is None:
            return None
        text = str(self.default).lower() if isinstance(self.default, bool) else str(self.default)
        if not isinstance(self.default, str):
            text = text.replace(".", self.type.decimal_mark)
        parsed = self.type.parse(pa.array([text], pa.string()))
        refused = [
            *parsed.refused,
            *([self.check.refuse(parsed.values)] if self.check and parsed.values[0].is_valid else []),
        ]
        reasons = [each.reason.replace("{value}", text) for each in refused if each.rows[0]]
        if not reasons and not parsed.values[0].is_valid:
            reasons = ["it is empty, so it is null, which a column has without a default."]
        if reasons:
            raise ConfigError(f"Column {self.name!r}: default={self.default!r}: {reasons[0]}")
        return parsed.values[0]

    def _masked(self) -> None:
        if self.default is not None:
            raise ConfigError(f"Column {self.name!r}: mask=True hides no default: leave out default={self.default!r}.")
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
class Table(Declaration):
    """A destination: columns, key, and the rule for a key that already exists.

    `key=None`: the data has no key. Every line is a row, also one that is equal to another, and `_input_id` and `_line`
    identify it. A file whose content was loaded before adds nothing.
    `on_conflict="keep"`: the same key and values are a duplicate, other values a reject `key_conflict`.
    `on_conflict="update"`: the newer row replaces the older one (updated, or unchanged if equal).
    `generated` are columns that PostgreSQL fills: `Generated` computes one from others, `Identity` numbers the rows.
    `on_conflict="history"`: likewise, and what was replaced stays as a closed version in NAME_history. The views
    NAME_versions and NAME_current have all versions, with `valid_from` and `valid_to` (which may have other names), and
    the newest ones. A version's moment is that of its run; or, with `versions_by="changed_at"`, the value of that
    column: then all versions are in the table itself, those that come late in their place.
    `removed_at="deleted_at"`, for snapshots: a row that the newest one does not have is not deleted, but marked with
    the moment of that run in this column, until a snapshot has it again.
    `indexes` lists columns to look rows up by, `[("customer_id",)]`; the key has its index already.
    `partition_by` is a required column of a date or a moment: the table has a partition for each month that rows have,
    or for each `partition_unit`, "day", "month" or "year" (in UTC). A key must have this column, too. Values outside
    the years 1900 to 2199 are rejects `out_of_range`, unless the column has a check of its own.
    `adopt=True` lets `sluice migrate` add what it needs to a table that Sluice has not made.
    `expire_after="90 days"` (days, weeks, months or years) deletes older rows each day (`sluice expire`, or beat): by
    the date in the column `expire_by`, or, without it, by when they were loaded. Days are those of UTC. Later files do
    not bring such rows back: they are rejects `expired`.
    `children` are lists within its records, each loaded into a table of its own: `[Children("lines", Table(...))]`.
    """

    name: str
    key: Sequence[str] | None
    columns: Sequence[Column]
    on_conflict: Literal["keep", "update", "history"] = "keep"
    generated: Sequence[Generated | Identity] = ()
    indexes: Sequence[Sequence[str]] = ()
    adopt: bool = False
    expire_after: str | None = None
    expire_by: str | None = None
    partition_by: str | None = None
    partition_unit: Literal["day", "month", "year"] = "month"
    valid_from: str = "valid_from"
    valid_to: str = "valid_to"
    versions_by: str | None = None
    removed_at: str | None = None
    children: Sequence[Children] = ()

    def __post_init__(self) -> None:
        check_table("Table", self.name, room=len("_versions") if self.on_conflict == "history" else 0)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Table {self.name!r}: " + " ".join(mistakes))
        if self.partition_by is not None:
            columns = [
                replace(each, check=partition_check(each)) if self._unchecked(each) else each for each in self.columns
            ]
            object.__setattr__(self, "columns", columns)

    def _unchecked(self, column: Column) -> bool:
        return column.name == self.partition_by and column.check is None

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that identify a row: the key (of versions, with their moment), else those that Sluice adds, and
        that of partitions."""
        if self.key is None:
            return LINEAGE if self.partition_by is None else (*LINEAGE, self.partition_by)
        return (*self.key, self.versions_by) if self.versions_by else tuple(self.key)

    @property
    def partition(self) -> tuple[str, PartitionUnit] | None:
        """The column by which it is partitioned, and what a partition is for."""
        return None if self.partition_by is None else (self.partition_by, self.partition_unit)

    @property
    def expressions(self) -> list[Generated]:
        """The columns that are computed from others."""
        return [each for each in self.generated if isinstance(each, Generated)]

    @property
    def numbered(self) -> list[Identity]:
        """The columns that number the rows."""
        return [each for each in self.generated if isinstance(each, Identity)]

    def first_day_kept(self, today: date) -> date | None:
        """The first day whose rows are kept; None where rows do not expire."""
        return None if self.expire_after is None else first_day_kept(self.expire_after, today)

    @property
    def updates(self) -> bool:
        """Whether a row replaces an older one of its key."""
        return self.on_conflict != "keep"

    @property
    def moments(self) -> Mapping[str, str]:
        """Columns with moments of runs, which Sluice fills: their PostgreSQL types."""
        names = [self.removed_at] if self.removed_at else []
        return dict.fromkeys([*names, self.valid_from] if self.closed_name else names, "timestamptz")

    @property
    def closed_name(self) -> str | None:
        """The table of the versions that a run has closed, if there is one."""
        return f"{self.name}_history" if self.on_conflict == "history" and self.versions_by is None else None

    @property
    def views(self) -> tuple[str, ...]:
        """The views of all versions, and of the newest ones."""
        return (f"{self.name}_versions", f"{self.name}_current") if self.on_conflict == "history" else ()

    @property
    def read(self) -> tuple[Column, ...]:
        """The columns that a source writes: its own, and the lists of its children."""
        lists = {each.of: Column(f"list_{at}", Json(), each.of) for at, each in enumerate(self.children)}
        known = {column.header_name for column in self.columns}
        return (*self.columns, *(column for header, column in lists.items() if header not in known))

    def _mistakes(self) -> list[str]:
        names = [c.name for c in self.columns] + [g.name for g in self.generated]
        mistakes = [f"Column {n!r} is declared twice." for n in twice(names)]
        mistakes += [] if self.columns else ["columns must not be empty: name at least one, columns=[Column(...)]."]
        mistakes += self._mistakes_of_key(() if self.key is None else self.key)
        mistakes += self._mistakes_of_headers()
        indexed = {column for index in self.indexes for column in index}
        mistakes += [f"Index column {column!r} is not among its columns." for column in sorted(indexed - set(names))]
        mistakes += self._mistakes_of_renames(set(names))
        mistakes += mistakes_of_expiry(self.expire_after, self.expire_by, self.columns)
        mistakes += mistakes_of_partitions(self)
        if len(self.numbered) > 1:
            mistakes.append("It has two Identity columns, and PostgreSQL numbers rows in one: leave one out.")
        mistakes += [mistake for each in self.children for mistake in each.mistakes(self)]
        if self.on_conflict not in ("keep", "update", "history"):
            mistakes.append(f"on_conflict must be 'keep', 'update' or 'history', not {self.on_conflict!r}.")
        elif self.key is None and self.on_conflict != "keep":
            mistakes.append(
                f"on_conflict={self.on_conflict!r} needs a key, by which a row finds the older one: "
                "name its columns, key=(...), or leave on_conflict out."
            )
        return [*mistakes, *mistakes_of_versions(self)]

    def _mistakes_of_renames(self, names: set[str]) -> list[str]:
        olds = [old for column in self.columns for old in column.renamed_from]
        mistakes = [
            f"Column {column.name!r} is renamed from {old!r}, which is a column of its own: leave out renamed_from."
            for column in self.columns
            for old in column.renamed_from
            if old in names
        ]
        return mistakes + [f"{old!r} is in renamed_from of two columns." for old in twice(olds)]

    def _mistakes_of_headers(self) -> Iterator[str]:
        """A header gives its cells as JSON, or as the text of a single value, to all of its columns."""
        nested = {column.header_name: column.name for column in self.columns if column.type.nested}
        for column in self.columns:
            if column.header_name in nested and not column.type.nested:
                yield (
                    f"Columns {nested[column.header_name]!r} and {column.name!r} read the header "
                    f"{column.header_name!r}, and only one of them takes JSON: remove one, or make both Json()."
                )

    def _mistakes_of_key(self, key: Sequence[str]) -> Iterator[str]:
        if self.key is not None and not key:
            yield (
                "key must not be empty: name the columns that identify a row, key=(...), or declare that there are "
                "none, key=None: then every line is a row."
            )
        for name in twice(key):
            yield f"Key column {name!r} is named twice."
        by_name = {c.name: c for c in self.columns}
        for part in key:
            if part not in by_name:
                yield f"Key column {part!r} is not among its columns."
            elif not by_name[part].required:
                yield f"Key column {part!r} must be required=True: a key must not be empty."
            elif not by_name[part].type.in_keys:
                yield f"Key column {part!r} is {by_name[part].type!r}, which a key must not have: use another column."
