"""A preprocessed table: the rows of another derived table, frame by frame through its steps.

Where that table was compared with its earlier rows in the same transaction, only rows that depend on the differences go
through the steps.

Rows are read by a server-side cursor in key order and written by COPY into the temporary table that every build
compares with the old rows; only one frame is in memory at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from pyarrow import csv

from sluice.engine.database.connection import stream
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline, Preprocessed
from sluice.engine.derive.fit import Fit
from sluice.engine.derive.table import Before, Built, Since, TableBuild
from sluice.engine.derive.touched import TouchedRows
from sluice.engine.preprocess import Statistics
from sluice.engine.preprocess.chain import Chain
from sluice.engine.preprocess.kinds import arrow_type, frame_of
from sluice.engine.preprocess.window import quoted
from sluice.engine.tables.catalog import table_identifier
from sluice.errors import PermanentError

query = statements(__name__)

if TYPE_CHECKING:
    import pandas as pd

FRAME_ROWS = 25_000
# Looking up rows is faster than reading all of them up to this number or share: a row costs about four times as much.
FEW, FEW_SHARE = 1000, 0.2
_CSV = csv.WriteOptions(include_header=False)


class FramesBuild(TableBuild):
    """Builds a `Preprocessed` table; with `refit`, the statistics of its steps are computed again."""

    def __init__(
        self,
        cursor: Cursor,
        pipeline: Pipeline,
        derived: Preprocessed,
        as_of: date | None,
        base: TableBuild,
        *,
        refit: bool,
    ) -> None:
        super().__init__(cursor, pipeline, derived, as_of)
        self._base = base  # of the table that it is computed from, in the same transaction
        self._table = derived
        self._again = refit or derived.fitted == "each build"
        self._refit = refit
        self._chain: Chain | None = None

    def _compute(self) -> int:
        return self._fill(table_identifier(self._table.of), sql.SQL("true"))

    def _build_incremental(self, before: Before, since: Since) -> Built | None:  # noqa: ARG002 - the base table knows
        """Compute the rows that depend on differences of the base table; None if those are not known, or many."""
        if self._again or not self._table.row_by_row or self._base.differs_from != before.upto:
            return None
        rows = TouchedRows(self._cursor, self._sql, self._table, self._values)
        if not rows.can_be_found() or not self._is_as_known():
            return None
        touched = rows.note(most=int(max(FEW, FEW_SHARE * before.rows)))
        if touched is None:
            return None
        self._fill(*rows.to_read())
        return self._compare(Built("incremental", recomputed=touched), before, "diff_touched")

    def _is_as_known(self) -> bool:
        """Whether no statistic is another one now: those for which there were no rows are computed again."""
        fit = self._fit()
        return all(fit.stored(step) == fit.of(step, again=False) for step in self._table.steps)

    def _fill(self, base: sql.Composable, among: sql.Composable) -> int:
        """Take rows of the base table through the steps, those `among` them: each may depend on all of `base`."""
        self._chain = Chain(self._table.steps, self._known(), self._pipeline.part_time_limit_s)
        self._cursor.execute(self._sql.of("make_empty"))
        copy = self._sql.of("copy_new")
        rows = 0
        for frame in self._frames(base, among):
            rows += len(frame)
            self._cursor.copy_expert(copy, self._text(self._chain.run(frame)))
        return rows

    def _is_valid(self, before: Before) -> bool:
        return super()._is_valid(before) and not self._refit

    def _since(self, upto: int | None) -> Since:
        """The new inputs in the table that this one is computed from: those settled after its build are not in it."""
        params = {"pipeline": self._pipeline.name, "derived": self._table.of, "as_of": self._as_of}
        self._cursor.execute(query("last_build"), params)
        _, _, _, seen, *_ = self._cursor.fetchone() or (None, 0, None, 0)
        since = super()._since(upto)
        inputs = since.inputs if upto is not None and seen > upto else []
        return replace(since, upto=seen, inputs=inputs, rows_in_all=since.rows_in_all if seen == since.upto else None)

    def _changed_by(self) -> list[dict[str, Any]]:
        changed = self._chain.changed if self._chain else {}
        return [{"step": name, "changed": dict(counts)} for name, counts in changed.items()]

    def _known(self) -> dict[str, Statistics]:
        fit = self._fit()
        return {step.name: fit.of(step, again=self._again) for step in self._table.steps}

    def _fit(self) -> Fit:
        return Fit(self._cursor, self._sql, self._table, self._values | {"run": self._run})

    def _frames(self, base: sql.Composable, among: sql.Composable) -> Iterator[pd.DataFrame]:
        """The rows of the table that this one is computed from, with extra columns that steps need, in key order."""
        expressions = self._table.expressions
        wanted = dict(self._table.table.columns) | {name: pg_type for name, (_, pg_type) in expressions.items()}
        with stream(self._cursor, "preprocess") as rows:
            rows.execute(self._base_rows(base, among), self._values)
            while texts := rows.fetchmany(FRAME_ROWS):
                yield frame_of(texts, wanted)

    def _base_rows(self, base: sql.Composable, among: sql.Composable) -> sql.Composed:
        columns = [sql.Identifier(name) for name in self._table.table.names]
        ordered = quoted(self._table.key)
        texts = {name: text.replace("{key}", ordered) for name, (text, _) in self._table.expressions.items()}
        expressions = [sql.SQL(text) + sql.SQL(" as ") + sql.Identifier(name) for name, text in texts.items()]
        names = [*columns, *map(sql.Identifier, texts)]
        return sql.SQL(query("base_rows")).format(
            texts=sql.SQL(", ").join(name + sql.SQL("::text") for name in names),
            wanted=sql.SQL(", ").join([*columns, *expressions]),
            base=base,
            among=among,
            slice=self._sql.slice(),
            key=sql.SQL(", ").join(sql.Identifier("r", name) for name in self._table.key),
        )

    def _text(self, frame: pd.DataFrame) -> io.BytesIO:
        """The rows of a frame as CSV, in the types of the table's columns. Raises PermanentError for another type."""
        schema = pa.schema([(name, arrow_type(pg_type)) for name, pg_type in self._table.columns.items()])
        try:
            table = pa.Table.from_pandas(frame[schema.names], schema, preserve_index=False)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise PermanentError(
                f"The steps of {self._table.name} gave a column of another type than they declare, or a value that it "
                "cannot hold. Correct the step that adds it, then sluice retry."
            ) from error
        text = io.BytesIO()
        csv.write_csv(table, text, _CSV)
        text.seek(0)
        return text
