"""The features of money: revenue of a row, and a price scaled by its stored mean and deviation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.preprocess.kinds import WHOLE, arrow_type, is_number, is_numeric, plain
from sluice.engine.preprocess.statistic import Statistic, Statistics
from sluice.engine.preprocess.step import FrameStep, Outcome, Scope

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 18  # with the 19 digits of a bigint, a product has at most the 38 digits of a decimal
REVENUE = "numeric(16,2)"
TOO_MUCH = Decimal(10) ** 14  # the first amount beyond numeric(16,2)


def revenue(
    quantity: str, price: str, *, total: str | None = None, into: str = "revenue", name: str | None = None
) -> Revenue:
    """Add the revenue of a row, to the cent: `total` if the row has one, otherwise quantity * price, rounded half up.

    Null where a part is missing or negative, or the quantity is 0.
    """
    return Revenue(name or into, quantity, price, total, into)


@dataclass(frozen=True)
class Revenue(FrameStep):
    """See `revenue`."""

    quantity: str
    price: str
    total: str | None
    into: str

    @property
    def scope(self) -> Scope:
        needs = (self.quantity, self.price, *((self.total,) if self.total else ()))
        return Scope(needs, {self.into: REVENUE}, row_by_row=True)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002
        if plain(columns[self.quantity]) not in WHOLE:
            yield f"{self.quantity} must be an integer column (a quantity), not {columns[self.quantity]}."
        for name in filter(None, (self.price, self.total)):
            if not is_numeric(columns[name]):
                yield f"{name} is {columns[name]}: money is numeric(p, s)."
            elif arrow_type(columns[name]).precision > WIDEST:
                yield f"{name} is {columns[name]}: more than {WIDEST} digits cannot be multiplied exactly."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:  # noqa: ARG002 - it needs to know nothing
        import pandas as pd

        quantity, price = _positive(frame[self.quantity], zero=False), _positive(frame[self.price])
        brought = _cents(pc.multiply(quantity.cast(pa.decimal128(19, 0)), price))
        if self.total is not None:
            given = pa.array(frame[self.total]).is_valid()
            brought = pc.if_else(given, _cents(_positive(frame[self.total])), brought)
        added = frame.assign(**{self.into: pd.Series(brought, frame.index, pd.ArrowDtype(brought.type))})
        return Outcome(added, {"added": len(brought) - brought.null_count})


def _cents(amounts: pa.Array) -> pa.Array:
    """The amounts to the cent, null where they do not fit the column."""
    fitting = pc.if_else(pc.less(amounts, pa.scalar(TOO_MUCH)), amounts, None)
    return pc.round(fitting, 2, "half_towards_infinity").cast(arrow_type(REVENUE))


def _positive(column: pd.Series[Any], *, zero: bool = True) -> pa.Array:
    """The values greater than 0, or 0 if `zero`; null for the others."""
    values = pa.array(column)
    return pc.if_else((pc.greater_equal if zero else pc.greater)(values, 0), values, None)


def scaled(
    column: str, *, into: str, within: tuple[str, ...] = (), where: str | None = None, name: str | None = None
) -> Scaled:
    """Add (x - mean) / deviation, with mean and sample deviation of the rows that fit `where` (SQL), by group.

    They are stored when they are first computed, so that a later row is scaled as the earlier ones were. Null where
    the value is null, and where the deviation is 0.
    """
    return Scaled(name or into, column, into, tuple(within), where)


@dataclass(frozen=True)
class Scaled(FrameStep):
    """See `scaled`."""

    column: str
    into: str
    within: tuple[str, ...]
    where: str | None

    @property
    def scope(self) -> Scope:
        adds = {self.into: "double precision"}
        statistics = (self._of("mean"), self._of("deviation"))
        return Scope((self.column, *self.within), adds, statistics=statistics, row_by_row=True)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002
        if not is_number(columns[self.column]):
            yield f"{self.column} must be a number column, not {columns[self.column]}."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:
        import numpy as np
        import pandas as pd

        mean, deviation = known.by_row(self._of("mean"), frame), known.by_row(self._of("deviation"), frame)
        deviation = np.where(deviation > 0, deviation, np.nan)
        numbers = frame[self.column].astype("double[pyarrow]").to_numpy(dtype="float64", na_value=np.nan)
        values = pa.array((numbers - mean) / deviation, from_pandas=True)
        added = frame.assign(**{self.into: pd.Series(values, frame.index, pd.ArrowDtype(values.type))})
        return Outcome(added, {"added": len(values) - values.null_count})

    def _of(self, kind: str) -> Statistic:
        return Statistic("mean" if kind == "mean" else "deviation", self.column, self.within, self.where)
