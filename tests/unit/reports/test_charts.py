"""Charts in numbers: columns stand on the base line, side by side, and tell what they show."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sluice.reports.charts import HEIGHT, histogram, shares, steps
from sluice.reports.scales import Scale

TENS = Scale((Decimal(10), Decimal(20), Decimal(30)), by_ratio=False)
RATIOS = Scale(tuple(map(Decimal, (10, 20, 50, 100))), by_ratio=True)


def test_a_column_is_as_high_as_its_count() -> None:
    low, high = histogram(TENS, {1: 1, 2: 2}, Decimal(25), "customer").columns
    assert (low.y, low.height, high.y, high.height) == (100, 100, 0, HEIGHT)
    assert (low.words, high.words) == ("10.00 to below 20.00: 1 customer", "20.00 to below 30.00: 2 customers")
    assert (low.x, low.width) == (pytest.approx(3), pytest.approx(44))
    assert high.x == pytest.approx(53)


def test_a_bin_without_customers_keeps_its_place() -> None:
    low, high = histogram(TENS, {2: 4}, Decimal(25), "customer").columns
    assert (low.height, low.words) == (0, "10.00 to below 20.00: 0 customers")
    assert high.height == HEIGHT


def test_a_count_of_one_among_many_is_still_seen() -> None:
    assert histogram(TENS, {1: 1, 2: 1_000_000}, Decimal(25), "customer").columns[0].height == 1.5


def test_the_median_is_marked_where_it_stands() -> None:
    mark = histogram(TENS, {1: 1, 2: 2}, Decimal(25), "customer").mark
    assert mark is not None
    assert (mark.at, mark.label) == (75, "median 25.00")


def test_open_ends_are_columns_of_their_own() -> None:
    chart = histogram(TENS, {0: 1, 1: 5, 2: 5, 3: 2}, Decimal(20), "customer")
    assert [each.open_ended for each in chart.columns] == [True, False, False, True]
    assert [each.words for each in chart.columns] == [
        "below 10.00: 1 customer",
        "10.00 to below 20.00: 5 customers",
        "20.00 to below 30.00: 5 customers",
        "30.00 and more: 2 customers",
    ]
    assert [(tick.at, tick.label) for tick in chart.across] == [(25, "10"), (50, "20"), (75, "30")]
    assert chart.mark is not None
    assert chart.mark.at == 50


def test_steps_of_equal_ratio_are_equally_far_apart() -> None:
    chart = histogram(RATIOS, {1: 1, 2: 1, 3: 1}, Decimal(50), "customer")
    ticks = {tick.label: (round(tick.at, 1), tick.minor) for tick in chart.across}
    assert ticks == {"10": (0, False), "20": (30.1, True), "50": (69.9, True), "100": (100, False)}


def test_shares_add_up_along_a_line() -> None:
    chart = shares([("1", Decimal("0.75"), Decimal("0.75")), ("2", Decimal("0.25"), Decimal(1))])
    assert chart.line == ((25, 50), (75, 0))
    assert [each.height for each in chart.columns] == [150, 50]
    assert chart.columns[1].words == "2: 25.0\N{NO-BREAK SPACE}%, together 100.0\N{NO-BREAK SPACE}%"


def test_steps_go_from_nothing_to_certainty() -> None:
    chart = steps([0, 4, 0, 0], "customer")
    assert [each.words for each in chart.columns][:2] == ["0 to 25 %: 0 customers", "25 to 50 %: 4 customers"]
    assert [(tick.label, tick.minor) for tick in chart.across] == [
        ("0 %", False), ("25 %", True), ("50 %", False), ("75 %", True), ("100 %", False)
    ]  # fmt: skip
