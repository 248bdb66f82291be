"""A customer's forecast from fitted models: month by month, discounted, and within a stated horizon."""

from __future__ import annotations

import numpy as np
import pytest

from sluice.errors import ConfigError, PermanentError
from sluice.pipelines.customer_ltv.forecast.bg_nbd import BetaGeometric
from sluice.pipelines.customer_ltv.forecast.fit import Fit
from sluice.pipelines.customer_ltv.forecast.gamma_gamma import GammaGamma
from sluice.pipelines.customer_ltv.forecast.history import Batch
from sluice.pipelines.customer_ltv.forecast.prediction import Horizon, predict

FIT = Fit(BetaGeometric(0.243, 4.414, 0.793, 2.426), GammaGamma(6.25, 3.74, 15.44), 0, 0, 0, 1, ())


def batch(frequency: float, recency_days: float, observed_days: float, mean_value: float) -> Batch:
    numbers = (frequency, recency_days, observed_days, mean_value)
    return Batch(np.array([1]), *(np.array([float(each)]) for each in numbers))


def test_one_month_without_discount_is_orders_times_value() -> None:
    found = predict(FIT, batch(2, 213, 272, 22.35), Horizon(months=1, discount=0))

    assert found.predicted_ltv == pytest.approx(found.expected_orders * found.expected_value)
    assert found.expected_value == pytest.approx([24.66], abs=0.01)


def test_a_month_later_is_worth_a_discount_less() -> None:
    customer = batch(2, 213, 272, 22.35)
    one, two = (predict(FIT, customer, Horizon(months, 0.0)).predicted_ltv for months in (1, 2))
    found = predict(FIT, customer, Horizon(2, 0.25)).predicted_ltv

    assert found == pytest.approx(one / 1.25 + (two - one) / 1.5625)


def test_the_horizon_of_nine_months_is_that_of_the_papers_example() -> None:
    # 9 months are 39.1 weeks; in 39 weeks the paper expects 1.226 orders
    assert predict(FIT, batch(2, 213, 272, 22.35), Horizon(9)).expected_orders == pytest.approx([1.23], abs=0.005)


def test_customers_of_a_batch_do_not_mix() -> None:
    frequency, last = np.array([3.0, 0, 3, 7, 0]), np.array([70.0, 0, 14, 70, 0])
    together = Batch(
        np.arange(5), frequency, last, np.array([90.0, 90, 90, 90, 30]), np.array([9, np.nan, 5, 1, np.nan])
    )
    found = predict(FIT, together, Horizon())
    for row in range(5):
        alone = predict(FIT, Batch(*(each[row : row + 1] for each in vars(together).values())), Horizon())
        for name, numbers in vars(alone).items():
            assert getattr(found, name)[row] == pytest.approx(float(numbers[0]))


def test_who_ordered_for_the_first_time_on_the_day_itself_has_a_forecast() -> None:
    found = predict(FIT, batch(0, 0, 0, np.nan), Horizon())

    assert found.probability_alive.tolist() == [1.0]
    assert found.expected_value == pytest.approx([35.22], abs=0.01)
    assert found.predicted_ltv[0] > 0


def test_a_number_that_cannot_be_told_is_not_written() -> None:
    with pytest.raises(PermanentError, match="expected_value of customer 1 cannot be computed"):
        predict(FIT, batch(2, 7, 14, np.inf), Horizon())


@pytest.mark.parametrize("months", [0, -1, 121])
def test_a_horizon_is_a_month_to_ten_years(months: int) -> None:
    with pytest.raises(ConfigError, match=f"A forecast is for 1 to 120 months, not {months}"):
        Horizon(months)


@pytest.mark.parametrize("discount", [-0.01, 1.0, float("nan"), float("inf")])
def test_a_discount_is_a_share(discount: float) -> None:
    with pytest.raises(
        ConfigError, match=r"The discount of .* a month is not from 0 to below 1: one per cent is 0\.01"
    ):
        Horizon(discount=discount)
