"""`sluice explain unified_sales`: a key of two columns, and the loaded rows behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sluice.engine.derive.explain import explain, listed
from sluice.errors import ConfigError
from tests.kit.unified_files import Market, customer, rate


@pytest.fixture
def loaded(market: Market) -> Market:
    market.run(
        market.csv("sales.csv", "7,1001,2,10.50,2022-03-10"),
        market.csv("transactions.csv", "7,1,1,3,2022-03-11,31.5", "8,1,1,3,,31.5", "9,1,1,3,2022-09-01,31.5"),
        market.csv("products.csv", "1,Lamp,Home,10.50,4"),
        market.jsonl("customers.jsonl", [customer(1)]),
        market.jsonl(
            "rates.jsonl",
            [rate("2022-03-10", "1.1"), rate("2022-03-09", "1.4"), rate("2022-03-10", "1.2"), rate("2022-03-12", "2")],
        ),
    )
    return market


def _behind(market: Market, key: str) -> dict[str, list[tuple[Any, ...]]]:
    found = explain(market.engine.pipeline, key)["behind"]
    return {title: [(row["file"].rpartition("/")[2], row["line"]) for row in rows] for title, rows in found.items()}


def test_a_transaction_is_traced_to_its_customer_product_and_rates(loaded: Market) -> None:
    found = explain(loaded.engine.pipeline, "transactions/7")
    assert (found["row"]["source"], found["row"]["transaction_id"], found["row"]["quantity"]) == ("transactions", 7, 3)
    assert _behind(loaded, "transactions/7") == {
        "sale": [],
        "transaction": [("transactions.csv", 2)],
        "product": [("products.csv", 2)],
        "customer": [("customers.jsonl", 1)],
        "rates": [("rates.jsonl", 3), ("rates.jsonl", 1)],
    }
    rates = [(str(row["rate"]), row["what"]) for row in found["behind"]["rates"]]
    assert rates == [("1.2", "taken"), ("1.1", "another one of its day came later")]


def test_what_the_steps_made_of_a_row_is_shown_beside_it(loaded: Market) -> None:
    made = explain(loaded.engine.pipeline, "transactions/7")["after"]["preprocessed_data"]
    assert {name: made[name] for name in made if not name.endswith("_was_missing")} == {
        "is_duplicate": False,
        "is_abnormal": False,
        "abnormal": None,
        "quarantined": False,
        "age_group": "18-30",
        "month": 3,
        "weekday": 5,
        "revenue": Decimal("31.50"),
        "price_scaled": None,
        "customer_transactions": 3,
        "customer_total": Decimal("94.50"),
    }


def test_a_sale_of_the_same_number_is_another_row(loaded: Market) -> None:
    found = explain(loaded.engine.pipeline, "sales/7")
    assert (found["row"]["source"], found["row"]["quantity"]) == ("sales", 2)
    assert _behind(loaded, "sales/7") == {
        "sale": [("sales.csv", 2)],
        "transaction": [],
        "product": [],
        "customer": [],
        "rates": [("rates.jsonl", 3), ("rates.jsonl", 1)],
    }


def test_a_rate_that_is_not_taken_says_why(loaded: Market) -> None:
    assert _behind(loaded, "transactions/8")["rates"] == []
    stale = explain(loaded.engine.pipeline, "transactions/9")["behind"]["rates"]
    assert [(str(row["rate_date"]), row["what"]) for row in stale] == [("2022-03-12", "stale")]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("7", "The key '7' has 1 of 2 parts; a key of standardized_data is source/transaction_id."),
        ("sales/seven", "transaction_id must be an integer, not 'seven'."),
        (
            "sales/8",
            "source/transaction_id sales/8 was not found: neither in standardized_data nor in the loaded rows.",
        ),
        (
            "refunds/7",
            "source/transaction_id refunds/7 was not found: neither in standardized_data nor in the loaded rows.",
        ),
    ],
)
def test_what_is_no_key_is_said_in_a_sentence(loaded: Market, key: str, message: str) -> None:
    with pytest.raises(ConfigError) as told:
        explain(loaded.engine.pipeline, key)
    assert str(told.value) == message


def test_what_has_no_product_is_listed_with_file_and_line(loaded: Market) -> None:
    found = listed(loaded.engine.pipeline, None, None, 20)
    assert found["counts"] == {"product_unknown": 1}
    (row,) = found["rows"]
    assert (row["source"], row["id"], row["product_id"], row["line"]) == ("sales", 7, 1001, 2)
