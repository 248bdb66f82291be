"""Totals by group: the number of rows with the same value, e.g. of a customer, and the sum of their amounts.

They depend on the whole table and are not stored: PostgreSQL computes them in expressions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sluice.engine.preprocess.kinds import is_numeric
from sluice.engine.preprocess.statistic import Statistics
from sluice.engine.preprocess.step import Alike, FrameStep, Outcome, Scope
from sluice.engine.preprocess.window import is_of_row, quoted, window

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "numeric(16,2)"


def totals(by: str, amount: str, *, count: str, total: str, where: str = "true", name: str = "totals") -> Totals:
    """Add how many rows of the base table have the same `by` (column `count`), and the sum of their `amount` (`total`).

    Over the rows that fit `where` (SQL over the base table), added to every row. Null where `by` is null, and the sum
    also where all amounts are null.
    """
    return Totals(name, by, amount, count, total, where)


@dataclass(frozen=True)
class Totals(FrameStep):
    """See `totals`."""

    by: str
    amount: str
    count: str
    total: str
    where: str

    @property
    def scope(self) -> Scope:
        adds = {self.count: "bigint", self.total: TOTAL}
        by, amount = quoted((self.by,)), quoted((self.amount,))
        counted = window("count_of_same", by=by, where=self.where)
        summed = window("sum_of_same", by=by, amount=amount, where=self.where)
        expressions = {f"_{self.count}": (counted, "bigint"), f"_{self.total}": (summed, TOTAL)}
        alike = (Alike((self.by,), nulls=False),)
        of_row = is_of_row(self.where)
        return Scope((self.by, self.amount), adds, expressions=expressions, row_by_row=of_row, alike=alike)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002
        if not is_numeric(columns[self.amount]):
            yield f"{self.amount} is {columns[self.amount]}: money is numeric(p, s)."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:  # noqa: ARG002 - it needs to know nothing
        counted, summed = frame[f"_{self.count}"], frame[f"_{self.total}"]
        return Outcome(frame.assign(**{self.count: counted, self.total: summed}), {"added": int(counted.notna().sum())})
