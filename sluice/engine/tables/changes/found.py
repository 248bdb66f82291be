"""A table as it is in the database, as far as a change must know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import mappings, record, records
from sluice.engine.tables.catalog import table_identifier, type_names

query = statements(__name__)

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@dataclass(frozen=True)
class Facts:
    """A column. `filled`: it has a default, or is an identity."""

    name: str
    pg_type: str
    not_null: bool
    filled: bool
    generated: bool
    expression: str | None


@dataclass(frozen=True)
class Size:
    """A table's estimates, and who may alter it. `rows` is None where it was never analyzed."""

    rows: int | None
    bytes: int
    index_bytes: int
    triggers: bool
    owned: bool
    owner: str

    def __str__(self) -> str:
        rows = "an unknown number of rows" if self.rows is None else f"about {self.rows:,} rows"
        return f"{in_words(self.bytes)}, {rows}"


@dataclass(frozen=True)
class Unique:
    """A constraint or an index by which rows are unique."""

    name: str
    is_constraint: bool
    is_primary: bool
    columns: list[str]


@dataclass(frozen=True)
class Partition:
    """By what a table is partitioned: "range", "list" or "hash" of columns; an expression is "(...)"."""

    strategy: str
    columns: list[str]

    def __str__(self) -> str:
        return f"{self.strategy} ({', '.join(self.columns)})"


class Found:
    """An existing table. What costs more than the catalog is read at its first use."""

    def __init__(self, cursor: Cursor, name: str) -> None:
        self.cursor = cursor
        self.name = name
        self._named = place(name) | {"called": name}
        cursor.execute(query("facts_of_columns"), self._named)
        facts = mappings(cursor)
        types = type_names(cursor, [each["pg_type"] for each in facts])  # of a domain, the type that it is made of
        self.columns: Mapping[str, Facts] = {
            each["name"]: Facts(**each | {"pg_type": spelled}) for each, spelled in zip(facts, types, strict=True)
        }

    @cached_property
    def size(self) -> Size:
        """Rows and bytes, for costs."""
        self.cursor.execute(query("facts_of_table"), self._named)
        size = record(self.cursor, Size)
        if size is None:
            raise LookupError(self.name)
        return size

    @cached_property
    def has_rows(self) -> bool:
        """Whether it has any row; a lock of the table is waited for."""
        self.cursor.execute(sql.SQL(query("has_rows")).format(table=self.identifier))
        return self.cursor.fetchone() == (True,)

    @cached_property
    def known(self) -> frozenset[str]:
        """The columns that an earlier declaration had."""
        self.cursor.execute(in_ledger("select to_regclass('sluice.revision') is not null"))
        if self.cursor.fetchone() != (True,):
            return frozenset()
        self.cursor.execute(query("known_columns"), self._named)
        return frozenset(name for (name,) in self.cursor.fetchall())

    def now_named(self, old: str) -> tuple[str, str]:
        """The column that an earlier name belongs to now, and when it was renamed; empty where there is none."""
        seen, name, at = {old}, old, ""
        while name in self._became:
            name, at = self._became[name]
            if name in self.columns:
                return name, at
            if name in seen:
                break
            seen.add(name)
        return "", ""

    @cached_property
    def _became(self) -> dict[str, tuple[str, str]]:
        self.cursor.execute(in_ledger("select to_regclass('sluice.renamed') is not null"))
        if self.cursor.fetchone() != (True,):
            return {}
        self.cursor.execute(query("became"), self._named)
        return {old: (new, at) for old, new, at in self.cursor.fetchall()}

    @cached_property
    def uniques(self) -> list[Unique]:
        """What makes rows unique, the primary key first."""
        self.cursor.execute(query("keys_of"), self._named)
        return records(self.cursor, Unique)

    @cached_property
    def partition(self) -> Partition | None:
        """By what it is partitioned, if it is."""
        self.cursor.execute(query("partition_of"), self._named)
        return record(self.cursor, Partition)

    @property
    def identifier(self) -> sql.Identifier:
        """The table in SQL."""
        return table_identifier(self.name)

    def too_large(self, column: str, *, limit: int, scale: int) -> int:
        """How many rows have a number of as many digits as `limit` or more, or of more decimals than `scale`."""
        statement = sql.SQL(query("too_large")).format(table=self.identifier, column=sql.Identifier(column))
        self.cursor.execute(statement, {"limit": limit, "scale": scale})
        return int((self.cursor.fetchone() or (0,))[0])

    def views_on(self, column: str) -> list[str]:
        """The views that use a column."""
        self.cursor.execute(query("views_on"), self._named | {"column": column})
        return [name for (name,) in self.cursor.fetchall()]


def in_words(size: int) -> str:
    """1300000000 -> 1.2 GB, in powers of 1,024 as PostgreSQL counts."""
    value, unit = float(size), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{size:,} bytes"
