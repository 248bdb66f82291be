"""The figures of a report on customer lifetime value: from tables made by hand, to the cent."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from sluice.errors import ConfigError
from sluice.pipelines.customer_ltv.report.figures import read_figures
from tests.integration.reports.built import Built
from tests.kit.in_process import InProcess


def test_totals_count_everybody_and_those_with_orders_apart(built: Built) -> None:
    built.customer(1, "300", orders=2, revenue="100", first="2023-05-01", refunds="10")
    built.customer(2, "100", revenue="50.50", first="2023-06-01")
    built.customer(3, "0", revenue="0", first="2023-06-02", refunds="80")
    built.customer(4, "-9", revenue="-3", first="2023-06-02", refunds="8")
    built.customer(5)
    built.customer(6)
    built.customer(6, "7777", first="2022-01-01", day="2022-12-31")
    assert read_figures(date(2023, 12, 31))["totals"] == {
        "customers": 6,
        "buyers": 4,
        "repeaters": 1,
        "orders": 5,
        "revenue": Decimal("147.50"),
        "refunds": Decimal("98.00"),
        "ltv": Decimal("391.00"),
        "mean_ltv": Decimal("65.17"),
        "mean_ltv_of_buyers": Decimal("97.75"),
        "median_ltv": Decimal("0.00"),
        "median_ltv_of_buyers": Decimal("50.00"),
        "above_zero": 2,
        "zero_without_order": 2,
        "zero_with_orders": 1,
        "below_zero": 1,
        "lowest": Decimal("100.00"),
        "highest": Decimal("300.00"),
        "shortest_lifespan": Decimal("3.0000"),
        "longest_lifespan": Decimal("3.0000"),
        "built_at": datetime(2024, 1, 1, 2),
    }


def test_the_newest_date_is_reported_on_unless_one_is_asked_for(built: Built) -> None:
    built.customer(1, day="2023-12-30")
    built.customer(1, day="2023-12-31")
    assert read_figures()["as_of"] == date(2023, 12, 31)
    assert read_figures(date(2023, 12, 30))["as_of"] == date(2023, 12, 30)


def test_a_histogram_has_every_customer_above_zero_in_one_bin(built: Built) -> None:
    for number, ltv in enumerate(("0", "-5", "10", "19.99", "20", "95"), 1):
        built.customer(number, ltv)
    figures = read_figures()
    assert list(map(int, figures["scale"].edges)) == [0, 20, 40, 60, 80, 100]
    assert figures["histogram"] == {1: 2, 2: 1, 5: 1}
    assert figures["quantiles"][0.5] == pytest.approx(19.995)


def test_tenths_share_the_value_of_those_who_have_some(built: Built) -> None:
    for number in range(1, 21):
        built.customer(number, str(number))
    built.customer(99)
    tenths = read_figures()["tenths"]
    assert [(each["tenth"], each["customers"], each["ltv"]) for each in tenths[:2]] == [
        (1, 2, Decimal(39)),
        (2, 2, Decimal(35)),
    ]
    assert (round(tenths[0]["share"], 4), round(tenths[1]["so_far"], 4)) == (Decimal("0.1857"), Decimal("0.3524"))
    assert (tenths[0]["lowest"], tenths[9]["so_far"]) == (Decimal(19), Decimal(1))


def test_the_top_are_the_most_valuable_by_value_then_number(built: Built) -> None:
    built.customer(9, "50", name="Nine")
    built.customer(3, "50", name=None)
    built.customer(5, "60.01", name="Five")
    built.customer(1, "0")
    for number in range(100, 120):
        built.customer(number, "1")
    built.engine.sql("delete from customers where customer_id = 9")
    top = read_figures()["top"]
    assert [(each["customer_id"], each["name"]) for each in top[:3]] == [(5, "Five"), (3, ""), (9, "")]
    assert len(top) == 20


def test_cohorts_are_the_last_24_months_and_one_row_of_older_ones(built: Built) -> None:
    built.customer(1, "10", revenue="5", first="2019-03-01")
    built.customer(2, "20", revenue="6", first="2021-12-31")
    built.customer(3, "30", revenue="7", first="2022-01-01", orders=4)
    built.customer(4, "40", revenue="8", first="2022-01-31")
    built.customer(5, "50", revenue="9", first="2023-12-31")
    built.customer(6)
    cohorts = read_figures()["cohorts"]
    assert len(cohorts) == 25
    assert cohorts[0] == {
        "month": None, "customers": 2, "repeaters": 0, "orders": 2, "revenue": Decimal(11),
        "ltv": Decimal(30), "mean_ltv": Decimal(15),
    }  # fmt: skip
    assert cohorts[1] == {
        "month": date(2022, 1, 1), "customers": 2, "repeaters": 1, "orders": 5, "revenue": Decimal(15),
        "ltv": Decimal(70), "mean_ltv": Decimal(35),
    }  # fmt: skip
    assert (cohorts[2]["month"], cohorts[2]["customers"], cohorts[2]["mean_ltv"]) == (date(2022, 2, 1), 0, None)
    assert (cohorts[24]["month"], cohorts[24]["customers"]) == (date(2023, 12, 1), 1)


def test_orphans_are_counted_by_kind_with_ten_examples_and_where_they_came_from(built: Built) -> None:
    payments = built.input("payments", "/inbox/payments.csv")
    for number in range(1, 13):
        built.orphan("payment_without_order", number, "2.50", payments, 10 + number)
    built.orphan("order_without_customer", 70, None, None, 3)
    built.orphan("payment_without_order", 1, "99", payments, 5, day="2023-12-30")
    built.customer(1)
    order, payment = read_figures()["orphans"]
    assert (order["kind"], order["records"], order["amount"], order["examples"][0]["uri"]) == (
        "order_without_customer", 1, None, None,
    )  # fmt: skip
    assert (payment["kind"], payment["records"], payment["amount"]) == ("payment_without_order", 12, Decimal("30.00"))
    assert [each["id"] for each in payment["examples"]] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert (payment["examples"][0]["uri"], payment["examples"][0]["line"]) == ("/inbox/payments.csv", 11)


def test_rejects_are_those_of_the_files_that_stand(built: Built) -> None:
    built.customer(1)
    orders = built.input("orders", "/inbox/orders.csv", rejected=5)
    for line in range(2, 7):
        built.reject(orders, line, "price", "negative", f"price: -{line} is below 0.")
    again = built.input("payments", "/inbox/payments.csv", rejected=1)
    built.reject(again, 2, None, "ragged_row", "old")
    newer = built.input("payments", "/inbox/payments.csv", rejected=1, replaces=[again])
    built.reject(newer, 9, None, "ragged_row", "new")
    old = built.input("customers", "/inbox/customers_1.csv", rejected=1, superseded=True)
    built.reject(old, 4, "customer_id", "missing", "customer_id is empty.")
    figures = read_figures()
    assert [(each["source"], each["code"], each["records"]) for each in figures["rejects"]] == [
        ("orders", "negative", 5), ("payments", "ragged_row", 1),
    ]  # fmt: skip
    assert [each["line"] for each in figures["rejects"][0]["examples"]] == [2, 3, 4]
    assert [each["reason"] for each in figures["rejects"][1]["examples"]] == ["new"]
    assert figures["books"] == {"rejected": 6, "failed_files": 0}


def test_a_file_that_failed_counts_until_it_is_loaded(built: Built) -> None:
    built.customer(1)
    built.input("orders", "/inbox/a.csv", "failed")
    built.input("orders", "/inbox/b.csv", "failed")
    built.input("orders", "/inbox/b.csv", "done")
    assert read_figures()["books"]["failed_files"] == 1


def test_a_forecast_is_read_where_there_is_one(built: Built) -> None:
    built.customer(1, name="Ada")
    assert read_figures()["forecast"] is None
    built.engine.sql(
        "create table customer_ltv_forecast (as_of date, customer_id bigint, probability_alive double precision,"
        " predicted_ltv double precision, primary key (as_of, customer_id))"
    )
    assert read_figures()["forecast"]["customers"] == 0
    built.engine.sql(
        "insert into customer_ltv_forecast values ('2023-12-31', 1, 1, 12.345), ('2023-12-31', 2, 0.05, 1)"
    )
    forecast = read_figures()["forecast"]
    assert (forecast["customers"], forecast["likely_alive"], forecast["predicted_ltv"]) == (2, 1, Decimal("13.35"))
    assert [each["customers"] for each in forecast["alive"]] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert [(each["name"], each["probability_alive"]) for each in forecast["top"]] == [
        ("Ada", Decimal(1)),
        ("", Decimal("0.05")),
    ]


def test_without_tables_it_says_what_to_type(engine: InProcess) -> None:
    with pytest.raises(ConfigError) as caught:
        read_figures()
    assert str(caught.value) == (
        "This database has no table customer_ltv and no table customer_ltv_orphan and no table customers: nothing was "
        "built here yet. Load and build first: sluice run customer_ltv PATHS... --as-of YYYY-MM-DD"
    )


def test_an_empty_table_says_what_to_type(built: Built) -> None:
    with pytest.raises(ConfigError) as caught:
        read_figures(date(2023, 12, 31))
    assert str(caught.value) == (
        "The table customer_ltv has no rows: no date was built yet. "
        "Load and build first: sluice run customer_ltv PATHS... --as-of 2023-12-31"
    )


def test_a_date_that_was_not_built_names_the_newest_ones(built: Built) -> None:
    for day in range(10, 18):
        built.customer(1, day=f"2023-12-{day}")
    with pytest.raises(ConfigError) as caught:
        read_figures(date(2023, 12, 31))
    assert str(caught.value) == (
        "customer_ltv was not built as of 2023-12-31; the newest dates it has: "
        "2023-12-17, 2023-12-16, 2023-12-15, 2023-12-14, 2023-12-13. Name one of them, or build this one from what is "
        "loaded: sluice run customer_ltv --as-of 2023-12-31"
    )
    assert read_figures(date(2023, 12, 10))["as_of"] == date(2023, 12, 10)
