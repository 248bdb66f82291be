"""standardized_data from rows written by hand: what joins, what does not, and which rate a row is given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.kit.ltv_shop import facts, modes
from tests.kit.unified_files import Market, customer, rate

RATES = "select transaction_id, exchange_rate::text, rate_date::text, rate_state from standardized_data order by 1"


def _rate_of(market: Market, day: str, *rates: dict[str, object]) -> tuple[str | None, str | None, str]:
    """The rate that one transaction of that day is given, its date and its state."""
    market.run(market.csv("transactions.csv", f"1,1,1,1,{day},5"), market.jsonl("rates.jsonl", rates))
    ((_, *found),) = market.sql(RATES)
    return tuple(found)


@pytest.mark.parametrize(
    ("day", "rates", "given"),
    [
        ("2022-03-10", [rate("2022-03-10", "1.1")], ("1.100000", "2022-03-10", "ok")),
        ("2022-03-10", [rate("2022-03-03", "1.1")], ("1.100000", "2022-03-03", "ok")),
        ("2022-03-10", [rate("2022-03-02", "1.1")], (None, "2022-03-02", "stale")),
        ("2022-03-10", [rate("2022-03-11", "1.1")], (None, None, "missing")),
        ("2022-03-10", [rate("2022-03-10", "1.1", "USD")], (None, None, "missing")),
        ("2022-03-10", [rate("2022-03-10", "1.1", "eur")], ("1.100000", "2022-03-10", "ok")),
        ("2022-03-10", [rate("2022-03-10", "1.1"), rate("2022-03-10", "1.2")], ("1.200000", "2022-03-10", "ok")),
        ("2022-03-10", [rate("2022-03-10", "1.2"), rate("2022-03-10", "1.1")], ("1.100000", "2022-03-10", "ok")),
        ("2022-03-10", [rate("2022-03-10", "1.1"), rate("2022-03-10", "-1.2")], ("1.100000", "2022-03-10", "ok")),
        ("2022-03-10", [rate("2022-03-09", "1.1"), rate("2022-03-10", "0")], ("1.100000", "2022-03-09", "ok")),
        ("2022-03-07", [rate("2022-02-28", "1.1")], ("1.100000", "2022-02-28", "ok")),
        ("2024-03-07", [rate("2024-02-28", "1.1")], (None, "2024-02-28", "stale")),
        ("2024-03-07", [rate("2024-02-29", "1.1")], ("1.100000", "2024-02-29", "ok")),
        ("", [rate("2022-03-10", "1.1")], (None, None, "no_date")),
    ],
    ids=[
        "of the day itself", "exactly at the tolerance", "a day beyond it", "only a later one", "of another currency",
        "in small letters", "two a day: the last one", "two a day the other way round", "a negative one is none",
        "nor is 0", "over the end of February", "a leap day beyond", "of a leap day", "a row without a date",
    ],
)  # fmt: skip
def test_the_rate_of_a_row_is_the_newest_of_the_days_up_to_it(
    market: Market, day: str, rates: list[dict[str, object]], given: tuple[str | None, str | None, str]
) -> None:
    assert _rate_of(market, day, *rates) == given


def test_a_newer_answer_replaces_the_rate_of_a_day_and_the_older_ones_stay(market: Market) -> None:
    assert _rate_of(market, "2022-03-10", rate("2022-03-09", "1.1")) == ("1.100000", "2022-03-09", "ok")
    status = market.run(market.jsonl("rates_2.jsonl", [rate("2022-03-09", "1.3")]))
    assert (status["loaded"], market.sql(RATES)) == (1, [(1, "1.300000", "2022-03-09", "ok")])
    # the first value once more, in an answer that is newer still
    status = market.run(market.jsonl("rates_3.jsonl", [rate("2022-03-09", "1.1"), rate("2022-01-01", "2")]))
    assert (status["loaded"], status["unchanged"]) == (1, 1)
    assert market.sql(RATES) == [(1, "1.100000", "2022-03-09", "ok")]
    assert market.sql("select count(*) from unified_rate") == [(3,)]


def test_sales_and_transactions_of_one_number_are_two_rows_that_know_nothing_of_each_other(market: Market) -> None:
    market.run(
        market.csv("sales.csv", "7,1001,2,10.50,29/02/2024"),
        market.csv("transactions.csv", "7,1,1,3,2024-03-01,31.5"),
        market.csv("products.csv", "1,Lamp,Home,10.50,4"),
        market.jsonl("customers.jsonl", [customer(1, Customer_Name="Ada")]),
    )
    names = "source, transaction_date, customer_name, product_id, product_known, product_name, quantity, unit_price"
    assert market.sql(f"select {names}, total_amount from standardized_data order by source") == [
        ("sales", date(2024, 2, 29), None, 1001, False, None, 2, Decimal("10.50"), None),
        ("transactions", date(2024, 3, 1), "Ada", 1, True, "Lamp", 3, None, Decimal("31.50")),
    ]


def test_rows_without_product_customer_or_date_are_there_and_told(market: Market) -> None:
    status = market.run(
        market.csv("sales.csv", "1,99,1,5.00,", "2,,1,-5.00,2022-01-01"),
        market.csv("transactions.csv", "1,8,9,1,,5", "2,1,1,1,2022-01-01,", "3,,,1,2022-01-01,5"),
        market.csv("products.csv", "1,Lamp,Home,-10.50,-4"),
        market.jsonl("customers.jsonl", [customer(1, Age=None)]),
    )
    assert market.sql("select source, count(*) from standardized_data group by 1 order by 1") == [
        ("sales", 2),
        ("transactions", 3),
    ]
    counts = facts(status, "counts", of="unified_sales_finding")
    assert counts == ({"product_unknown": 4, "customer_unknown": 2, "product_price_low": 1, "stock_available_low": 1},)
    assert facts(status, "counts", of="standardized_data") == ({"no_date": 2, "missing": 3},)
    # what is negative is kept, what is empty stays empty
    values = "source, transaction_id, age, product_price, stock_available, unit_price, total_amount"
    assert market.sql(f"select {values} from standardized_data where transaction_id = 2 order by 1") == [
        ("sales", 2, None, None, None, Decimal("-5.00"), None),
        ("transactions", 2, None, Decimal("-10.50"), -4, None, None),
    ]


@pytest.mark.parametrize("nothing", ["", " ", "Unknown", "UNKNOWN", "N/A", None])
def test_one_null_for_all_the_ways_to_write_nothing(market: Market, nothing: str | None) -> None:
    there = dict.fromkeys(("Customer_Name", "Age", "Gender", "Location", "Date_Joined"), nothing)
    status = market.run(market.jsonl("customers.jsonl", [customer(1, **there)]))
    names = "customer_name, age, gender, location, date_joined"
    assert (status["loaded"], market.sql(f"select {names} from unified_customer")) == (1, [(None,) * 5])


def test_an_amount_keeps_its_digits_and_is_rounded_to_cents_in_the_dataset(market: Market) -> None:
    market.run(market.csv("transactions.csv", "1,1,1,1,2022-01-01,1241.0099999999998", "2,1,1,1,2022-01-01,-0.005"))
    assert market.sql("select total_amount::text from unified_transaction order by transaction_id") == [
        ("1241.009999999999800000",),
        ("-0.005000000000000000",),
    ]
    assert market.sql("select total_amount::text from standardized_data order by transaction_id") == [
        ("1241.01",),
        ("-0.01",),
    ]


def test_a_date_is_read_by_its_separator_alone(market: Market) -> None:
    status = market.run(
        market.csv("sales.csv", "1,1,1,1,11/04/2022", "2,1,1,1,11-04-2022", "3,1,1,1,2022-11-04", "4,1,1,1,13-04-2022")
    )
    assert market.sql("select transaction_date from unified_sale order by transaction_id") == [
        (date(2022, 4, 11),),
        (date(2022, 11, 4),),
        (date(2022, 11, 4),),
    ]
    assert (status["rejected"], market.sql("select line, code from sluice.reject")) == (1, [(5, "bad_date")])


def test_the_same_sale_in_two_files_is_one_row_and_another_one_of_its_number_is_refused(market: Market) -> None:
    status = market.run(
        market.csv("sales_1.csv", "1,5,1,2.00,2022-01-01"),
        market.csv("sales_2.csv", "1,5,1,2.00,01/01/2022", "2,5,1,2.00,2022-01-01"),
        market.csv("sales_3.csv", "2,5,1,3.00,2022-01-01"),
    )
    assert (status["read"], status["loaded"], status["duplicate"], status["rejected"]) == (4, 2, 1, 1)
    assert market.sql("select code from sluice.reject") == [("key_conflict",)]
    assert market.sql("select transaction_id, unit_price::text from standardized_data order by 1") == [
        (1, "2.00"),
        (2, "2.00"),
    ]


def test_a_customer_who_is_not_in_the_newest_answer_is_unknown_from_then_on(market: Market) -> None:
    market.run(
        market.csv("transactions.csv", "1,1,1,1,2022-01-01,5", "2,2,1,1,2022-01-01,5"),
        market.jsonl("customers.jsonl", [customer(1, Customer_Name="Ada"), customer(2, Customer_Name="Ben")]),
        market.csv("products.csv", "1,Lamp,Home,1,1"),
    )
    status = market.run(market.jsonl("customers_2.jsonl", [customer(2, Customer_Name="Ben")]))
    assert facts(status, "counts", of="unified_sales_finding") == ({"customer_unknown": 1},)
    assert market.sql("select transaction_id, customer_name from standardized_data order by 1") == [
        (1, None),
        (2, "Ben"),
    ]


def test_the_same_again_changes_nothing(market: Market) -> None:
    paths = [
        market.csv("sales.csv", "1,5,1,2.00,2022-01-01"),
        market.csv("transactions.csv", "1,1,1,1,2022-01-01,5"),
        market.jsonl("rates.jsonl", [rate("2022-01-01", "1.1"), rate("2022-01-01", "1.2")]),
    ]
    market.run(*paths)
    before = market.sql("select * from standardized_data order by source")
    assert set(modes(market.run(*paths))) == {"unchanged"}
    assert market.sql("select * from standardized_data order by source") == before
