"""preprocessed_data from rows written by hand: what is flagged, filled, quarantined and added, and what is not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sluice import preprocess
from sluice.errors import ConfigError
from sluice.pipelines.unified_sales import pipeline, preprocessed_data
from tests.kit.ltv_shop import facts, modes
from tests.kit.unified_files import Market, customer

PRODUCTS = ["1,Lamp,Home,10.00,4", "2,Desk,book,-1.00,-4", "3,Shelf,Home,,0"]


def _rows(market: Market, names: str) -> list[tuple[Any, ...]]:
    return market.sql(f"select {names} from preprocessed_data order by source, transaction_id")


def _transactions(market: Market, *lines: str, ages: tuple[object, ...] = (30,), **values: object) -> dict[str, Any]:
    people = [customer(number, Age=age, **values) for number, age in enumerate(ages, 1)]
    return market.run(
        market.csv("transactions.csv", *lines),
        market.csv("products.csv", *PRODUCTS),
        market.jsonl("customers.jsonl", people),
    )


@pytest.mark.parametrize(
    ("line", "rules", "quarantined"),
    [
        ("1,1001,2,10.00,2022-01-01", None, False),
        ("1,1001,2,0,2022-01-01", None, False),
        ("1,1001,2,-0.01,2022-01-01", "unit_price_low", False),
        ("1,1001,2,,2022-01-01", None, False),
        ("1,1001,0,10.00,2022-01-01", "quantity_low", True),
        ("1,1001,-1,-10.00,2022-01-01", "unit_price_low,quantity_low", True),
        ("1,1001,,10.00,2022-01-01", None, False),
    ],
)
def test_a_sale_is_marked_with_the_rules_that_it_breaks(
    market: Market, line: str, rules: str | None, quarantined: bool
) -> None:
    market.run(market.csv("sales.csv", line))
    names = "abnormal, is_abnormal, quarantined"
    assert _rows(market, names) == [(rules, rules is not None, quarantined)]


def test_a_quantity_far_from_the_others_is_an_outlier_of_its_source_alone(market: Market) -> None:
    # of 1 to 10 twice and 18, 19, 1000, the median is 6 and the MAD 3: up to 6 + 3 x 1.4826 x 3 = 19.34
    sold = [*range(1, 11), *range(1, 11), 18, 19, 1000, 0]
    sales = [f"{number},1001,{quantity},1,2022-01-01" for number, quantity in enumerate(sold)]
    more = [f"{number},1,1,{quantity},2022-01-01,1" for number, quantity in enumerate(range(990, 1011))]
    market.run(market.csv("sales.csv", *sales), market.csv("transactions.csv", *more))
    found = _rows(market, "source, quantity, abnormal, quarantined")
    assert [row for row in found if row[3]] == [
        ("sales", 1000, "quantity_outlier", True),
        ("sales", 0, "quantity_low", True),
    ]


def test_what_cannot_be_there_is_not_missing(market: Market) -> None:
    market.run(
        market.csv("sales.csv", "1,1001,,,"),
        market.csv("transactions.csv", "1,1,3,1,,", "2,9,9,1,2022-01-01,1"),
        market.csv("products.csv", *PRODUCTS),
        market.jsonl("customers.jsonl", [customer(1, Gender="", Location="Unknown", Date_Joined=None)]),
    )
    of_rows = ["transaction_date", "quantity", "unit_price", "total_amount", "product_price"]
    flags = [*of_rows, "gender", "location", "date_joined"]
    rows = _rows(market, ", ".join(f"{name}_was_missing" for name in flags))
    missing = [[name for name, was in zip(flags, row, strict=True) if was] for row in rows]
    assert missing == [
        ["transaction_date", "quantity", "unit_price"],
        ["transaction_date", "total_amount", "product_price", "gender", "location", "date_joined"],
        [],  # neither its customer nor its product is known: there is nothing that could be missing
    ]


def test_an_age_is_the_median_of_the_gender_where_it_is_missing_and_nobody_is_0(market: Market) -> None:
    women = [customer(1, Age=20), customer(2, Age=31), customer(3, Age=None), customer(4, Age=130)]
    men = [customer(5, Age=60, Gender="Male"), customer(6, Age=None, Gender="Male"), customer(7, Age="", Gender="")]
    market.run(
        market.csv("transactions.csv", *(f"{number},{number},1,1,2022-01-01,1" for number in range(1, 9))),
        market.csv("sales.csv", "1,1001,1,1,2022-01-01"),
        market.jsonl("customers.jsonl", women + men),
    )
    found = market.sql(
        "select customer_id, age, age_was_missing, age_group from preprocessed_data"
        " where source = 'transactions' order by 1"
    )
    assert found == [
        (1, 20, False, "18-30"),
        (2, 31, False, "31-45"),
        (3, 26, True, "18-30"),  # 25.5, rounded half up; 130 is no age to go by
        (4, 130, False, "over 100"),
        (5, 60, False, "46-60"),
        (6, 60, True, "46-60"),
        (7, 31, True, "31-45"),  # no gender: the median of all, of 20, 31 and 60
        (8, None, False, None),  # a customer whom nobody knows
    ]
    assert market.sql("select age, age_was_missing from preprocessed_data where source = 'sales'") == [(None, False)]


@pytest.mark.parametrize(
    ("age", "group"),
    [
        (0, "under 18"),
        (17, "under 18"),
        (18, "18-30"),
        (30, "18-30"),
        (31, "31-45"),
        (100, "61-100"),
        (101, "over 100"),
    ],
)
def test_18_is_an_adult_and_over_100_is_kept(market: Market, age: int, group: str) -> None:
    _transactions(market, "1,1,1,1,2022-01-01,1", ages=(age,))
    assert _rows(market, "age, age_group") == [(age, group)]


@pytest.mark.parametrize(
    ("said", "means", "rules"),
    [
        ("Female", "Female", None),
        ("f", "Female", None),
        ("MALE", "Male", None),
        ("non binary", "Non-binary", None),
        ("Robot", "Robot", "gender_unlisted"),
        ("", None, None),
    ],
)
def test_a_gender_is_spelled_in_one_way(market: Market, said: str, means: str | None, rules: str | None) -> None:
    _transactions(market, "1,1,1,1,2022-01-01,1", Gender=said)
    assert _rows(market, "gender, abnormal, quarantined") == [(means, rules, False)]


def test_states_and_categories_are_spelled_in_one_way(market: Market) -> None:
    _transactions(market, "1,1,2,1,2022-01-01,1", Location="ny")
    assert _rows(market, "location, category, product_price, stock_available") == [
        ("New York", "Books", Decimal("-1.00"), -4)
    ]
    assert _rows(market, "abnormal") == [("product_price_low,stock_available_low",)]


def test_a_row_that_says_the_same_under_another_number_is_a_duplicate(market: Market) -> None:
    same = "1001,2,10.00,2022-01-01"
    market.run(
        market.csv("sales.csv", f"1,{same}", f"2,{same}", "3,1001,2,10.00,2022-01-02", f"4,{same}"),
        market.csv("transactions.csv", "1,,1001,2,2022-01-01,"),
    )
    assert _rows(market, "source, transaction_id, is_duplicate") == [
        ("sales", 1, False),
        ("sales", 2, True),
        ("sales", 3, False),
        ("sales", 4, True),
        ("transactions", 1, False),
    ]


def test_features_of_a_day_and_of_money(market: Market) -> None:
    # 29 February 2024 was a Thursday, 1 January 2023 a Sunday
    market.run(
        market.csv(
            "sales.csv", "1,1001,3,0.35,29/02/2024", "2,1001,0,5,01-01-2023", "3,1001,2,-5,", "4,1001,2,,2022-12-05"
        ),
        market.csv("transactions.csv", "1,1,1,3,2024-03-01,1.00", "2,1,1,3,2024-03-01,-1.00"),
    )
    assert _rows(market, "month, weekday, revenue") == [
        (2, 4, Decimal("1.05")),
        (1, 7, None),
        (None, None, None),
        (12, 1, None),
        (3, 5, Decimal("1.00")),
        (3, 5, None),
    ]


def test_what_a_customer_comes_to(market: Market) -> None:
    amounts = ["1,1,1,1,2022-01-01,10", "2,1,1,1,2022-01-01,-99", "3,1,1,1,,0.50", "4,2,1,1,2022-01-01,", "5,,1,1,,7"]
    _transactions(market, *amounts, ages=(30, 40))
    assert _rows(market, "customer_id, customer_transactions, customer_total") == [
        (1, 2, Decimal("10.50")),
        (1, 2, Decimal("10.50")),
        (1, 2, Decimal("10.50")),
        (2, 0, None),
        (None, None, None),
    ]


def test_a_price_is_scaled_by_what_was_stored_also_for_a_sale_that_comes_later(market: Market) -> None:
    market.run(market.csv("sales.csv", "1,1001,1,10,2022-01-01", "2,1001,1,20,2022-01-01", "3,1001,1,-70,2022-01-01"))
    scaled = "transaction_id, round(price_scaled::numeric, 6)"
    first = [(1, Decimal("-0.707107")), (2, Decimal("0.707107")), (3, Decimal("-12.020815"))]
    assert _rows(market, scaled) == first  # by the mean 15 and the deviation 7.0710678 of 10 and 20
    market.run(market.csv("sales_2.csv", "4,1001,1,1000,2022-01-01"))
    assert _rows(market, scaled) == [*first, (4, Decimal("139.300036"))]


def test_the_run_tells_what_each_step_changed_and_the_same_again_writes_nothing(market: Market) -> None:
    lines = ["1,1,1,1,,1", "2,2,1,0,2022-01-01,-1"]
    status = _transactions(market, *lines, ages=(None, 40), Gender="f")
    (steps,) = facts(status, "steps", of="preprocessed_data")
    told = {each["step"]: each["changed"] for each in steps if any(each["changed"].values())}
    assert told == {
        "missing_transaction_date": {"missing": 1},
        "missing_age": {"missing": 1, "filled": 1},
        "inconsistent_gender": {"respelled": 2, "gender_unlisted": 0},
        "abnormal_total_amount": {"total_amount_low": 1},
        "abnormal_quantity": {"quantity_low": 1, "quantity_outlier": 0},
        "age_group": {"added": 2},
        "month": {"added": 1},
        "weekday": {"added": 1},
        "revenue": {"added": 1},
        "totals": {"added": 2},
    }
    before = _rows(market, "*")
    assert modes(_transactions(market, *lines, ages=(None, 40), Gender="f")) == ["unchanged"] * 3
    assert _rows(market, "*") == before


def test_a_step_on_a_column_that_does_not_exist_is_an_error_at_import() -> None:
    steps = [*preprocessed_data.steps, preprocess.missing("discount")]
    with pytest.raises(
        ConfigError, match=r"preprocessed_data.*missing_discount.*Unknown column 'discount'; expected one of"
    ):
        replace(pipeline, derived=[*pipeline.derived[:-1], replace(preprocessed_data, steps=steps)])
