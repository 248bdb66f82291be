"""BG/NBD: published numbers, parameters recovered from customers drawn from them, and what must hold at the limits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln

from sluice.errors import DataError
from sluice.pipelines.customer_ltv.forecast.bg_nbd import BetaGeometric, Purchases, fit
from tests.kit.buying import order_times, purchases

CDNOW = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426)  # the estimates that the paper prints
LAWS = [CDNOW, BetaGeometric(0.8, 8.0, 0.8, 2.5), BetaGeometric(2.5, 20.0, 0.3, 6.0)]


def of(*numbers: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(numbers)


def by_integral(law: BetaGeometric, x: float, observed: float, ahead: float) -> float:
    """Orders of one who is alive, from the definition: over all probabilities p of leaving, which are Beta(a, b+x)."""

    def orders(p: float) -> float:
        return float(-np.expm1(-(law.r + x) * np.log1p(p * ahead / (law.alpha + observed))) / p)

    def half(power: float, other: float, p_of: Callable[[float], float]) -> float:
        # u = p^k (or (1-p)^k) instead of p, so that nothing is infinite at 0
        k = min(power, 1.0)

        def density(u: float) -> float:
            near = u ** (1 / k)
            logs = (power - k) * np.log(near) + (other - 1) * np.log1p(-near) - betaln(law.a, law.b + x)
            return float(np.exp(logs) / k) * orders(p_of(near))

        return float(quad(density, 0, 0.5**k, epsabs=1e-10, epsrel=1e-8, limit=500)[0])

    return half(law.a, law.b + x, lambda near: near) + half(law.b + x, law.a, lambda near: 1 - near)


def test_the_worked_example_of_the_paper() -> None:
    # a customer with 2 repeat orders, the last in week 30.43 of 38.86, in the next 39 weeks
    assert CDNOW.expected_orders(of(2), of(30.43), of(38.86), 39.0) == pytest.approx([1.226], abs=5e-4)
    assert CDNOW.probability_alive(of(2), of(30.43), of(38.86)) == pytest.approx([0.7266], abs=5e-5)


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.slow
def test_20000_customers_give_their_parameters_back(law: BetaGeometric) -> None:
    rng = np.random.default_rng(2005)
    found, end = fit(purchases(law, rng.uniform(26, 156, 20_000), rng))

    # four times the spread over twelve other seeds
    assert found.r == pytest.approx(law.r, rel=0.06)
    assert found.alpha == pytest.approx(law.alpha, rel=0.10)
    assert found.a == pytest.approx(law.a, rel=0.20)
    assert found.b == pytest.approx(law.b, rel=0.25)
    assert end.notes == ()


def test_the_unit_of_time_does_not_matter() -> None:
    rng = np.random.default_rng(7)
    seen = purchases(LAWS[1], rng.uniform(26, 156, 5_000), rng)
    weeks, _ = fit(seen)
    days, _ = fit(Purchases(seen.x, seen.t_x * 7, seen.T * 7, seen.customers))

    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-3)
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-3)


def test_groups_are_fitted_like_the_customers_in_them() -> None:
    rng = np.random.default_rng(8)
    seen = purchases(LAWS[1], rng.integers(20, 40, 4_000).astype(float), rng)
    days = np.stack([seen.x, np.floor(seen.t_x), seen.T])
    grouped, counts = np.unique(days, axis=1, return_counts=True)
    apart, _ = fit(Purchases(*days, seen.customers))
    together, _ = fit(Purchases(*grouped, counts.astype(float)))

    assert len(counts) < 3_000
    assert vars(together) == pytest.approx(vars(apart), rel=1e-4)


def test_orders_to_come_are_those_that_come() -> None:
    law, rng = LAWS[1], np.random.default_rng(9)
    observed, ahead = rng.uniform(20, 100, 20_000), 52.0
    rounds = np.array(order_times(law, observed + ahead, rng))
    seen = rounds <= observed
    last = np.max(np.where(seen, rounds, 0), axis=0)
    came = ((~np.isnan(rounds)) & (rounds > observed)).sum()
    expected = law.expected_orders(seen.sum(axis=0).astype(float), last, observed, ahead).sum()

    assert expected == pytest.approx(came, rel=0.03)


@pytest.mark.parametrize("x", [0, 1, 7, 200])
@pytest.mark.parametrize(
    "law",
    [
        *LAWS,
        BetaGeometric(0.5, 6.0, 1.0, 3.0),  # a = 1: the formula is 0/0
        BetaGeometric(0.5, 6.0, 0.4, 0.6),  # a + b = 1: so it is without repeat orders
        BetaGeometric(0.5, 6.0, 0.2, 0.3),
        BetaGeometric(300.0, 3000.0, 0.5, 2.0),
        BetaGeometric(0.5, 6.0, 300.0, 900.0),
    ],
    ids=str,
)
def test_the_formula_is_the_integral_that_it_stands_for(law: BetaGeometric, x: int) -> None:
    found = law.orders_if_alive(of(x), of(60.0), 52.0)

    assert found == pytest.approx([by_integral(law, x, 60.0, 52.0)], rel=2e-5)


def test_numbers_stay_finite_for_the_busiest_and_the_oldest_customers() -> None:
    x, last, observed = of(0, 5_000, 5_000, 1), of(0, 5_199, 10, 0.2), of(5_200, 5_200, 5_200, 0.2)

    orders = CDNOW.expected_orders(x, last, observed, 520.0)
    alive = CDNOW.probability_alive(x, last, observed)

    # 5,000 orders in 100 years, the last one a week ago: 50 a year, and less the more of them leave
    assert orders[1] == pytest.approx(481, abs=1)
    assert alive == pytest.approx([1, 0.9996, 0, 0.754], abs=5e-4)
    assert orders[2] == 0


def test_who_has_no_repeat_order_is_alive() -> None:
    assert CDNOW.probability_alive(of(0, 0), of(0, 0), of(0, 500)).tolist() == [1.0, 1.0]


def test_who_has_been_silent_for_longer_is_less_likely_alive_and_orders_less() -> None:
    last = np.linspace(1, 100, 50)
    alive = CDNOW.probability_alive(np.full(50, 4.0), last, np.full(50, 100.0))
    orders = CDNOW.expected_orders(np.full(50, 4.0), last, np.full(50, 100.0), 52.0)

    assert (np.diff(alive) > 0).all()
    assert (np.diff(orders) > 0).all()


def test_orders_grow_with_the_time_ahead_and_are_0_in_no_time() -> None:
    ahead = [0.0, 1.0, 4.0, 52.0, 520.0]
    orders = [float(CDNOW.expected_orders(of(3), of(50), of(60), t)[0]) for t in ahead]

    assert orders[0] == pytest.approx(0, abs=1e-12)
    assert (np.diff(orders) > 0).all()


def test_customers_who_never_leave_are_a_limit_and_not_an_error() -> None:
    rng = np.random.default_rng(3)
    observed = rng.uniform(10, 150, 5_000)
    found, end = fit(purchases(BetaGeometric(1.0, 10.0, 1e-6, 10.0), observed, rng))

    assert "a tends to 0: nobody leaves" in end.notes
    # Gamma-Poisson: (r + x) / (alpha + T) orders a week
    assert found.expected_orders(of(10), of(90), of(100), 50.0) == pytest.approx([11 / 110 * 50], rel=0.03)


def test_customers_who_all_leave_after_one_repeat_order_cannot_be_told() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 2, 5_000).astype(float)
    seen = Purchases(x, x * 10, np.full(5_000, 100.0), np.ones(5_000))

    with pytest.raises(DataError, match="BG/NBD model does not settle on these data: its parameter b tends to 0") as e:
        fit(seen)
    assert e.value.code == "no_convergence"
