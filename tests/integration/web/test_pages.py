"""Pages by key: whatever comes in between, a row that was there is met once."""

from __future__ import annotations

import random
from typing import Any

import pytest
from psycopg2 import sql

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.pipelines import find
from sluice.web.tables.statement import page_parts
from tests.integration.web.conftest import client
from tests.kit.in_process import InProcess
from tests.kit.web_tables import add_rows


def _rows(numbers: list[int]) -> list[dict[str, Any]]:
    return [{"source": ("sales", "transactions")[n % 2], "transaction_id": n} for n in numbers]


def _walk(route: str, **asked: Any) -> list[dict[str, Any]]:
    """All rows of a route, page by page."""
    met: list[dict[str, Any]] = []
    with client() as api:
        while True:
            page = api.get(route, params=asked).json()
            met += page["items"]
            if page["next"] is None:
                return met
            asked["cursor"] = page["next"]


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_come_between_pages_move_nothing(served: InProcess, seed: int) -> None:
    chance = random.Random(seed)
    numbers = chance.sample(range(-500, 500), 160)
    there, coming = numbers[:80], numbers[80:]
    add_rows(_rows(there))
    met, asked = [], {"fields": "source,transaction_id", "limit": 7}
    with client() as api:
        while True:
            page = api.get("/preprocessed", params=asked | {"limit": chance.randint(1, 15)}).json()
            met += [(row["source"], row["transaction_id"]) for row in page["items"]]
            if page["next"] is None:
                break
            asked["cursor"] = page["next"]
            add_rows(_rows([coming.pop() for _ in range(min(5, len(coming)))]))
    assert met == sorted(met)
    assert len(met) == len(set(met))
    assert set(met) >= {(row["source"], row["transaction_id"]) for row in _rows(there)}


def test_the_last_page_says_so_also_when_it_is_full(served: InProcess) -> None:
    add_rows(_rows([1, 3, 5, 7]))
    with client() as api:
        first = api.get("/preprocessed", params={"limit": 2}).json()
        second = api.get("/preprocessed", params={"limit": 2, "cursor": first["next"]}).json()
    assert (len(second["items"]), second["next"]) == (2, None)


def test_calls_of_one_second_are_told_apart_by_the_rest_of_the_key(served: InProcess) -> None:
    names = "customer_id, call_destination, call_date, _input_id, _line"
    for n, (customer, place) in enumerate([(1, "Łódź\n"), (1, "a'b"), (2, "a"), (3, "🙂")]):
        statement = f"insert into customer_call_logs ({names}) values (%s, %s, '2024-01-01 00:00:00.000001+00', 1, %s)"
        served.sql(statement, customer, place, n)
    met = [(row["customer_id"], row["call_destination"]) for row in _walk("/call-logs", limit=1)]
    assert met == [(1, "a'b"), (1, "Łódź\n"), (2, "a"), (3, "🙂")]


def test_pages_of_one_customer_have_all_their_rows_once(served: InProcess) -> None:
    numbers = list(range(60))
    add_rows([row | {"customer_id": row["transaction_id"] % 3} for row in _rows(numbers)])
    rows = _walk("/preprocessed", fields="source,transaction_id", limit=7, customer_id=2)
    met = [(row["source"], row["transaction_id"]) for row in rows]
    assert met == [
        (source, n)
        for source, odd in (("sales", 0), ("transactions", 1))
        for n in numbers
        if n % 3 == 2 and n % 2 == odd
    ]


def _plan(served: InProcess, **filters: Any) -> str:
    """How PostgreSQL finds a page deep in 40,000 rows of which each customer has 4,000."""
    served.sql(
        "insert into preprocessed_data (source, transaction_id, customer_id)"
        " select source, n, n % 10 from generate_series(1, 20000) n, (values ('sales'), ('transactions')) s (source)"
    )
    served.sql("analyze preprocessed_data")
    (rows,) = [each for each in find("unified_sales").served if each.page_route == "/preprocessed"]
    statement = sql.SQL(statements("sluice.web.access")("served_page"))
    statement = statement.format(**page_parts(rows, filters, ["category"], goes_on=True))
    place = {"after_source": "transactions", "after_transaction_id": 9_000, "limit": 101}
    with transaction() as cursor:
        cursor.execute(sql.SQL("explain (analyze, costs off, timing off) ") + statement, filters | place)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("filters", "index", "condition"),
    [
        ({}, "pkey", "ROW(source, transaction_id) > ROW('transactions'::text"),
        (
            {"customer_id": 7},
            "customer_id_idx",
            "ROW(customer_id, source, transaction_id) > ROW(7, 'transactions'::text",
        ),
    ],
    ids=["all", "of a customer"],
)
def test_a_page_is_found_by_an_index(served: InProcess, filters: dict[str, Any], index: str, condition: str) -> None:
    plan = _plan(served, **filters)
    assert f"Index Scan using preprocessed_data_{index}" in plan
    assert condition in plan
    assert "Sort" not in plan
    assert "Rows Removed" not in plan
