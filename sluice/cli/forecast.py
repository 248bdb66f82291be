"""`forecast`: what customers are expected to order and to bring in the months after a date."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from sluice.cli.options import DAY
from sluice.cli.output import Json, count, emit
from sluice.errors import ConfigError

Pipeline = Annotated[str, typer.Argument(help="customer_ltv", show_default=False)]
AsOf = Annotated[
    datetime,
    typer.Option(
        "--as-of",
        help="The date that is forecast from: one that customer_ltv was built for.",
        show_default=False,
        **DAY,
    ),
]
Months = Annotated[int, typer.Option(help="How many months ahead.")]
Discount = Annotated[float, typer.Option(help="What a month of waiting takes off: 0.01 is one per cent.")]


def forecast(
    pipeline: Pipeline, as_of: AsOf, months: Months = 12, discount: Discount = 0.01, as_json: Json = False
) -> None:
    """Fit BG/NBD and Gamma-Gamma to the orders behind customer_ltv, and fill customer_ltv_forecast."""
    if pipeline != "customer_ltv":
        raise ConfigError(f"There is no forecast for {pipeline!r}, only for customer_ltv.")
    from sluice.engine.forecast.prediction import Horizon
    from sluice.engine.forecast.run import forecast as make
    from sluice.pipelines.customer_ltv import SETTLED

    facts = make(as_of.date(), SETTLED, Horizon(months, discount))
    emit(facts, as_json=as_json, human=lambda: _tell(facts))


def _tell(facts: dict[str, Any]) -> None:
    fitted = facts["fitted_customers"]
    share = "" if fitted == facts["customers"] else f"; fitted to {count(fitted)} of them"
    print(
        f"customer_ltv as of {facts['as_of']}: {count(facts['customers'])} customers with orders, "
        f"{count(facts['repeat_customers'])} came back{share}"
    )
    for what, names in (("orders", ("r", "alpha", "a", "b")), ("values", ("p", "q", "v"))):
        parameters = "  ".join(f"{name} {facts[name]:.4g}" for name in names)
        print(f"  {what}  {parameters}  log-likelihood {facts[f'{what}_log_likelihood']:,.1f}")
    print(f"  frequency and value of orders: correlation {facts['correlation']:.2f}")
    for note in facts["notes"]:
        print(f"  {note}")
    print(
        f"next {facts['months']} months: {facts['expected_orders']:,.0f} orders, {facts['predicted_ltv']:,.2f} "
        f"at {facts['discount']:.2%} a month; {facts['mean_probability_alive']:.0%} of customers are still there"
    )
    print("next: select * from customer_ltv_forecast order by as_of desc, predicted_ltv desc limit 10")
