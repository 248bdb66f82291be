"""The tables of forecasts, filled by COPY, one date at a time."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from psycopg2.extensions import cursor as Cursor
from pyarrow import csv

from sluice.engine.database.statements import statements

from .fit import Fit
from .history import DAYS_PER_WEEK, Batch
from .prediction import Horizon, Prediction

query = statements(__name__)

PLAIN = csv.WriteOptions(include_header=False, quoting_style="none")


class Store:
    """The forecast for one date, written in the transaction of `cursor`."""

    def __init__(self, cursor: Cursor, as_of: date) -> None:
        self._cursor = cursor
        self._as_of = as_of

    def replace(self, fit: Fit, customers: int, repeat_customers: int, horizon: Horizon) -> dict[str, Any]:
        """Take the old forecast away, if there is one, and note the new fit. Returns what was noted."""
        of_fit = {name: value for name, value in vars(fit).items() if name not in ("orders", "values", "notes")}
        facts = {"as_of": self._as_of, "customers": customers, "repeat_customers": repeat_customers}
        facts |= vars(fit.orders) | vars(fit.values) | of_fit | {"notes": list(fit.notes)} | vars(horizon)
        self._cursor.execute(query("remove_old"), facts)
        self._cursor.execute(query("note_fit"), facts)
        (number,) = self._cursor.fetchone() or (None,)
        return {"fit": number} | facts

    def add(self, batch: Batch, found: Prediction, fit: int) -> None:
        """Write a batch; PostgreSQL rounds money to cents."""
        text = io.BytesIO()
        csv.write_csv(_table(self._as_of, batch, found, fit), text, PLAIN)
        text.seek(0)
        self._cursor.copy_expert(query("copy_forecast"), text)

    def totals(self) -> dict[str, Any]:
        """Orders and value expected of all customers, and the mean probability that one is alive."""
        self._cursor.execute(query("sum_forecast"), {"as_of": self._as_of})
        names = ("expected_orders", "predicted_ltv", "mean_probability_alive")
        return dict(zip(names, self._cursor.fetchone() or (), strict=True))


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
