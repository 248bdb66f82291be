"""Abnormal values: outside limits, or far from the other values of their group. Flagged, and kept or quarantined.

A fence is robust: outliers do not move it, as they would move a mean and its deviation.

- "mad": median +- k * 1.4826 * MAD, MAD being the median of |x - median|; with 1.4826 it is a standard deviation where
  values are normal. k = 3 is the most cautious choice of Leys, Ley, Klein, Bernard and Licata, "Detecting outliers",
  Journal of Experimental Social Psychology 49 (2013) 764-766.
- "iqr": from Q1 - k * (Q3 - Q1) to Q3 + k * (Q3 - Q1), k = 1.5: Tukey, "Exploratory Data Analysis" (1977).

Where half of the values are equal the spread is 0, and no fence applies: otherwise every other value would be outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from sluice.engine.preprocess.kinds import is_number
from sluice.engine.preprocess.marks import ABNORMAL, IS_ABNORMAL, QUARANTINED, mark, quarantine
from sluice.engine.preprocess.statistic import Kind, Statistic, Statistics
from sluice.engine.preprocess.step import FrameStep, Outcome, Scope

if TYPE_CHECKING:
    import pandas as pd

Bound = int | float | Decimal
Then = Literal["keep", "quarantine"]
NORMAL = 1.4826  # MAD * 1.4826 estimates a normal distribution's standard deviation


@dataclass(frozen=True)
class Fence:
    """The limit for outliers: `k` spreads ("mad") or quartile ranges ("iqr") from the values of the same group."""

    kind: Literal["mad", "iqr"]
    k: float
    within: tuple[str, ...]
    where: str | None
    least: int


def fence(
    kind: Literal["mad", "iqr"] = "mad",
    k: float | None = None,
    *,
    within: tuple[str, ...] = (),
    where: str | None = None,
    least: int = 10,
) -> Fence:
    """A fence over the rows that fit `where` (SQL over the base table), by group of the columns `within`.

    A group of fewer than `least` such rows has the fence of the whole column.
    """
    return Fence(kind, k if k is not None else {"mad": 3.0, "iqr": 1.5}[kind], tuple(within), where, least)


def abnormal(
    column: str,
    *,
    at_least: Bound | None = None,
    above: Bound | None = None,
    at_most: Bound | None = None,
    below: Bound | None = None,
    outliers: Fence | None = None,
    then: Then = "keep",
    name: str | None = None,
) -> Abnormal:
    """Mark rows whose value is too low (rule `<column>_low`), too high (`_high`) or an outlier (`_outlier`).

    A row may break several rules: `abnormal` names all of them, `is_abnormal` is true. With "quarantine" it is
    quarantined as well. A null is missing, not abnormal. The value is not changed.
    """
    return Abnormal(name or f"abnormal_{column}", column, at_least, above, at_most, below, outliers, then)


@dataclass(frozen=True)
class Abnormal(FrameStep):
    """See `abnormal`."""

    column: str
    at_least: Bound | None
    above: Bound | None
    at_most: Bound | None
    below: Bound | None
    outliers: Fence | None
    then: Then

    @property
    def scope(self) -> Scope:
        marks = (IS_ABNORMAL, ABNORMAL, *((QUARANTINED,) if self.then == "quarantine" else ()))
        within = self.outliers.within if self.outliers else ()
        return Scope((self.column, *within), marks=marks, statistics=self._statistics, row_by_row=True)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002
        if not is_number(columns[self.column]):
            yield f"{self.column} must be a number column, not {columns[self.column]}."
        if None not in (self.at_least, self.above) or None not in (self.at_most, self.below):
            yield "Declare at most one lower limit (at_least or above) and one upper limit (at_most or below)."
        if (self.at_least, self.above, self.at_most, self.below, self.outliers) == (None,) * 5:
            yield "It has no rule: declare at_least, above, at_most, below or outliers."
        if self.outliers is not None and self.outliers.k <= 0:
            yield f"k must be greater than 0, not {self.outliers.k}."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:
        changed: dict[str, int] = {}
        for rule, broken in self._broken(frame, known):
            rows = broken.fillna(value=False).astype("bool[pyarrow]")
            frame = mark(frame, rule, rows)
            frame = quarantine(frame, rows) if self.then == "quarantine" else frame
            changed[rule] = int(rows.sum())
        return Outcome(frame, changed)

    def _broken(self, frame: pd.DataFrame, known: Statistics) -> Iterator[tuple[str, pd.Series[Any]]]:
        values = frame[self.column]
        for rule, bound, breaks in (
            ("low", self.at_least, values.lt),
            ("low", self.above, values.le),
            ("high", self.at_most, values.gt),
            ("high", self.below, values.ge),
        ):
            if bound is not None:
                yield f"{self.column}_{rule}", breaks(bound)
        if self.outliers is not None:
            yield f"{self.column}_outlier", self._outside(self.outliers, frame, known)

    def _outside(self, fence: Fence, frame: pd.DataFrame, known: Statistics) -> pd.Series[Any]:
        """Which values are beyond the fence of their group, compared as doubles."""
        import pandas as pd

        first, second = (known.by_row(each, frame) for each in self._statistics)
        if fence.kind == "mad":
            spread = NORMAL * second
            low, high = first - fence.k * spread, first + fence.k * spread
        else:
            spread = second - first
            low, high = first - fence.k * spread, second + fence.k * spread
        numbers = frame[self.column].astype("double[pyarrow]").to_numpy(dtype="float64", na_value=float("nan"))
        return pd.Series((spread > 0) & ((numbers < low) | (numbers > high)), frame.index)

    @property
    def _statistics(self) -> tuple[Statistic, ...]:
        if self.outliers is None:
            return ()
        kinds: tuple[Kind, Kind] = ("median", "mad")
        if self.outliers.kind == "iqr":
            kinds = ("first_quartile", "third_quartile")
        fence = self.outliers
        return tuple(Statistic(kind, self.column, fence.within, fence.where, fence.least) for kind in kinds)
