"""A table of one SELECT over loaded tables: all of it, or where new inputs touched it."""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import Derived, Pipeline
from sluice.engine.derive.table import Before, Built, Since, TableBuild

# Looking up what new rows touch beats reading everything as long as they are few, or this share of all rows.
FEW, FEW_SHARE = 1000, 0.05
# What they touch lies in memory, most of it: without this the planner reads whole tables instead.
_LOOK_UP = "set local random_page_cost = 1.1"


class SelectBuild(TableBuild):
    """Builds a `Derived` table."""

    def __init__(self, cursor: Cursor, pipeline: Pipeline, derived: Derived, as_of: date | None) -> None:
        super().__init__(cursor, pipeline, derived, as_of)
        self._select = derived

    def _compute(self) -> int:
        # not in one statement with the insert: what is inserted is not computed in parallel
        self._cursor.execute(self._sql.of("make_new", select=self._sql.own(self._select.sql)), self._values)
        return self._cursor.rowcount

    def _partly(self, before: Before, since: Since) -> Built | None:
        if not self._adds_only(since) or since.rows > max(FEW, FEW_SHARE * since.rows_in_all):
            return None
        values = self._values | {"inputs": since.inputs}
        self._cursor.execute(_LOOK_UP)
        return self._moved(before, values) if self._select.moved else self._touched(before, values)

    def _adds_only(self, since: Since) -> bool:
        """Whether the new inputs only brought new rows: nothing was replaced, updated or taken away."""
        flows = [flow for flow in self._pipeline.flows if flow.source.name in since.sources]
        keeps = all(flow.table.on_conflict == "keep" for flow in flows)
        knows_how = self._select.touched is not None or self._select.moved is not None
        return knows_how and keeps and not since.replaced

    def _moved(self, before: Before, values: dict[str, Any]) -> Built:
        """Compute the rows that new inputs changed, from what these were before."""
        self._cursor.execute(self._sql.of("diff_moved", select=self._sql.own(self._select.moved or "")), values)
        built = Built("touched", touched=self._cursor.rowcount)
        self._cursor.execute(self._sql.of("keep_differing"))
        return self._write(built, before)

    def _touched(self, before: Before, values: dict[str, Any]) -> Built:
        """Compute everything that belongs together with what new inputs touched."""
        self._cursor.execute(self._sql.of("make_touched", select=self._sql.own(self._select.touched or "")), values)
        touched = self._cursor.rowcount
        self._cursor.execute(self._sql.of("analyze_touched"))
        self._cursor.execute(self._sql.of("make_new", select=self._sql.own(self._select.sql, narrow=True)), values)
        return self._compare(Built("touched", touched=touched), before, "diff_touched")
