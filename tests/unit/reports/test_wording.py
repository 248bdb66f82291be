"""Numbers and dates as a page shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sluice.reports.wording import brief, money, month, percent, things, whole


def test_what_is_not_there_is_a_dash() -> None:
    assert {whole(None), money(None), percent(None), month(None)} == {"\N{EN DASH}"}


def test_numbers_have_separators_and_a_real_minus() -> None:
    assert whole(1_234_567) == "1,234,567"
    assert money(Decimal("-1234.5")) == "\N{MINUS SIGN}1,234.50"
    assert money(Decimal("999999999999.99")) == "999,999,999,999.99"
    assert percent(Decimal("0.125")) == "12.5\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("amount", "label"),
    [("0", "0"), ("0.05", "0.05"), ("12.5", "12.5"), ("100", "100"), ("1E+2", "100"), ("2500", "2.5k"),
     ("1250000", "1.25M"), ("2E+9", "2G"), ("5E+12", "5T")],
)  # fmt: skip
def test_a_label_of_an_axis_is_short(amount: str, label: str) -> None:
    assert brief(Decimal(amount)) == label


def test_a_month_is_a_year_and_a_number() -> None:
    assert month(date(2023, 4, 1)) == "2023-04"


def test_one_of_a_thing_is_not_things() -> None:
    assert (things(1, "customer"), things(0, "customer"), things(2_000, "order")) == (
        "1 customer", "0 customers", "2,000 orders",
    )  # fmt: skip
