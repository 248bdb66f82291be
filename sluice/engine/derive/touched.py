"""Which rows of a preprocessed table depend on differences of its base table, and which rows they are compared with.

A row that differs is computed again, and so are the rows that are alike to it, as it is now or as it was: their totals
change, or another one of them is the first. To compute those, all rows that are alike to them are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.declare import Preprocessed
from sluice.engine.derive.statements import Statements, old
from sluice.engine.derive.table import LOOK_UP
from sluice.engine.preprocess.step import Alike
from sluice.engine.tables.catalog import table_identifier
from sluice.engine.tables.indexes import has_index

query = statements(__name__)


class TouchedRows:
    """Of one build, in the transaction of `cursor`, which has compared the base table with its earlier rows."""

    def __init__(self, cursor: Cursor, statements: Statements, table: Preprocessed, values: dict[str, Any]) -> None:
        self._cursor = cursor
        self._sql = statements
        self._differences = Statements(statements.pipeline, table.table).temp("diff")
        self._touched, self._needed = statements.temp("touched"), statements.temp("needed")
        self._table = table
        self._values = values
        self._columns = sorted({name for alike in table.alike for name in alike.columns})
        self._indexes = {alike: self._index(alike) for alike in table.alike}

    def can_be_found(self) -> bool:
        """Whether there is an index by which to find the rows that are alike to a given one."""
        return all(self._indexes.values())

    def note(self, *, most: int) -> int | None:
        """Note the keys of the rows to compute and to read. Returns how many to compute; None if too many."""
        self._cursor.execute(LOOK_UP)
        touched = self._note(self._touched, self._differences, self._now_and_before())
        if touched > most or self._note(self._needed, self._touched, self._as_they_are(self._touched)) > most:
            return None
        return touched

    def to_read(self) -> tuple[sql.Composable, sql.Composable]:
        """The rows of the base table to read, under its name, and the condition for those to compute."""
        base = sql.SQL("({}) as {}").format(self._as_they_are(self._needed), sql.Identifier(self._table.of))
        is_touched = sql.SQL("exists (select from {} k where {})")
        return base, is_touched.format(self._touched, self._sql.same_key("k.", "r."))

    def _index(self, alike: Alike) -> Sequence[str]:
        """The longest of the base table's `lookups` that these rows can be found by, and whose index is there."""
        base = self._table.table
        fitting = (each for each in base.lookups if set(each) <= set(alike.columns))
        there = (each for each in fitting if has_index(self._cursor, base.name, base.lookup_index(each)))
        return max(there, key=len, default=())

    def _note(self, noted: sql.Identifier, keys: sql.Identifier, rows: sql.Composable) -> int:
        """Note the keys of these rows, and of those that are alike to them. Returns how many."""
        alike = sql.SQL("").join(each for alike in self._table.alike for each in self._alike(alike))
        rows = rows if self._columns else sql.SQL("select")  # nothing is compared with them
        self._cursor.execute(self._fill("make_keys", noted=noted, keys=keys, rows=rows, alike=alike), self._values)
        found = self._cursor.rowcount
        self._cursor.execute(sql.SQL(query("analyze_keys")).format(keys=noted))
        return found

    def _now_and_before(self) -> sql.Composable:
        before = (sql.SQL("{} as {}").format(old(name), sql.Identifier(name)) for name in self._columns)
        return self._fill(
            "now_and_before",
            keys=self._differences,
            columns=_listed(self._columns),
            old_columns=sql.SQL(", ").join(before),
        )

    def _as_they_are(self, keys: sql.Identifier) -> sql.Composable:
        return self._fill("as_they_are", keys=keys, key_k_o=self._sql.same_key("k.", "o."))

    def _alike(self, alike: Alike) -> Iterator[sql.Composable]:
        """The keys of the rows that are alike to the given ones, by which columns of the index have no value: an index
        finds those that equal a value, and those that have none, but not both by one condition."""
        indexed = self._indexes[alike]
        for lacking in product((False, True) if alike.nulls else (False,), repeat=len(indexed)):
            known = [name for name, lacks in zip(indexed, lacking, strict=True) if not lacks]
            without = [name for name, lacks in zip(indexed, lacking, strict=True) if lacks]
            yield self._fill(
                "alike_rows",
                b_key=_listed(self._table.own_key, "b"),
                columns=_listed(alike.columns),
                given=_all(
                    _each("{0} is not null", known if alike.nulls else alike.columns), _each("{0} is null", without)
                ),
                found=_all(_each("b.{0} = a.{0}", known), _each("b.{0} is null", without)),
                same=sql.SQL("row({}) is not distinct from row({})").format(
                    _listed(alike.columns, "b"), _listed(alike.columns, "a")
                ),
            )

    def _fill(self, template: str, **parts: sql.Composable) -> sql.Composed:
        known: dict[str, sql.Composable] = {
            "key": _listed(self._table.own_key),
            "base": table_identifier(self._table.of),
            "slice": self._sql.slice(),
        }
        return sql.SQL(query(template).partition("\n")[2]).format(**known | parts)


def _listed(names: Sequence[str], table: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in names)


def _each(condition: str, names: Sequence[str]) -> list[sql.Composable]:
    return [sql.SQL(condition).format(sql.Identifier(name)) for name in names]


def _all(*conditions: list[sql.Composable]) -> sql.Composed:
    return sql.SQL(" and ").join(each for some in conditions for each in some)
