"""Gamma-Gamma: published numbers, parameters recovered from spend drawn from them, and what must hold at the limits."""

from __future__ import annotations

import numpy as np
import pytest

from sluice.errors import DataError
from sluice.pipelines.customer_ltv.forecast.gamma_gamma import GammaGamma, Spend, fit
from tests.kit.buying import mean_values

CDNOW = GammaGamma(p=6.25, q=3.74, v=15.44)  # the estimates that the note prints


def drawn(law: GammaGamma, seed: int, customers: int) -> Spend:
    rng = np.random.default_rng(seed)
    x = rng.geometric(0.4, customers).astype(float)
    return Spend(x, mean_values(law, x, rng), np.ones(customers))


def test_the_worked_examples_of_the_note() -> None:
    found = CDNOW.expected_value(np.array([2.0, 1.0]), np.array([22.35, 11.77]))

    assert found == pytest.approx([24.66, 18.92], abs=0.01)


@pytest.mark.parametrize("law", [CDNOW, GammaGamma(2.0, 5.0, 400.0)], ids=str)
def test_20000_customers_give_their_parameters_back(law: GammaGamma) -> None:
    found, end = fit(drawn(law, 2013, 20_000))

    # four times the spread over twelve other seeds
    assert found.p == pytest.approx(law.p, rel=0.20)
    assert found.q == pytest.approx(law.q, rel=0.06)
    assert found.v == pytest.approx(law.v, rel=0.27)
    # the mean of a customer's orders is known far better than the parameters it is made of
    assert found.expected_value(np.zeros(1), np.zeros(1)) == pytest.approx([law.p * law.v / (law.q - 1)], rel=0.02)
    assert end.notes == ()


def test_the_unit_of_money_does_not_matter() -> None:
    seen = drawn(CDNOW, 5, 5_000)
    dollars, _ = fit(seen)
    cents, _ = fit(Spend(seen.x, seen.m * 100, seen.customers))

    assert (cents.p, cents.q, cents.v) == pytest.approx((dollars.p, dollars.q, dollars.v * 100), rel=1e-3)


def test_the_more_orders_the_nearer_the_expected_value_is_to_what_was_seen() -> None:
    x = np.array([0.0, 1, 2, 10, 100, 1_000_000])
    found = CDNOW.expected_value(x, np.full(6, 100.0))

    assert found[0] == pytest.approx(6.25 * 15.44 / 2.74)  # the mean of all customers
    assert (np.diff(found) > 0).all()
    assert found[-1] == pytest.approx(100, abs=0.01)


def test_refunds_that_are_worth_more_than_the_orders_count_as_orders_for_nothing() -> None:
    x = np.array([3.0, 3.0])

    assert CDNOW.expected_value(x, np.array([-50.0, 0.0])) == pytest.approx([4.490, 4.490], abs=5e-4)


def test_orders_that_differ_only_by_chance_are_a_limit_and_not_an_error() -> None:
    rng = np.random.default_rng(6)
    x = rng.geometric(0.4, 5_000).astype(float)
    found, _ = fit(Spend(x, rng.gamma(2 * x) / x * 50, np.ones(5_000)))

    # all customers spend 100 in the mean, whatever was seen of them
    assert found.expected_value(np.array([1.0, 5.0]), np.array([20.0, 300.0])) == pytest.approx([100, 105], abs=7)


def test_spend_without_a_mean_is_refused() -> None:
    rng = np.random.default_rng(7)
    seen = Spend(np.full(5_000, 2.0), rng.pareto(0.8, 5_000) + 0.01, np.ones(5_000))

    with pytest.raises(DataError, match=r"\(q = 0\.\d+, not above 1\) that their spend has no mean") as e:
        fit(seen)
    assert e.value.code == "heavy_tail"
