"""The models' predictions for each customer: orders, probability alive, value of an order, discounted value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sluice.errors import ConfigError, PermanentError

from .fit import Fit
from .history import DAYS_PER_WEEK, Batch
from .maximum import Vector

WEEKS_PER_MONTH = 365.25 / 12 / DAYS_PER_WEEK
LONGEST_MONTHS = 120


@dataclass(frozen=True)
class Horizon:
    """The number of months, and the discount of one month: 0.01 is one per cent. Raises ConfigError."""

    months: int = 12
    discount: float = 0.01

    def __post_init__(self) -> None:
        """Check the limits."""
        if not 1 <= self.months <= LONGEST_MONTHS:
            raise ConfigError(f"A forecast is for 1 to {LONGEST_MONTHS} months, not {self.months}.")
        if not 0 <= self.discount < 1:
            raise ConfigError(
                f"The discount of {self.discount} a month is not from 0 to below 1: one per cent is 0.01."
            )


@dataclass(frozen=True)
class Prediction:
    """Of a batch, in its order. Values are in money, `predicted_ltv` over the whole horizon."""

    expected_orders: Vector
    probability_alive: Vector
    expected_value: Vector
    predicted_ltv: Vector


def predict(fit: Fit, batch: Batch, horizon: Horizon) -> Prediction:
    """predicted_ltv = sum over months i of (expected orders in month i) x expected value / (1 + discount)^i.

    Raises PermanentError for a number that cannot be computed.
    """
    x, observed = batch.frequency, batch.observed_days / DAYS_PER_WEEK
    alive = fit.orders.probability_alive(x, batch.recency_days / DAYS_PER_WEEK, observed)
    orders, discounted = (each * alive for each in _orders_if_alive(fit, batch, horizon))
    value = fit.values.expected_value(x, np.where(x > 0, batch.mean_value, 0.0))
    found = Prediction(orders, alive, value, discounted * value)
    for name, numbers in vars(found).items():
        if not np.isfinite(numbers).all():
            who = batch.customer_id[~np.isfinite(numbers)][0]
            raise PermanentError(f"{name} of customer {who} cannot be computed with {fit.orders} and {fit.values}.")
    return found


def _orders_if_alive(fit: Fit, batch: Batch, horizon: Horizon) -> tuple[Vector, Vector]:
    """Orders expected of those who are still there, plain and discounted; once for each (frequency, time observed)."""
    alike = batch.frequency * 2.0**24 + batch.observed_days
    _, first, which = np.unique(alike, return_index=True, return_inverse=True)
    x, observed = batch.frequency[first], batch.observed_days[first] / DAYS_PER_WEEK
    before, discounted = np.zeros(len(first)), np.zeros(len(first))
    for month in range(1, horizon.months + 1):
        by_then = fit.orders.orders_if_alive(x, observed, month * WEEKS_PER_MONTH)
        discounted += (by_then - before) / (1 + horizon.discount) ** month
        before = by_then
    return before[which], discounted[which]
