"""Data that cannot carry a forecast: refused before anything is fitted, each with a sentence."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from sluice.errors import ConfigError, DataError
from sluice.pipelines.customer_ltv.forecast.fit import rank_correlation, refuse_too_few
from sluice.pipelines.customer_ltv.forecast.gamma_gamma import Spend
from sluice.pipelines.customer_ltv.forecast.library import scipy


def test_99_customers_who_came_back_are_too_few() -> None:
    with pytest.raises(DataError) as e:
        refuse_too_few(99, "came back to order on another day")
    assert e.value.code == "too_few_repeat"
    assert str(e.value) == (
        "99 customers came back to order on another day; a forecast needs 100 at least. Load more orders, or forecast "
        "for a later date."
    )


def test_100_are_enough() -> None:
    refuse_too_few(100, "came back to order on another day")


def spend(x: list[float], m: list[float], customers: list[float]) -> Spend:
    return Spend(np.array(x), np.array(m), np.array(customers))


def test_the_correlation_is_one_of_ranks() -> None:
    assert rank_correlation(spend([1, 2, 3], [10, 20, 9_000], [1, 1, 1])) == pytest.approx(1)
    assert rank_correlation(spend([1, 2, 3], [30, 20, 10], [1, 1, 1])) == pytest.approx(-1)


def test_a_group_weighs_as_much_as_its_customers() -> None:
    grouped = spend([1, 2, 1], [10, 20, 30], [50, 50, 2])
    one_by_one = spend([1] * 50 + [2] * 50 + [1] * 2, [10] * 50 + [20] * 50 + [30] * 2, [1] * 102)

    assert rank_correlation(grouped) == pytest.approx(rank_correlation(one_by_one))
    assert rank_correlation(grouped) == pytest.approx(0.9375, abs=0.03)


def test_what_does_not_vary_is_not_correlated() -> None:
    assert rank_correlation(spend([2, 2], [10, 20], [30, 70])) == 0
    assert rank_correlation(spend([1, 2], [10, 10], [30, 70])) == 0


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == "scipy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Hidden(), *sys.meta_path])
    with pytest.raises(ConfigError) as e:
        scipy("special")
    assert str(e.value) == ("A forecast needs scipy, which is not installed here: pip install 'sluice-etl[forecast]'.")


class Hidden:
    """Finds no scipy."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name.partition(".")[0] == "scipy":
            raise ModuleNotFoundError(name)
