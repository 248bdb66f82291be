"""Tables and their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import LINEAGE, check_table, twice
from sluice.engine.declare.tables.children import Children
from sluice.engine.declare.tables.column import Column
from sluice.engine.declare.tables.expiry import first_day_kept, mistakes_of_expiry
from sluice.engine.declare.tables.generated import Generated, Identity
from sluice.engine.declare.tables.partitions import PartitionUnit, mistakes_of_partitions, partition_check
from sluice.engine.declare.tables.versions import mistakes_of_versions
from sluice.engine.types import Json
from sluice.errors import ConfigError


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
