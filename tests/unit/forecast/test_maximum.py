"""The search for a maximum: it finds one, sees limits, and refuses what has none or several."""

from __future__ import annotations

import numpy as np
import pytest

from sluice.errors import DataError
from sluice.pipelines.customer_ltv.forecast.maximum import Parameter, Vector, maximise

STARTS = np.array([[0.1], [1.0], [50.0]])
FREE = (Parameter("k", 1e-3, 1e3),)


def hill(values: Vector) -> tuple[float, Vector]:
    """Highest at k = 2."""
    return -float((values[0] - 2) ** 2), -2 * (values - 2)


def ever_higher(values: Vector) -> tuple[float, Vector]:
    return float(np.log(values[0])), 1 / values


def two_hills(values: Vector) -> tuple[float, Vector]:
    """One at k = 0.1, a higher one at k = 10."""
    log = np.log10(values[0])
    return float(-((log**2 - 1) ** 2) + 0.1 * log), (-4 * log * (log**2 - 1) + 0.1) / values / np.log(10)


def test_a_hill_has_a_top() -> None:
    found = maximise("test", hill, FREE, STARTS)

    assert found.values == pytest.approx([2.0], rel=1e-4)
    assert found.notes == ()


def test_a_limit_with_a_meaning_is_a_note() -> None:
    found = maximise("test", ever_higher, (Parameter("k", 1e-3, 1e3, above="all alike"),), STARTS)

    assert found.values == pytest.approx([1000.0])
    assert found.notes == ("k tends to infinity: all alike",)


def test_a_limit_without_a_meaning_is_refused() -> None:
    with pytest.raises(DataError, match="The test model does not settle on these data: its parameter k tends to inf"):
        maximise("test", ever_higher, FREE, STARTS)


def test_an_end_that_only_one_start_leads_to_is_refused() -> None:
    with pytest.raises(DataError, match="searches from different starts end in different places"):
        maximise("test", two_hills, FREE, np.array([[0.05], [15.0]]))


def test_a_slope_that_lies_is_refused() -> None:
    def lies(values: Vector) -> tuple[float, Vector]:
        return hill(values)[0], values * 0 + 1

    with pytest.raises(DataError, match="still climbs where the search ends"):
        maximise("test", lies, FREE, STARTS)


def test_a_likelihood_that_is_nowhere_a_number_is_refused() -> None:
    with pytest.raises(DataError, match="does not settle"):
        maximise("test", lambda values: (float("nan"), values), FREE, STARTS)
