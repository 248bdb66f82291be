"""Statistics of the whole table for steps: read from the ledger, or computed by SQL and stored there.

A stored value stays: a rerun and later rows are treated like the rows before them. It is computed again for another
definition of the step, if a run requests it, and as long as there were no rows to compute it from.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.declare import Preprocessed
from sluice.engine.derive.statements import Statements
from sluice.engine.preprocess import FrameStep, Statistic, Statistics
from sluice.engine.preprocess.kinds import is_number
from sluice.engine.preprocess.statistic import Group
from sluice.engine.tables.catalog import table_identifier

query = statements(__name__)

_FIGURES = {
    "median": "percentile_cont(0.5) within group (order by x)",
    "first_quartile": "percentile_cont(0.25) within group (order by x)",
    "third_quartile": "percentile_cont(0.75) within group (order by x)",
    "mode": "mode() within group (order by x)",
    "mean": "avg(x)",
    "deviation": "stddev_samp(x)",
}


class Fit:
    """The statistics of a preprocessed table's steps, in the transaction of `cursor`."""

    def __init__(self, cursor: Cursor, statements: Statements, table: Preprocessed, values: dict[str, Any]) -> None:
        self._cursor = cursor
        self._sql = statements
        self._table = table
        self._values = values  # of the table: its pipeline, date, run and parameters

    def of(self, step: FrameStep, *, again: bool) -> Statistics:
        """The statistics of the step: the stored ones, unless they are to be computed `again`."""
        params = self._params(step)
        known = self.stored(step)
        if not again and all(known.whole(each.name) is not None for each in step.scope.statistics):
            return known
        self._cursor.execute(query("delete_statistics"), params)
        for statistic in step.scope.statistics:
            self._compute(statistic, (), params)
            if statistic.within:
                self._compute(statistic, statistic.within, params)
        return self.stored(step)

    def stored(self, step: FrameStep) -> Statistics:
        """The stored statistics of the step: none of them, if they were not computed yet or for another definition."""
        params = self._params(step)
        numeric = {each.name: is_number(self._table.columns[each.column]) for each in step.scope.statistics}
        self._cursor.execute(query("known_statistics"), params)
        values: dict[str, dict[Group, float | str]] = defaultdict(dict)
        for name, group, value in self._cursor.fetchall():
            values[name][tuple(group)] = float(value) if numeric[name] else value
        return Statistics(values)

    def _params(self, step: FrameStep) -> dict[str, Any]:
        return self._values | {"derived": self._table.name, "step": step.name, "definition": step.definition}

    def _compute(self, statistic: Statistic, within: tuple[str, ...], params: dict[str, Any]) -> None:
        template = "fit_mad" if statistic.kind == "mad" else "fit_aggregate"
        groups = [sql.Identifier(f"g{at}") for at, _ in enumerate(within)]
        members: list[sql.Composable] = [sql.SQL("true as whole")]
        members += [
            sql.SQL('{}::text collate "C" as {}').format(sql.Identifier(name), group)
            for name, group in zip(within, groups, strict=True)
        ]
        known = [sql.SQL("whole"), *(group + sql.SQL(" is not null") for group in groups)]
        statement = sql.SQL(query(template)).format(
            base=table_identifier(self._table.of),
            slice=self._sql.slice(),
            column=sql.Identifier(statistic.column),
            members=sql.SQL(", ").join(members),
            groups=sql.SQL(", ").join(groups),
            whole_and_groups=sql.SQL(", ").join([sql.SQL("whole"), *groups]),
            in_groups=sql.SQL(" and ").join(known),
            figure=sql.SQL(_FIGURES.get(statistic.kind, "")),
            where=sql.SQL(statistic.where or "true"),
        )
        self._cursor.execute(statement, params | {"name": statistic.name, "least": statistic.least if within else 1})
