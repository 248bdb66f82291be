"""`sluice forecast`: what is asked for, and what is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from sluice.cli.data.forecast import forecast
from sluice.cli.edge import Edge
from sluice.errors import DataError
from sluice.pipelines import find
from sluice.pipelines.customer_ltv import SETTLED

Sluice = Callable[..., Any]


def part(name: str) -> Any:
    """A module of the forecast as the command finds it: pipelines are read under names of their own."""
    return import_module(f"{find('customer_ltv').forecast.__module__}.forecast.{name}")


FACTS = {
    "fit": 7,
    "as_of": date(2024, 6, 30),
    "customers": 12_345,
    "repeat_customers": 4_567,
    "fitted_customers": 12_345,
    "r": 0.243,
    "alpha": 4.414,
    "a": 0.0001,
    "b": 10000.0,
    "orders_log_likelihood": -9582.43,
    "p": 6.25,
    "q": 3.745,
    "v": 15.45,
    "values_log_likelihood": -4055.92,
    "correlation": 0.1139,
    "notes": ["a tends to 0: nobody leaves"],
    "months": 12,
    "discount": 0.01,
    "expected_orders": 7_890.12,
    "predicted_ltv": Decimal("456789.10"),
    "mean_probability_alive": 0.714,
}


@pytest.fixture
def sluice() -> Sluice:
    app = typer.Typer(cls=Edge)
    app.command()(forecast)
    app.command()(lambda: None)  # a group has two commands at least
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the engine is asked for; it answers with FACTS."""
    made: list[Any] = []

    def answer(_pipeline: Any, *wanted: Any) -> dict[str, Any]:
        made.append(wanted)
        return FACTS

    monkeypatch.setattr(part("run"), "forecast", answer)
    return made


def test_it_tells_the_fit_and_what_follows(sluice: Sluice, asked: list[Any]) -> None:
    result = sluice("forecast", "customer_ltv", "--as-of", "2024-06-30")

    assert result.stdout == (
        "customer_ltv as of 2024-06-30: 12,345 customers with orders, 4,567 came back\n"
        "  orders  r 0.243  alpha 4.414  a 0.0001  b 1e+04  log-likelihood -9,582.4\n"
        "  values  p 6.25  q 3.745  v 15.45  log-likelihood -4,055.9\n"
        "  frequency and value of orders: correlation 0.11\n"
        "  a tends to 0: nobody leaves\n"
        "next 12 months: 7,890 orders, 456,789.10 at 1.00% a month; 71% of customers are still there\n"
        "next: select * from customer_ltv_forecast order by as_of desc, predicted_ltv desc limit 10\n"
    )
    assert asked == [(date(2024, 6, 30), SETTLED, part("prediction").Horizon(12, 0.01))]


def test_months_and_discount_are_options_and_the_answer_may_be_json(sluice: Sluice, asked: list[Any]) -> None:
    words = ("--as-of", "2024-06-30", "--months", "6", "--discount", "0", "--json")
    told = json.loads(sluice("forecast", "customer_ltv", *words).stdout)

    assert told == FACTS | {"as_of": "2024-06-30", "predicted_ltv": "456789.10"}
    assert asked == [(date(2024, 6, 30), SETTLED, part("prediction").Horizon(6, 0.0))]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("call_logs", "--as-of", "2024-06-30"), "There is no forecast for 'call_logs', only for customer_ltv."),
        (("customer_ltv", "--as-of", "2024-06-30", "--months", "0"), "A forecast is for 1 to 120 months, not 0."),
        (("customer_ltv",), "Missing option '--as-of'"),
        (("customer_ltv", "--as-of", "30.06.2024"), "Invalid value for '--as-of'"),
    ],
)
def test_mistakes_are_met_before_anything_starts(
    sluice: Sluice, asked: list[Any], words: tuple[str, ...], message: str
) -> None:
    result = sluice("forecast", *words)

    assert (result.exit_code, asked) == (2, [])
    assert message in result.stderr


def test_data_that_carry_no_forecast_fail_with_a_sentence(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise DataError("too_few_repeat", "5 customers came back.")

    monkeypatch.setattr(part("run"), "forecast", refuse)
    result = sluice("forecast", "customer_ltv", "--as-of", "2024-06-30")

    assert (result.exit_code, result.stderr) == (1, "error: 5 customers came back.\n")
