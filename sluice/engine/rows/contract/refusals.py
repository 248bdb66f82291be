"""The rows refused so far, and why: the first column in the table's order that fails determines the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sluice.engine.declare import Column
from sluice.engine.rows.rejects import EXPIRED, FORGOTTEN, HIDDEN, SCHEMA
from sluice.engine.types.base import Int64s, Mask, Refused

_FORGOTTEN = "A value of the row was forgotten (`sluice forget`): the row is not loaded, and its text is not kept."


@dataclass(frozen=True)
class _Batch:
    """Rows refused for one reason; `reasons` has one sentence for each, or one for all."""

    lines: Int64s
    column: str | None
    code: str
    reasons: list[str]

    def without(self, lines: Int64s) -> _Batch:
        """The batch without the rows of these lines."""
        stays = ~np.isin(self.lines, lines)
        same = len(self.reasons) != len(self.lines)
        reasons = self.reasons if same else [self.reasons[at] for at in np.flatnonzero(stays)]
        return _Batch(self.lines[stays], self.column, self.code, reasons)


class Refusals:
    """The refused rows of a batch of `lines` (the line number of each row, shape (rows,))."""

    def __init__(self, lines: Int64s) -> None:
        self.lines = lines
        self.failed: Mask = np.zeros(len(lines), np.bool_)
        self._batches: list[_Batch] = []

    def add(self, column: Column, text: pa.Array, refused: Refused) -> None:
        """Refuse rows of a column, unless an earlier column has; `text` is the column before parsing."""
        new = refused.rows & ~self.failed
        if not new.any():
            return
        self.failed |= new
        rows = np.flatnonzero(new)
        reason = f"{column.name}: {refused.reason}"
        reasons = [reason]
        if "{value}" in reason:
            values = text.take(pa.array(rows)).to_pylist()
            reasons = [
                reason.replace("{value}", HIDDEN if column.pii else column.type.show(value or "")) for value in values
            ]
        self._batches.append(_Batch(self.lines[rows], column.name, refused.code, reasons))

    def add_missing(self, column: Column, missing: Mask) -> None:
        """Refuse rows whose required value is empty."""
        rows = np.flatnonzero(missing & ~self.failed)
        if len(rows):
            self.failed[rows] = True
            sentence = f"{column.name} is empty, and it is required."
            self._batches.append(_Batch(self.lines[rows], column.name, "missing", [sentence]))

    def add_lines(self, lines: Int64s, code: str, reason: str) -> None:
        """Refuse rows that are no longer among the batch's."""
        if len(lines):
            self._batches.append(_Batch(lines, None, code, [reason]))

    def add_expired(self, rows: Mask, column: str, reason: str) -> None:
        """Refuse rows that are older than the table keeps them, unless they are refused already."""
        new = np.flatnonzero(rows & ~self.failed)
        if len(new):
            self.failed[new] = True
            self._batches.append(_Batch(self.lines[new], column, EXPIRED, [reason]))

    def forget(self, rows: Mask) -> None:
        """Refuse rows with a forgotten value, also those that were refused for another reason: it might quote them."""
        if not rows.any():
            return
        lines = self.lines[rows]
        kept = (batch.without(lines) for batch in self._batches)
        self._batches = [batch for batch in kept if len(batch.lines)]
        self.failed |= rows
        self._batches.append(_Batch(lines, None, FORGOTTEN, [_FORGOTTEN]))

    def table(self) -> pa.Table:
        """The rejects, in order of their lines; the columns are those of `SCHEMA`."""
        parts = [_table(batch) for batch in self._batches]
        return pa.concat_tables(parts).sort_by("line") if parts else SCHEMA.empty_table()


def _table(batch: _Batch) -> pa.Table:
    count = len(batch.lines)
    reasons = batch.reasons if len(batch.reasons) == count else batch.reasons * count
    return pa.table(
        [
            pa.array(batch.lines),
            pa.repeat(pa.scalar(batch.column, pa.string()), count),
            pa.repeat(pa.scalar(batch.code), count),
            pa.array(reasons, pa.string()),
        ],
        schema=SCHEMA,
    )
