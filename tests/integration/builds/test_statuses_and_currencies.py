"""What counts as money: payments that are settled, in the pipeline's one currency."""

from __future__ import annotations

import pytest

from sluice.engine.ledger.runs import list_rejects
from tests.kit.ltv_shop import SAMPLE, Shop

PEOPLE = {name: SAMPLE[name] for name in ("customer_data.csv", "order_data.csv")}


def _pay(shop: Shop, *lines: str) -> list[tuple[int, str, str, str]]:
    """Load payments, and return line, column, code and reason of those that were refused."""
    status = shop.run(*shop.files(PEOPLE), shop.file("payments.csv", *lines))
    return [(each["line"], each["column"], each["code"], each["reason"]) for each in list_rejects(status["run"])]


def _total(shop: Shop) -> list[tuple[object, ...]]:
    return shop.sql("select sum(total_orders), sum(total_amount)::text, sum(refunds)::text from customer_ltv")


@pytest.mark.parametrize("status", ["", "settled", "paid", "Completed", "SUCCEEDED", " paid "])
def test_a_settled_payment_counts_however_it_is_spelled(shop: Shop, status: str) -> None:
    assert _pay(shop, f"1,1,1,2023-02-01,10.00,{status},") == []
    assert _total(shop) == [(1, "10.00", "0.00")]
    assert shop.built() == shop.by_the_book()


@pytest.mark.parametrize("status", ["pending", "failed", "refunded", "unpaid", "settled?"])
def test_any_other_word_does_not_count_but_is_loaded(shop: Shop, status: str) -> None:
    assert _pay(shop, f"1,1,1,2023-02-01,10.00,{status},") == []
    assert shop.sql("select payment_id, status from payments") == [(1, status)]
    assert _total(shop) == [(0, "0.00", "0.00")]


def test_a_refund_that_is_not_settled_takes_nothing_off(shop: Shop) -> None:
    _pay(shop, "1,1,1,2023-02-01,10.00,,", "2,1,1,2023-02-02,-10.00,pending,", "3,1,1,2023-02-02,-3.00,paid,")
    assert _total(shop) == [(1, "7.00", "3.00")]


def test_another_currency_is_refused_and_not_converted(shop: Shop) -> None:
    refused = _pay(
        shop,
        "1,1,1,2023-02-01,10.00,,USD",
        "2,2,2,2023-02-02,20.00,,EUR",
        "3,3,3,2023-02-03,30.00,,usd",
        "4,4,4,2023-02-04,40.00,,",
        "5,5,5,2023-02-05,-50.00,,KES",
    )
    assert refused == [
        (3, "currency", "currency", "currency: 'EUR' is not one of: USD."),
        (4, "currency", "currency", "currency: 'usd' is not one of: USD."),
        (6, "currency", "currency", "currency: 'KES' is not one of: USD."),
    ]
    assert _total(shop) == [(2, "50.00", "0.00")]
    assert shop.built() == shop.by_the_book()


def test_an_amount_says_its_currency_too(shop: Shop) -> None:
    refused = _pay(shop, "1,1,1,2023-02-01,$10.00,,", "2,2,2,2023-02-02,€20.00,,", "3,3,3,2023-02-03,USD 30.00,,")
    assert [(line, column, code) for line, column, code, _ in refused] == [(3, "amount", "currency")]
    assert _total(shop) == [(2, "40.00", "0.00")]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("x,1,1,2023-02-01,10.00,,", "payment_id", "not_integer"),
        (",1,1,2023-02-01,10.00,,", "payment_id", "missing"),
        ("9,1,,2023-02-01,10.00,,", "order_id", "missing"),
        ("9,1,1,01/02/2023,10.00,,", "payment_date", "bad_date"),
        ("9,1,1,2023-02-30,10.00,,", "payment_date", "bad_date"),
        ("9,1,1,,10.00,,", "payment_date", "missing"),
        ("9,1,1,2023-02-01,,,", "amount", "missing"),
        ("9,1,1,2023-02-01,ten,,", "amount", "not_money"),
        ("9,1,1,2023-02-01,1.005,,", "amount", "too_precise"),
    ],
)
def test_a_payment_that_cannot_be_read_is_refused_and_the_others_count(
    shop: Shop, line: str, column: str, code: str
) -> None:
    refused = _pay(shop, "1,1,1,2023-02-01,10.00,,", line)
    assert [each[:3] for each in refused] == [(3, column, code)]
    assert _total(shop) == [(1, "10.00", "0.00")]


def test_a_price_below_zero_is_refused_and_so_its_payment_belongs_to_no_order(shop: Shop) -> None:
    paths = [
        shop.file("order_2.csv", "6,6,2023-03-01,Gift,-1.00"),
        shop.file("payment_2.csv", "6,6,6,2023-03-01,5.00,,"),
    ]
    status = shop.run(*shop.files(PEOPLE), *paths)
    assert [(each["column"], each["code"]) for each in list_rejects(status["run"])] == [("price", "negative")]
    assert shop.orphans() == [("payment_without_order", 6)]


def test_the_same_payment_again_is_a_duplicate_and_with_another_amount_it_is_refused(shop: Shop) -> None:
    _pay(shop, "1,1,1,2023-02-01,10.00,,")
    status = shop.run(shop.file("payments_2.csv", "1,1,1,2023-02-01,10.00,,", "2,2,2,2023-02-02,5.00,,"))
    assert (status["loaded"], status["duplicate"]) == (1, 1)
    status = shop.run(shop.file("payments_3.csv", "1,1,1,2023-02-01,99.00,,", "2,2,2,2023-02-02,5.00,,"))
    assert [(each["line"], each["code"]) for each in list_rejects(status["run"])] == [(2, "key_conflict")]
    assert _total(shop) == [(2, "15.00", "0.00")]
