"""A table of one SELECT over loaded tables: computed in full, or only what new inputs may have changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import Derived, Pipeline
from sluice.engine.derive.table import LOOK_UP, Before, Built, Since, TableBuild

# Looking up what new rows change is faster than reading everything up to this number or share of all rows.
FEW, FEW_SHARE = 1000, 0.05


class SelectBuild(TableBuild):
    """Builds a `Derived` table."""

    def __init__(self, cursor: Cursor, pipeline: Pipeline, derived: Derived, as_of: date | None) -> None:
        super().__init__(cursor, pipeline, derived, as_of)
        self._select = derived

    def _compute(self) -> int:
        # not in one statement with the insert: PostgreSQL does not compute inserted rows in parallel
        self._cursor.execute(self._sql.of("make_new", select=self._sql.own(self._select.sql)), self._values)
        return self._cursor.rowcount

    def _build_incremental(self, before: Before, since: Since) -> Built | None:
        if not self._adds_only(since) or since.rows > max(FEW, FEW_SHARE * (since.rows_in_all or 0)):
            return None
        values = self._values | {"inputs": since.inputs}
        self._cursor.execute(LOOK_UP)
        return (
            self._by_incremental_sql(before, values)
            if self._select.incremental_sql
            else self._by_changed_keys(before, values)
        )

    def _adds_only(self, since: Since) -> bool:
        """Whether the new inputs only added rows, and of sources whose new rows the declaration takes into account."""
        covered = self._select.covers
        if covered is None:
            covered = [each.source.name for each in self._pipeline.flows if each.table.on_conflict == "keep"]
        knows_how = self._select.changed_keys is not None or self._select.incremental_sql is not None
        return knows_how and set(since.sources) <= set(covered) and not since.replaced and not since.updated

    def _by_incremental_sql(self, before: Before, values: dict[str, Any]) -> Built:
        """Compute the rows that new inputs changed, from their old values."""
        self._cursor.execute(
            self._sql.of("diff_incremental", select=self._sql.own(self._select.incremental_sql or "")), values
        )
        built = Built("incremental", recomputed=self._cursor.rowcount)
        self._cursor.execute(self._sql.of("keep_differing"))
        return self._write(built, before)

    def _by_changed_keys(self, before: Before, values: dict[str, Any]) -> Built:
        """Compute the groups of rows whose keys new inputs may have changed."""
        self._cursor.execute(
            self._sql.of("make_changed", select=self._sql.own(self._select.changed_keys or "")), values
        )
        keys = self._cursor.rowcount
        self._cursor.execute(self._sql.of("analyze_changed"))
        self._cursor.execute(self._sql.of("make_new", select=self._sql.own(self._select.sql, narrow=True)), values)
        return self._compare(Built("incremental", recomputed=keys), before, "diff_changed")
