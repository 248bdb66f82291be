"""The forecast as `sluice forecast` prints it: facts and text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sluice.engine.declare import Forecast, Pipeline

from . import run
from .prediction import Horizon


def make(pipeline: Pipeline, paid: Sequence[str], as_of: date, months: int, discount: float) -> Forecast:
    """Compute the forecast and its text. Raises as `run.forecast`, and ConfigError for a horizon that cannot be."""
    facts = run.forecast(pipeline, as_of, paid, Horizon(months, discount))
    return Forecast(facts, "\n".join(_lines(facts)))


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    fitted = facts["fitted_customers"]
    share = "" if fitted == facts["customers"] else f"; fitted to {fitted:,} of them"
    yield (
        f"customer_ltv as of {facts['as_of']}: {facts['customers']:,} customers with orders, "
        f"{facts['repeat_customers']:,} came back{share}"
    )
    for what, names in (("orders", ("r", "alpha", "a", "b")), ("values", ("p", "q", "v"))):
        parameters = "  ".join(f"{name} {facts[name]:.4g}" for name in names)
        yield f"  {what}  {parameters}  log-likelihood {facts[f'{what}_log_likelihood']:,.1f}"
    yield f"  frequency and value of orders: correlation {facts['correlation']:.2f}"
    for note in facts["notes"]:
        yield f"  {note}"
    yield (
        f"next {facts['months']} months: {facts['expected_orders']:,.0f} orders, {facts['predicted_ltv']:,.2f} "
        f"at {facts['discount']:.2%} a month; {facts['mean_probability_alive']:.0%} of customers are still there"
    )
    yield "next: select * from customer_ltv_forecast order by as_of desc, predicted_ltv desc limit 10"
