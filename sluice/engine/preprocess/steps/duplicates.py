"""Duplicates: rows with the same values as an earlier one, in key order. Flagged, never dropped.

Which row is the first depends on the whole table: PostgreSQL decides it in an expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sluice.engine.preprocess.marks import QUARANTINED, quarantine
from sluice.engine.preprocess.statistic import Statistics
from sluice.engine.preprocess.step import Alike, FrameStep, Outcome, Scope
from sluice.engine.preprocess.window import quoted, window

if TYPE_CHECKING:
    import pandas as pd

IS_DUPLICATE = "is_duplicate"
Then = Literal["keep", "quarantine"]


def duplicates(of: tuple[str, ...], then: Then = "keep", *, name: str = "duplicates") -> Duplicates:
    """Flag in `is_duplicate` all but the first, in key order, of rows with the same values in the columns `of`.

    Nulls are equal. The values are those of the base table, before any step.
    """
    return Duplicates(name, tuple(of), then)


@dataclass(frozen=True)
class Duplicates(FrameStep):
    """See `duplicates`."""

    of: tuple[str, ...]
    then: Then

    @property
    def scope(self) -> Scope:
        repeats = window("repeats", of=quoted(self.of))
        marks = (QUARANTINED,) if self.then == "quarantine" else ()
        expressions = {self._repeats_column: (repeats, "boolean")}
        return Scope(self.of, {IS_DUPLICATE: "boolean"}, marks, expressions, row_by_row=True, alike=(Alike(self.of),))

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:  # noqa: ARG002 - it needs to know nothing
        rows = frame[self._repeats_column]
        flagged = frame.assign(**{IS_DUPLICATE: rows})
        changed = {"duplicate": int(rows.sum())}
        return Outcome(quarantine(flagged, rows) if self.then == "quarantine" else flagged, changed)

    @property
    def _repeats_column(self) -> str:
        return f"_{self.name}"
