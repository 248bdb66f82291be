"""Bins of a histogram: round numbers that hold the values and squash none of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.reports.scales import MOST_BINS, Scale, count_ticks, round_step, scale_for


def edges(scale: Scale) -> list[str]:
    return [f"{edge:f}" for edge in scale.edges]


def scale(values: int, lowest: str, highest: str, p1: float | None = None, p99: float | None = None) -> Scale:
    low, high = Decimal(lowest), Decimal(highest)
    return scale_for(values, low, high, float(low) if p1 is None else p1, float(high) if p99 is None else p99)


def test_values_of_one_magnitude_get_equal_steps() -> None:
    made = scale(12, "20.00", "95.00")
    assert (edges(made), made.by_ratio) == (["20", "40", "60", "80", "100"], False)


def test_values_over_magnitudes_get_steps_of_equal_ratio() -> None:
    made = scale(12, "12.00", "480.00")
    assert (edges(made), made.by_ratio) == (["10", "20", "50", "100", "200", "500"], True)


def test_many_values_get_finer_steps() -> None:
    made = scale(50_000, "12.00", "480.00")
    assert edges(made) == ["10", "12.5", "16", "20", "25", "32", "40", "50", "63", "80",
                           "100", "125", "160", "200", "250", "320", "400", "500"]  # fmt: skip


def test_the_highest_value_lies_below_the_last_edge() -> None:
    assert edges(scale(12, "10.00", "500.00"))[-1] == "1000"
    assert edges(scale(12, "20.00", "100.00"))[-1] == "120"


def test_a_single_value_has_one_bin_around_it() -> None:
    assert edges(scale(1, "55.00", "55.00")) == ["50", "60"]
    assert edges(scale(1, "0.01", "0.01")) == ["0.01", "0.02"]


def test_a_few_far_out_values_are_left_to_the_open_ends() -> None:
    assert edges(scale(1_000, "0.01", "9000000.00", p1=20, p99=95)) == ["20", "25", "30", "35", "40", "45", "50", "55",
                                                                      "60", "65", "70", "75", "80", "85", "90", "95",
                                                                      "100"]  # fmt: skip


@pytest.mark.parametrize(
    ("least", "step"), [("1", "1"), ("1.01", "2"), ("0.21", "0.25"), ("26", "50"), ("501", "1000"), ("0.001", "0.001")]
)
def test_a_step_is_round(least: str, step: str) -> None:
    assert round_step(Decimal(least)) == Decimal(step)


@pytest.mark.parametrize(
    ("most", "ticks"), [(0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (9, [0, 3, 6, 9]), (2_400, [0, 1000, 2000, 3000])]
)
def test_counts_have_ticks_in_whole_numbers(most: int, ticks: list[int]) -> None:
    assert count_ticks(most) == ticks


amounts = st.decimals(min_value="0.01", max_value="999999999999.99", places=2)


@given(st.integers(2, 10**7), st.lists(amounts, min_size=2, max_size=2).map(sorted))
def test_all_values_are_in_some_bin_and_bins_are_few_and_rise(values: int, ends: list[Decimal]) -> None:
    low, high = ends
    made = scale_for(values, low, high, float(low), float(high))
    assert made.edges[0] <= low
    assert high < made.edges[-1]
    assert all(left < right for left, right in zip(made.edges, made.edges[1:], strict=False))
    assert len(made.edges) - 1 <= max(MOST_BINS, 3 * 14) + 2


@given(st.integers(0, 10**9))
def test_ticks_reach_the_most_and_are_at_most_six(most: int) -> None:
    ticks = count_ticks(most)
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6
