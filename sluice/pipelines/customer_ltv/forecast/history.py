"""What each customer has bought, summed up by SQL in a temporary table; here come only groups and batches of it.

Very many customers are not all fitted: a share of them, which their ids decide, gives parameters that are as good,
and bounds the memory. Each of them gets a forecast all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import stream
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.derive.settled import settled

from .bg_nbd import Purchases
from .gamma_gamma import Spend
from .maximum import Vector

query = statements(__name__)

MOST_FITTED = 200_000  # customers; of them r is known to half a hundredth, b to two
AT_ONCE = 20_000
DAYS_PER_WEEK = 7.0


@dataclass(frozen=True)
class Batch:
    """Some customers: arrays of one length. Times are in days here; a mean value is NaN without repeat orders."""

    customer_id: np.ndarray[tuple[int], np.dtype[np.int64]]
    frequency: Vector
    recency_days: Vector
    observed_days: Vector
    mean_value: Vector


class History:
    """The order history of the customers of a build, for as long as the transaction of `cursor` lasts."""

    def __init__(self, cursor: Cursor, pipeline: Pipeline, as_of: date, paid: Sequence[str]) -> None:
        """Sum it up. `paid` names the statuses of payments that count, in lower case."""
        self._cursor = cursor
        statement, values = settled(pipeline, query("make_history"))
        cursor.execute(statement, values | {"as_of": as_of, "paid": list(paid)})
        cursor.execute(query("analyze_history"))
        cursor.execute(query("count_history"))
        self.customers, self.repeat_customers = cursor.fetchone() or (0, 0)
        self._share = {"one_in": max(1, -(-self.customers // MOST_FITTED))}

    def purchases(self) -> Purchases:
        """What BG/NBD is fitted to, times in weeks."""
        return Purchases(*self._columns("purchases", 4))

    def spend(self) -> Spend:
        """What Gamma-Gamma is fitted to."""
        return Spend(*self._columns("spend", 3))

    def batches(self) -> Iterator[Batch]:
        """All customers, in the order of their ids, in batches."""
        with stream(self._cursor, "sluice_forecast") as found:
            found.execute(query("stream_history"))
            while rows := found.fetchmany(AT_ONCE):
                ids, *rest = zip(*rows, strict=True)
                yield Batch(np.array(ids, dtype=np.int64), *(np.array(each, dtype=np.float64) for each in rest))

    def _columns(self, name: str, count: int) -> list[Vector]:
        """The columns of a statement's rows, read batch by batch: a row in Python takes ten times its numbers."""
        read = [np.empty((0, count))]
        with stream(self._cursor, f"sluice_{name}") as found:
            found.execute(query(name), self._share)
            while rows := found.fetchmany(AT_ONCE):
                read.append(np.array(rows, dtype=np.float64))
        return list(np.ascontiguousarray(np.concatenate(read).T))
