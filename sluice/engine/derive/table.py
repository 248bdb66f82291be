"""The build of one derived table for one date, independent of how its rows are computed.

A table that was built before is compared with its new rows, and only rows that differ are written: so a build without
changes costs no space, and the changes are known exactly.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.declare import Computed, Pipeline
from sluice.engine.derive.statements import Statements

query = statements(__name__)

# Each row to change is fetched by its ctid. The planner would read the whole table, of all dates, to find them.
_BY_PLACE = "set local enable_hashjoin = off; set local enable_mergejoin = off"
_BY_ANY = "set local enable_hashjoin = default; set local enable_mergejoin = default"

# Each row is looked up. Without this the planner reads whole tables instead: it does not know that most is in memory.
LOOK_UP = "set local random_page_cost = 1.1"


@dataclass
class Built:
    """The result of a build: the number of `rows` now, of `recomputed` keys or rows, and of differences.

    `steps` are those of a preprocessed table in their order, each with how many rows it `changed`, by reason.
    """

    mode: str
    rows: int = 0
    recomputed: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    sum_before: Decimal | None = None
    sum_after: Decimal | None = None
    moves: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Before:
    """The newest build for the same date."""

    definition: str
    rows: int
    total: Decimal | None
    upto: int
    value: str | None
    counted_by: str | None
    counts: dict[str, int]


@dataclass(frozen=True)
class Since:
    """Inputs that became final since that build: the number of the newest, whether any of them deleted older rows or
    gave some other values, their sources, and how many rows they and all had."""

    upto: int
    inputs: list[int]
    replaced: bool
    updated: bool
    sources: list[str]
    rows: int
    rows_in_all: int | None  # None: not known up to `upto`


class TableBuild(ABC):
    """Builds a derived table inside the caller's transaction. Subclasses compute its rows."""

    def __init__(self, cursor: Cursor, pipeline: Pipeline, derived: Computed, as_of: date | None) -> None:
        self._cursor = cursor
        self._pipeline = pipeline
        self._derived = derived
        self._sql = Statements(pipeline, derived)
        self._as_of = as_of if derived.dated else None
        self._values: dict[str, Any] = {"pipeline": pipeline.name, "as_of": self._as_of, **derived.params}
        self._run = 0
        self.differs_from: int | None = None  # `upto` of the build from which the table of differences shows the way

    @abstractmethod
    def _compute(self) -> int:
        """Fill the temporary table with the new rows. Returns how many."""

    def _is_valid(self, before: Before) -> bool:
        """Whether the old rows are still valid where no input is new."""
        return before.definition == self._derived.definition

    def _build_incremental(self, before: Before, since: Since) -> Built | None:  # noqa: ARG002 - for those that can
        """Compute only what the new inputs changed; None if that is not known."""
        return None

    def _changed_by(self) -> list[dict[str, Any]]:
        """The steps of the table, with how many rows each of them changed."""
        return []

    def build(self, run: int) -> Built:
        """Bring the table up to date, and record the changes in the ledger."""
        started = time.monotonic()
        # one build of a table after the other: each reads what the one before it wrote
        lock(self._cursor, Lock.BUILDING, self._derived.name)
        before = self._last()
        since = self._since(before.upto if before else None)
        # rows that are settled from here on are left to the next build
        self._values["upto"], self._run = since.upto, run
        failpoint("build.looked")
        built = self._bring_up_to_date(before, since)
        built.steps = self._changed_by()
        if self._derived.counted_by is not None:
            built.counts = self._counts(built, before)
        facts = vars(built) | {"moves": json.dumps(built.moves), "counts": json.dumps(built.counts)}
        facts["steps"] = json.dumps(built.steps)
        facts |= {"run": run, "pipeline": self._pipeline.name, "derived": self._derived.name, "as_of": self._as_of}
        facts |= {"value": self._derived.value, "counted_by": self._derived.counted_by}
        facts |= {"definition": self._derived.definition, "upto": since.upto}
        facts["read_upto"] = since.rows_in_all
        self._cursor.execute(query("note_build"), facts | {"seconds": time.monotonic() - started})
        return built

    def _counts(self, built: Built, before: Before | None) -> dict[str, int]:
        """How many rows there are of each kind: only a full build, or the first one that counts them so, reads them."""
        if before is None or built.mode == "full" or before.counted_by != self._derived.counted_by:
            return dict(self._one("count_by")[0])
        more = self._one("count_diff_by")[0] if built.mode == "incremental" else {}
        counts = {kind: before.counts.get(kind, 0) + more.get(kind, 0) for kind in before.counts | more}
        return {kind: rows for kind, rows in counts.items() if rows}

    def _bring_up_to_date(self, before: Before | None, since: Since) -> Built:
        if before is None:
            return self._build_first()
        if self._is_valid(before):
            if not since.inputs:
                return Built("unchanged", rows=before.rows, sum_before=before.total, sum_after=before.total)
            built = self._build_incremental(before, since)
            if built is not None:
                return built
        return self._rebuild(before)

    def _last(self) -> Before | None:
        params = {"pipeline": self._pipeline.name, "derived": self._derived.name, "as_of": self._as_of}
        self._cursor.execute(query("last_build"), params)
        row = self._cursor.fetchone()
        before = Before(*row) if row is not None else None
        if before is None or not before.rows:
            return before
        if not self._one("has_rows")[0]:  # the table was emptied
            return None
        return before if before.value == self._derived.value else replace(before, total=self._one("sum_all")[1])

    def _since(self, upto: int | None) -> Since:
        """What became final since that build; with None there was no build, and only the newest number is wanted."""
        self._cursor.execute(query("settled_since"), {"pipeline": self._pipeline.name, "upto": upto})
        return Since(*(self._cursor.fetchone() or (0, [], False, False, [], 0, 0)))

    def _build_first(self) -> Built:
        """Build the first rows for a date: there is nothing to compare with."""
        self._compute()
        self._cursor.execute(self._sql.of("insert_all"))
        rows = self._cursor.rowcount
        total = self._one("sum_all")[1] if self._derived.value is not None else None
        return Built("full", rows=rows, recomputed=rows, added=rows, sum_after=total)

    def _rebuild(self, before: Before) -> Built:
        return self._compare(Built("full", recomputed=self._compute()), before, "diff_all")

    def _compare(self, built: Built, before: Before, diff: str) -> Built:
        """Write what differs between the table and the new rows."""
        self._cursor.execute(self._sql.of("analyze_new"))
        self._cursor.execute(self._sql.of(diff), self._values)
        self._cursor.execute(self._sql.of("analyze_diff"))
        return self._write(built, before)

    def _write(self, built: Built, before: Before) -> Built:
        self.differs_from = before.upto
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
