"""The tables of forecasts, filled by COPY, one date at a time."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
from psycopg2.extensions import cursor as Cursor
from pyarrow import csv

from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import records

from .fit import Fit
from .history import DAYS_PER_WEEK, Batch
from .prediction import Horizon, Prediction

query = statements(__name__)

PLAIN = csv.WriteOptions(include_header=False, quoting_style="none")


@dataclass(frozen=True)
class FitFacts:
    """What customer_ltv_fit has of a fit, besides its number."""

    as_of: date
    customers: int
    repeat_customers: int
    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    v: float
    orders_log_likelihood: float
    values_log_likelihood: float
    correlation: float
    fitted_customers: int
    notes: list[str]
    months: int
    discount: float


@dataclass(frozen=True)
class Totals:
    """Orders and value expected of all customers, and the mean probability that one is alive."""

    expected_orders: float
    predicted_ltv: Decimal
    mean_probability_alive: float


class Store:
    """The forecast for one date, written in the transaction of `cursor`."""

    def __init__(self, cursor: Cursor, as_of: date) -> None:
        self._cursor = cursor
        self._as_of = as_of

    def replace(self, fit: Fit, customers: int, repeat_customers: int, horizon: Horizon) -> tuple[int, FitFacts]:
        """Take the old forecast away, if there is one, and note the new fit. Returns its number and the rest of it."""
        noted = FitFacts(
            as_of=self._as_of,
            customers=customers,
            repeat_customers=repeat_customers,
            **vars(fit.orders),
            **vars(fit.values),
            orders_log_likelihood=fit.orders_log_likelihood,
            values_log_likelihood=fit.values_log_likelihood,
            correlation=fit.correlation,
            fitted_customers=fit.fitted_customers,
            notes=list(fit.notes),
            months=horizon.months,
            discount=horizon.discount,
        )
        self._cursor.execute(query("remove_old"), {"as_of": self._as_of})
        self._cursor.execute(query("note_fit"), asdict(noted))
        (number,) = self._cursor.fetchone() or (0,)
        return number, noted

    def add(self, batch: Batch, found: Prediction, fit: int) -> None:
        """Write a batch; PostgreSQL rounds money to cents."""
        text = io.BytesIO()
        csv.write_csv(_table(self._as_of, batch, found, fit), text, PLAIN)
        text.seek(0)
        self._cursor.copy_expert(query("copy_forecast"), text)

    def totals(self) -> Totals:
        """What the forecast comes to."""
        self._cursor.execute(query("sum_forecast"), {"as_of": self._as_of})
        (found,) = records(self._cursor, Totals)
        return found


def _table(as_of: date, batch: Batch, found: Prediction, fit: int) -> pa.Table:
    rows = len(batch.customer_id)
    columns = [
        np.full(rows, as_of.isoformat()),
        batch.customer_id,
        batch.frequency.astype(np.int64),
        batch.recency_days / DAYS_PER_WEEK,
        batch.observed_days / DAYS_PER_WEEK,
        pa.array(batch.mean_value, mask=np.isnan(batch.mean_value)),
        found.expected_orders,
        found.probability_alive,
        found.expected_value,
        found.predicted_ltv,
        np.full(rows, fit),
    ]
    return pa.Table.from_arrays([pa.array(each) for each in columns], names=[str(i) for i in range(len(columns))])
