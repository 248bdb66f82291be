"""One derived table, built for one date: all of it, or the grains that new inputs touched.

A table that was built before is compared with what its rows are now, and only rows that differ are written: so a
build that changes nothing costs no space, and what changed is known exactly.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import Derived, Pipeline
from sluice.engine.derive.statements import Statements
from sluice.engine.failpoint import failpoint
from sluice.engine.ledger.queries import query

# Looking up what new rows touch beats reading everything as long as they are few, or this share of all rows.
FEW, FEW_SHARE = 1000, 0.05
# What they touch lies in memory, most of it: without this the planner reads whole tables instead.
_LOOK_UP = "set local random_page_cost = 1.1"
# Each row to change is fetched by its place. The planner would read the whole table, of all dates, to find them.
_BY_PLACE = "set local enable_hashjoin = off; set local enable_mergejoin = off"
_BY_ANY = "set local enable_hashjoin = default; set local enable_mergejoin = default"


@dataclass
class Built:
    """What a build did: `rows` there are now, `touched` grains computed again, and what differs from before."""

    mode: str
    rows: int = 0
    touched: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    sum_before: Decimal | None = None
    sum_after: Decimal | None = None
    moves: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Before:
    """The newest build for the same date, if it still stands."""

    definition: str
    rows: int
    total: Decimal | None
    upto: int
    value: str | None


@dataclass(frozen=True)
class _Since:
    """Inputs that became final since then, and the number of the newest."""

    upto: int
    inputs: list[int]
    replaced: bool
    sources: list[str]
    rows: float
    rows_in_all: float


class TableBuild:
    """Builds a derived table inside the caller's transaction."""

    def __init__(self, cursor: Cursor, pipeline: Pipeline, derived: Derived, as_of: date | None) -> None:
        self._cursor = cursor
        self._pipeline = pipeline
        self._derived = derived
        self._sql = Statements(pipeline, derived)
        self._as_of = as_of if derived.dated else None
        self._values: dict[str, Any] = {"pipeline": pipeline.name, "as_of": self._as_of, **derived.params}

    def build(self, run: int) -> Built:
        """Bring the table up to date, and note in the ledger what that changed."""
        started = time.monotonic()
        # one build of a table after the other: each sees what the one before it wrote
        self._cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 2))", (self._derived.name,))
        before = self._last()
        since = self._since(before.upto if before else -1)
        # what is settled from here on is left to the build that follows it
        self._values["upto"] = since.upto
        failpoint("build.looked")
        built = self._bring_up_to_date(before, since)
        if self._derived.counted_by is not None:
            built.counts = self._one("count_by")[0]
        facts = vars(built) | {"moves": json.dumps(built.moves), "counts": json.dumps(built.counts)}
        facts |= {"run": run, "pipeline": self._pipeline.name, "derived": self._derived.name, "as_of": self._as_of}
        facts |= {"value": self._derived.value, "definition": self._derived.definition, "upto": since.upto}
        self._cursor.execute(query("note_build"), facts | {"seconds": time.monotonic() - started})
        return built

    def _bring_up_to_date(self, before: _Before | None, since: _Since) -> Built:
        if before is None:
            return self._from_nothing()
        if before.definition == self._derived.definition:
            if not since.inputs:
                return Built("unchanged", rows=before.rows, sum_before=before.total, sum_after=before.total)
            if self._adds_only(since) and since.rows <= max(FEW, FEW_SHARE * since.rows_in_all):
                values = self._values | {"inputs": since.inputs}
                self._cursor.execute(_LOOK_UP)
                return self._moved(before, values) if self._derived.moved else self._touched(before, values)
        return self._anew(before)

    def _last(self) -> _Before | None:
        asked = {"pipeline": self._pipeline.name, "derived": self._derived.name, "as_of": self._as_of}
        self._cursor.execute(query("last_build"), asked)
        row = self._cursor.fetchone()
        before = _Before(*row) if row is not None else None
        if before is None or not before.rows:
            return before
        if not self._one("has_rows")[0]:  # somebody has emptied the table
            return None
        return before if before.value == self._derived.value else replace(before, total=self._one("sum_all")[1])

    def _since(self, upto: int) -> _Since:
        self._cursor.execute(query("settled_since"), {"pipeline": self._pipeline.name, "upto": upto})
        return _Since(*(self._cursor.fetchone() or (0, [], False, [], 0, 0)))

    def _adds_only(self, since: _Since) -> bool:
        """Whether the new inputs only brought new rows: nothing was replaced, updated or taken away."""
        flows = [flow for flow in self._pipeline.flows if flow.source.name in since.sources]
        keeps = all(flow.table.on_conflict == "keep" for flow in flows)
        knows_how = self._derived.touched is not None or self._derived.moved is not None
        return knows_how and keeps and not since.replaced

    def _from_nothing(self) -> Built:
        """The first build for a date: there is nothing to compare with."""
        # not in one statement: what is inserted is not computed in parallel
        self._cursor.execute(self._sql.of("make_new", select=self._sql.own(self._derived.sql)), self._values)
        self._cursor.execute(self._sql.of("insert_all"))
        rows = self._cursor.rowcount
        total = self._one("sum_all")[1] if self._derived.value is not None else None
        return Built("full", rows=rows, touched=rows, added=rows, sum_after=total)

    def _anew(self, before: _Before) -> Built:
        self._cursor.execute(self._sql.of("make_new", select=self._sql.own(self._derived.sql)), self._values)
        return self._compare(Built("full", touched=self._cursor.rowcount), before, "diff_all")

    def _moved(self, before: _Before, values: dict[str, Any]) -> Built:
        """Compute the rows that new inputs changed, from what these were before."""
        self._cursor.execute(self._sql.of("diff_moved", select=self._sql.own(self._derived.moved or "")), values)
        built = Built("touched", touched=self._cursor.rowcount)
        self._cursor.execute(self._sql.of("keep_differing"))
        return self._write(built, before)

    def _touched(self, before: _Before, values: dict[str, Any]) -> Built:
        """Compute everything that belongs together with what new inputs touched."""
        self._cursor.execute(self._sql.of("make_touched", select=self._sql.own(self._derived.touched or "")), values)
        touched = self._cursor.rowcount
        self._cursor.execute(self._sql.of("analyze_touched"))
        self._cursor.execute(self._sql.of("make_new", select=self._sql.own(self._derived.sql, narrow=True)), values)
        return self._compare(Built("touched", touched=touched), before, "diff_touched")

    def _compare(self, built: Built, before: _Before, diff: str) -> Built:
        """Write what differs between the table and the new rows."""
        self._cursor.execute(self._sql.of("analyze_new"))
        self._cursor.execute(self._sql.of(diff), self._values)
        self._cursor.execute(self._sql.of("analyze_diff"))
        return self._write(built, before)

    def _write(self, built: Built, before: _Before) -> Built:
        built.added, built.removed, built.changed, moved = self._one("count_diff")
        if self._derived.value is not None:
            built.sum_before = before.total or Decimal(0)
            built.sum_after = built.sum_before + moved
            built.moves = self._one("largest_moves")[0]
        self._cursor.execute(self._sql.of("delete_removed"))
        if built.changed:
            self._cursor.execute(_BY_PLACE)
            self._cursor.execute(self._sql.of("update_changed"))
            self._cursor.execute(_BY_ANY)
        self._cursor.execute(self._sql.of("insert_added"))
        built.rows = before.rows + built.added - built.removed
        return built

    def _one(self, name: str) -> tuple[Any, ...]:
        self._cursor.execute(self._sql.of(name), self._values)
        row: tuple[Any, ...] = self._cursor.fetchone() or ()
        return row
