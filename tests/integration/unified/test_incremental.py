"""A build of few new rows computes what they touch, and gives the tables of a full build, to the last value."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.kit.budget import LONG
from tests.kit.ltv_shop import modes
from tests.kit.unified_files import Market, customer, rate

TABLES = ("unified_sales_finding", "standardized_data", "preprocessed_data")
FOLLOWED = ["incremental", "incremental", "incremental"]
REBUILT = ["full", "full", "incremental"]

SALES = (
    "10,1,2,10.00,2022-01-05",
    "11,1,2,10.00,2022-01-05",
    "12,2,900,5.00,2022-01-20",
    "13,,1,5.00,",
    "14,7,1,-5.00,2022-02-01",
)
TRANSACTIONS = (
    "10,1,1,2,2022-01-05,20.00",
    "11,1,2,1,2022-01-06,5.00",
    "12,2,1,1,2022-01-20,-1.00",
    "13,9,1,1,2022-02-01,7.00",
    "14,,,,,",
)
PRODUCTS = ("1,Lamp,Home,10.00,4", "2,Desk,book,-1.00,-4")
RATES = [rate("2022-01-04", "1.1"), rate("2022-01-06", "1.2"), rate("2022-01-19", "1.3")]
Files = dict[str, Sequence[str] | list[dict[str, object]]]

CASES: dict[str, tuple[Files, list[str]]] = {
    "a sale": ({"sales": ["50,1,3,10.00,2022-01-06"]}, FOLLOWED),
    "a sale like two others": ({"sales": ["50,1,2,10.00,2022-01-05"]}, FOLLOWED),
    "a sale like two others, and before them": ({"sales": ["9,1,2,10.00,2022-01-05"]}, FOLLOWED),
    "a sale without product and date, as another one": ({"sales": ["50,,1,5.00,"]}, FOLLOWED),
    "that one before it": ({"sales": ["5,,1,5.00,", "6,,1,5.00,2022-01-05", "7,1,1,5.00,"]}, FOLLOWED),
    "a sale of a product that nobody knows": ({"sales": ["50,8,1,1.00,2022-01-06"]}, FOLLOWED),
    "a transaction of a customer with others": ({"transactions": ["50,1,2,1,2022-01-06,9.00"]}, FOLLOWED),
    "one of a customer whom nobody knows": ({"transactions": ["50,9,8,1,2022-01-06,9.00"]}, FOLLOWED),
    "one like another one of the customer": ({"transactions": ["5,1,2,1,2022-01-06,5.00"]}, FOLLOWED),
    "one without anything, as another one": ({"transactions": ["50,,,,,", "5,,,,,"]}, FOLLOWED),
    "a transaction again, and a new one": (
        {"transactions": ["11,1,2,1,2022-01-06,5.00", "13,9,1,1,2022-02-01,7.00", "50,2,1,1,2022-01-06,1.00"]},
        FOLLOWED,
    ),
    "a transaction with another customer and amount": ({"transactions": ["11,2,2,1,2022-01-06,6.00"]}, REBUILT),
    "a rate between two days": ({"rates": [rate("2022-01-05", "1.15")]}, FOLLOWED),
    "a rate before all": ({"rates": [rate("2021-12-01", "1.0")]}, FOLLOWED),
    "a rate after all, of a day that was too old": ({"rates": [rate("2022-01-31", "1.4")]}, FOLLOWED),
    "another rate of a day": ({"rates": [rate("2022-01-04", "1.9")]}, FOLLOWED),
    "the same rate again, and one of another currency": (
        {"rates": [rate("2022-01-04", "1.1"), rate("2022-01-05", "7", "USD")]},
        FOLLOWED,
    ),
    "rates, and the transactions of their day again": (
        {"rates": [rate("2022-01-05", "2")], "transactions": ["10,1,1,2,2022-01-05,20.00", "50,1,1,1,2022-01-05,1"]},
        FOLLOWED,
    ),
    "another snapshot of customers": (
        {"customers": [customer(1, Age=31), customer(3)], "sales": ["50,1,2,10.00,2022-01-05"]},
        REBUILT,
    ),
    "another snapshot of products": ({"products": ["1,Lamp,Home,11.00,4", "7,Shelf,Home,1.00,4"]}, REBUILT),
    "rows that are refused, and rows that were there": (
        {"sales": ["10,1,2,10.00,2022-01-05", "11,1,2,99.00,2022-01-05", "x,1,2,99.00,2022-01-05"]},
        ["incremental", "incremental", "incremental"],
    ),
}


def write(market: Market, name: str, files: Files) -> list[Path]:
    return [
        market.jsonl(f"{kind}_{name}.jsonl", lines)  # type: ignore[arg-type]
        if kind in ("customers", "rates")
        else market.csv(f"{kind}_{name}.csv", *lines)  # type: ignore[arg-type]
        for kind, lines in files.items()
    ]


def contents(market: Market) -> dict[str, list[Any]]:
    """All rows of the three tables, but for the time at which they were built."""
    return {
        name: [row for (row,) in market.sql(f"select to_jsonb(t) - 'built_at' as r from {name} t order by r")]
        for name in TABLES
    }


def facts(status: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(each["derived"], each["rows"], each["counts"], each["sum_after"]) for each in status["builds"]]


def built_from_nothing(market: Market) -> tuple[dict[str, list[Any]], list[tuple[Any, ...]]]:
    """The same of a full build: the tables are emptied, and what the steps know of the first rows stays."""
    market.sql(f"truncate {', '.join(TABLES)}")
    status = market.run()
    assert set(modes(status)) == {"full"}
    return contents(market), facts(status)


def begin(market: Market) -> None:
    market.run(
        *write(
            market,
            "1",
            {
                "sales": SALES,
                "transactions": TRANSACTIONS,
                "products": PRODUCTS,
                "customers": [customer(1), customer(2, Age=None, Gender="M")],
                "rates": RATES,
            },
        )
    )


@pytest.mark.variants
@pytest.mark.parametrize("case", CASES)
def test_what_new_rows_touch_becomes_what_a_full_build_makes_of_it(market: Market, case: str) -> None:
    begin(market)
    files, expected = CASES[case]
    status = market.run(*write(market, "2", files))
    assert modes(status) == expected
    found = contents(market), facts(status)
    assert found == built_from_nothing(market)


def test_only_rows_that_new_ones_touch_are_computed(market: Market) -> None:
    begin(market)
    status = market.run(*write(market, "2", {"transactions": ["50,1,2,1,2022-01-06,9.00"]}))
    # itself, and the two of its customer, whose totals are others
    assert [each["recomputed"] for each in status["builds"]] == [0, 1, 3]
    assert [(each["added"], each["changed"]) for each in status["builds"]] == [(0, 0), (1, 0), (1, 2)]


def test_without_the_indexes_to_look_rows_up_by_the_build_is_full(market: Market) -> None:
    begin(market)
    market.sql("drop index standardized_data_customer_id_idx")
    status = market.run(*write(market, "2", {"sales": ["50,1,3,10.00,2022-01-06"]}))
    assert modes(status) == ["incremental", "incremental", "full"]
    assert (contents(market), facts(status)) == built_from_nothing(market)


def drawn(chance: random.Random, numbers: Sequence[int]) -> Files:
    """Files of a run: few products, customers, days and amounts, so that rows are alike, and some are empty."""

    def one(*values: object) -> object:
        return chance.choice(("", *values, *values))

    def day() -> str:
        return f"2022-01-0{chance.randint(1, 9)}"

    files: Files = {
        "sales": [f"{n},{one(1, 2, 7)},{one(1, 2)},{one(5, 10)},{one(day())}" for n in numbers],
        "transactions": [f"{n},{one(1, 2, 3)},{one(1, 7)},{one(1)},{one(day())},{one(5, -1)}" for n in numbers],
        "rates": [rate(day(), chance.choice(("1.1", "1.2", "1.3")), chance.choice(("EUR", "USD"))) for _ in numbers],
    }
    if chance.random() < 0.3:
        files["customers"] = [customer(n, Age=chance.choice((20, 30, None))) for n in range(1, 3)]
    if chance.random() < 0.3:
        files["products"] = [f"{n},Lamp,Home,{chance.randint(1, 3)}.00,4" for n in range(1, 3)]
    return {kind: lines for kind, lines in files.items() if chance.random() < 0.7 or kind == "sales"}


@pytest.mark.variants
@pytest.mark.parametrize("seed", range(25 if LONG else 3))
def test_any_history_ends_as_a_full_build_of_it(market: Market, seed: int) -> None:
    chance = random.Random(seed)
    begin(market)
    for turn in range(8):
        numbers = chance.sample(range(20, 34), chance.randint(1, 5))
        status = market.run(*write(market, f"{turn}a", drawn(chance, numbers)))
        assert modes(status)[2] in ("incremental", "unchanged"), (seed, turn)
        found = contents(market), facts(status)
        assert found == built_from_nothing(market), (seed, turn)
