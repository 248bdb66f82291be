"""Every route, with what it answers to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.web.conftest import WRITE, client
from tests.kit.in_process import InProcess


def test_prices_leave_out_what_is_no_price_and_say_so(api: Any) -> None:
    assert api.get("/prices/products/").json() == {
        "items": [
            {"id": 1, "name": "Desk lamp", "price": "24.90"},
            {"id": 4, "name": None, "price": "0.00"},
            {"id": 9007199254740993, "name": "Globe", "price": "199.00"},
        ],
        "next": None,
        "left_out": 2,
    }


def test_prices_come_in_pages(api: Any) -> None:
    first = api.get("/prices/products/", params={"limit": 2}).json()
    second = api.get("/prices/products/", params={"limit": 2, "cursor": first["next"]}).json()
    assert (first["items"], first["left_out"]) == ([{"id": 1, "name": "Desk lamp", "price": "24.90"}], 1)
    assert (second["items"], second["left_out"]) == ([{"id": 4, "name": None, "price": "0.00"}], 1)


@pytest.mark.parametrize(
    ("number", "price", "state"), [(1, "24.90", "ok"), (2, None, "negative"), (3, None, "missing"), (4, "0.00", "ok")]
)
def test_a_product_has_its_price_or_why_not(api: Any, number: int, price: str | None, state: str) -> None:
    found = api.get(f"/products/{number}").json()
    assert (found["id"], found["price"], found["price_state"]) == (number, price, state)


def test_a_product_is_whole(api: Any) -> None:
    assert api.get("/products/9007199254740993").text == (
        '{"id":9007199254740993,"name":"Globe","category":null,"price":"199.00","price_state":"ok","stock_available":1}'
    )


def test_a_product_that_is_not_there_is_404(api: Any) -> None:
    found = api.get("/products/77")
    assert (found.status_code, found.json()["code"], found.json()["detail"]) == (
        404,
        "no_such_product",
        "There is no product 77.",
    )


def test_fields_that_were_chosen_come_in_the_order_of_the_table(api: Any) -> None:
    asked = {"fields": "total_amount,transaction_id,price_scaled", "source": "transactions", "customer_id": 5}
    assert api.get("/preprocessed", params=asked).text == (
        '{"items":[{"transaction_id":1,"total_amount":"49.80","price_scaled":0.25},'
        '{"transaction_id":2,"total_amount":"5.00","price_scaled":null}],"next":null}'
    )


def test_a_preprocessed_row_has_each_value_as_the_document_says(api: Any) -> None:
    (row,) = api.get("/preprocessed", params={"category": "Home"}).json()["items"]
    assert {name: value for name, value in row.items() if value is not None} == {
        "source": "transactions",
        "transaction_id": 1,
        "transaction_date": "2022-05-01",
        "customer_id": 5,
        "customer_name": "Ada",
        "location": "Kigali",
        "product_id": 1,
        "category": "Home",
        "total_amount": "49.80",
        "currency_code": "EUR",
        "exchange_rate": "1.100000",
        "rate_date": "2022-04-30",
        "rate_state": "ok",
        "is_duplicate": False,
        "is_abnormal": False,
        "quarantined": False,
        "revenue": "49.80",
        "price_scaled": 0.25,
    }


def test_what_is_not_a_number_is_null(api: Any) -> None:
    found = api.get("/preprocessed", params={"fields": "price_scaled", "is_abnormal": "true"}).json()
    assert found["items"] == [{"price_scaled": None}]


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({}, ["sales 1", "sales 2", "transactions 1", "transactions 2"]),
        ({"source": "sales"}, ["sales 1", "sales 2"]),
        ({"product_id": 1001}, ["sales 1"]),
        ({"location": "Kigali"}, ["transactions 1"]),
        ({"rate_state": "stale"}, ["transactions 2"]),
        ({"date_from": "2022-04-11", "date_to": "2022-05-01"}, ["sales 1", "transactions 1"]),
        ({"date_from": "2022-05-02"}, ["transactions 2"]),
        ({"quarantined": "true"}, ["sales 2"]),
        ({"quarantined": "false", "is_duplicate": "true"}, ["transactions 2"]),
        ({"customer_id": -(2**63)}, []),
    ],
)
def test_filters_choose_rows(api: Any, asked: dict[str, Any], keys: list[str]) -> None:
    rows = api.get("/preprocessed", params=asked | {"fields": "source,transaction_id"}).json()["items"]
    assert [f"{row['source']} {row['transaction_id']}" for row in rows] == keys


@pytest.mark.parametrize(
    "text", ["' or 1=1 --", "%s", "%(source)s", '"; drop table x; --', "\\' or true", "🙂", "{fields}"]
)
def test_sql_in_a_filter_is_a_text_that_no_row_has(api: Any, text: str) -> None:
    for name in ("category", "location"):
        found = api.get("/preprocessed", params={name: text})
        assert (found.status_code, found.json()) == (200, {"items": [], "next": None})


def test_a_customers_value_is_that_of_the_newest_date(api: Any) -> None:
    assert api.get("/customers/7/ltv").json() == {
        "as_of": "2024-12-31",
        "customer_id": 7,
        "total_orders": 4,
        "total_amount": "210.00",
        "avg_order_value": "52.50",
        "orders_per_year": "2.000000",
        "lifespan_years": "3.0000",
        "ltv": "315.00",
        "first_order": "2023-05-01",
        "last_order": "2024-11-30",
        "refunds": "5.00",
    }


def test_a_customers_value_as_of_a_date(api: Any) -> None:
    assert api.get("/customers/7/ltv", params={"as_of": "2023-12-31"}).json()["ltv"] == "30.00"
    missing = api.get("/customers/7/ltv", params={"as_of": "2022-12-31"})
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_value")


def test_calls_by_customer_and_time(api: Any) -> None:
    asked = {"customer_id": 42, "from": "2024-01-15T00:00:00Z", "to": "2024-01-16T12:30:00+03:00"}
    assert api.get("/call-logs", params=asked).json()["items"] == [
        {
            "customer_id": 42,
            "call_cost_usd": "0.3500",
            "call_destination": "Kigali",
            "call_date": "2024-01-15T09:30:00+00:00",
            "call_duration_s": 130,
            "call_duration_min": "2.1666666666666667",
        }
    ]


def test_calls_come_in_pages(api: Any) -> None:
    first = api.get("/call-logs", params={"limit": 2}).json()
    second = api.get("/call-logs", params={"limit": 2, "cursor": first["next"]}).json()
    assert [each["call_destination"] for each in first["items"]] == ["Kigali", "Lagos"]
    assert ([each["customer_id"] for each in second["items"]], second["next"]) == ([43], None)


def test_who_is_alive_and_ready_says_so_without_a_token(api: Any) -> None:
    del api.headers["Authorization"]
    assert api.get("/healthz").json() == {"alive": True}
    assert api.get("/readyz").json() == {"ready": True}


def test_a_table_that_is_not_there_yet_is_named_by_what_to_run(served: InProcess) -> None:
    served.sql("drop table preprocessed_data")
    with client(WRITE) as api:
        found = api.get("/preprocessed")
    assert (found.status_code, found.json()["code"]) == (503, "not_built")
    assert "sluice run unified_sales" in found.json()["detail"]
