"""Missing values: flagged, and kept, quarantined or filled. Ids, dates and money are never filled.

A placeholder such as 0 or 1900-01-01 would distort later sums: a value is filled from the valid rows of the same
column, or with a word for "unknown".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from sluice.engine.preprocess.kinds import WHOLE, is_number, plain
from sluice.engine.preprocess.marks import QUARANTINED, quarantine
from sluice.engine.preprocess.statistic import Statistic, Statistics
from sluice.engine.preprocess.step import FrameStep, Outcome, Scope
from sluice.engine.preprocess.window import is_of_row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Constant:
    """A word that replaces a missing value."""

    value: str


How = Literal["keep", "reject", "median", "mode"] | Constant
_FILLABLE = ("text", "double precision", *WHOLE)


def constant(value: str) -> Constant:
    """Fill with a word, e.g. `constant("unknown")`."""
    return Constant(value)


def missing(
    column: str,
    how: How = "keep",
    *,
    within: tuple[str, ...] = (),
    where: str | None = None,
    among: str | None = None,
    name: str | None = None,
) -> Missing:
    """Flag missing values in `<column>_was_missing`, and treat them by `how`.

    "keep" leaves them null. "reject" quarantines the row. `constant(...)` fills in a word. "median" and "mode" fill in
    that of the rows that fit `where` (SQL over the base table) in the group of the columns `within`; a group without
    such rows, and a row without a group, use that of the whole column. Whole numbers are rounded half up.

    `among` (SQL over the base table) is a condition for rows that should have a value: in others null is not missing.
    """
    return Missing(name or f"missing_{column}", column, how, within, where, among)


@dataclass(frozen=True)
class Missing(FrameStep):
    """See `missing`."""

    column: str
    how: How
    within: tuple[str, ...]
    where: str | None
    among: str | None = None

    @property
    def scope(self) -> Scope:
        adds = {self._flag: "boolean"}
        expressions = {self._among_column: (f"coalesce({self.among}, false)", "boolean")} if self.among else {}
        fits = self.how in ("median", "mode")
        return Scope(
            (self.column, *self.within) if fits else (self.column,),
            adds,
            marks=(QUARANTINED,) if self.how == "reject" else (),
            expressions=expressions,
            statistics=(self._statistic,) if fits else (),
            row_by_row=is_of_row(self.among),
        )

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:
        if self.how in ("keep", "reject"):
            return
        pg_type = plain(columns[self.column])
        if self.column in key or self.column.endswith("_id") or self.column == "_line":
            yield f"{self.column} is an id: how must be keep or reject."
        elif pg_type not in _FILLABLE:
            yield f"{self.column} is {pg_type}: for dates and money how must be keep or reject."
        elif isinstance(self.how, Constant) and (pg_type != "text" or not self.how.value.strip()):
            yield f"A constant for {self.column} must be a word in a text column: others look like known values."
        elif self.how == "median" and not is_number(pg_type):
            yield f"{self.column} is {pg_type}, which has no median: use mode."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:
        empty = frame[self.column].isna().astype("bool[pyarrow]")
        if self.among:
            empty &= frame[self._among_column]
        flagged = frame.assign(**{self._flag: empty})
        changed = {"missing": int(empty.sum())}
        if self.how == "keep":
            return Outcome(flagged, changed)
        if self.how == "reject":
            return Outcome(quarantine(flagged, empty), changed | {"quarantined": changed["missing"]})
        filled = frame[self.column].where(~empty, self._filling(frame, known))
        unfilled = int((filled.isna() & empty).sum())
        return Outcome(flagged.assign(**{self.column: filled}), changed | {"filled": changed["missing"] - unfilled})

    @property
    def _flag(self) -> str:
        return f"{self.column}_was_missing"

    @property
    def _among_column(self) -> str:
        return f"_{self.name}_among"

    @property
    def _statistic(self) -> Statistic:
        return Statistic("median" if self.how == "median" else "mode", self.column, self.within, self.where)

    def _filling(self, frame: pd.DataFrame, known: Statistics) -> Any:
        if isinstance(self.how, Constant):
            return self.how.value
        import numpy as np
        import pandas as pd

        kind: Any = frame[self.column].dtype
        values = known.by_row(self._statistic, frame)
        if str(kind) == "int64[pyarrow]":
            values = np.floor(values + 0.5)
        return pd.Series(pa.array(values, kind.pyarrow_dtype, from_pandas=True), frame.index, kind)
