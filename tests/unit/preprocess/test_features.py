"""Features: age groups, months, weekdays, revenue, scaled prices and totals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sluice.engine.preprocess import age_group, month, revenue, scaled, totals, weekday
from tests.unit.preprocess.applied import apply, column, frame

AGES = [
    ("-1", None), ("0", "under 18"), ("17", "under 18"), ("18", "18-30"), ("30", "18-30"), ("31", "31-45"),
    ("45", "31-45"), ("46", "46-60"), ("60", "46-60"), ("61", "61-100"), ("100", "61-100"), ("101", "over 100"),
    ("32767", "over 100"), (None, None),
]  # fmt: skip


def test_18_is_in_18_to_30_and_over_100_is_kept() -> None:
    found = apply(age_group(), frame({"age": "smallint"}, *((age,) for age, _ in AGES)))
    assert column(found.frame, "age_group") == [group for _, group in AGES]
    assert found.changed == {"added": 12}


def test_bands_are_yours_to_say() -> None:
    found = apply(age_group("years", bands=(10,), into="half"), frame({"years": "bigint"}, ("9",), ("10",)))
    assert column(found.frame, "half") == ["under 10", "over 9"]


def test_months_and_iso_weekdays_of_dates() -> None:
    days = frame({"day": "date"}, ("2024-02-29",), ("2022-04-11",), ("2024-03-03",), (None,))
    assert column(apply(month("day"), days).frame, "month") == [2, 4, 3, None]
    assert column(apply(weekday("day"), days).frame, "weekday") == [4, 1, 7, None]


SOLD = {"quantity": "bigint", "price": "numeric(14,2)", "total": "numeric(14,2)"}
REVENUE = [
    (("3", "0.10", None), "0.30"), (("1", "0.00", None), "0.00"), (("0", "5.00", None), None),
    (("-1", "5.00", None), None), (("2", "-5.00", None), None), ((None, "5.00", None), None),
    (("2", None, None), None), (("2", "5.00", "9.99"), "9.99"),
    ((None, None, "9.99"), "9.99"), (("2", "5.00", "-9.99"), None), (("9223372036854775807", "5.00", None), None),
    (("1", "999999999999.99", None), "999999999999.99"),
]  # fmt: skip


def test_revenue_is_exact_and_null_where_nothing_was_sold() -> None:
    found = apply(revenue("quantity", "price", total="total"), frame(SOLD, *(row for row, _ in REVENUE)))
    assert column(found.frame, "revenue") == [value and Decimal(value) for _, value in REVENUE]
    assert found.changed == {"added": 5}


def test_revenue_of_a_price_in_thousandths_is_rounded_half_up_to_the_cent() -> None:
    rows = frame({"quantity": "bigint", "price": "numeric(10,3)"}, ("1", "0.005"), ("1", "0.004"), ("3", "0.115"))
    found = apply(revenue("quantity", "price"), rows)
    assert column(found.frame, "revenue") == [Decimal("0.01"), Decimal("0.00"), Decimal("0.35")]


PRICES = {"price": "numeric(14,2)", "category": "text"}
KNOWN = {"mean_price": {(): 10.0, ("toys",): 20.0}, "deviation_price": {(): 4.0, ("toys",): 5.0}}


def test_a_price_is_scaled_by_the_stored_mean_and_deviation() -> None:
    rows = frame(PRICES, ("16.00", "toys"), ("10.00", None), (None, "toys"))
    assert column(apply(scaled("price", into="z"), rows, KNOWN).frame, "z") == [1.5, 0.0, None]
    by_group = apply(scaled("price", into="z", within=("category",)), rows, KNOWN)
    assert column(by_group.frame, "z") == [-0.8, 0.0, None]
    assert by_group.changed == {"added": 2}


@pytest.mark.parametrize("known", [{}, {"mean_price": {(): 10.0}, "deviation_price": {(): 0.0}}])
def test_where_rows_do_not_differ_nothing_is_scaled(known: dict[str, Any]) -> None:
    assert column(apply(scaled("price", into="z"), frame(PRICES, ("10.00", None)), known).frame, "z") == [None]


def test_totals_come_along_from_postgresql() -> None:
    step = totals("customer_id", "price", count="n", total="sum", where="price >= 0")
    counted, summed = step.scope.expressions["_n"], step.scope.expressions["_sum"]
    number = 'count(*) filter (where price >= 0) over (partition by "customer_id")'
    assert counted == (f'case when "customer_id" is not null then {number} end', "bigint")
    assert summed[1] == "numeric(16,2)"
    rows = frame({"_n": "bigint", "_sum": "numeric(16,2)"}, ("2", "3.50"), (None, None))
    found = apply(step, rows)
    assert column(found.frame, "n") == [2, None]
    assert column(found.frame, "sum") == [Decimal("3.50"), None]


@pytest.mark.parametrize(
    "step", [age_group(), month("day"), weekday("day"), revenue("n", "price"), scaled("price", into="z")]
)
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_frames_without_rows_and_with_nulls_alone_have_every_column(step: Any, rows: int) -> None:
    types = {"age": "smallint", "day": "date", "n": "bigint", "price": "numeric(14,2)"}
    found = apply(step, frame(types, *([(None,) * 4] * rows)))
    assert column(found.frame, next(iter(step.scope.adds))) == [None] * rows
    assert found.changed == {"added": 0}


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (age_group("day"), "day must be an integer column (whole years), not date."),
        (age_group("n", bands=(18, 18)), "bands must be increasing integers of at least 1, not (18, 18)."),
        (month("n"), "n must be a date column, not bigint."),
        (revenue("price", "price"), "price must be an integer column (a quantity), not numeric(14,2)."),
        (revenue("n", "n"), "n is bigint: money is numeric(p, s)."),
        (revenue("n", "wide"), "wide is numeric(30,2): more than 18 digits cannot be multiplied exactly."),
        (scaled("day", into="z"), "day must be a number column, not date."),
        (totals("n", "n", count="a", total="b"), "n is bigint: money is numeric(p, s)."),
    ],
)
def test_each_mistake_has_its_sentence(step: Any, sentence: str) -> None:
    types = {"n": "bigint", "day": "date", "price": "numeric(14,2)", "wide": "numeric(30,2)"}
    assert list(step.mistakes(types, ("id",))) == [sentence]
