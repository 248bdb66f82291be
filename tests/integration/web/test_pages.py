"""Pages by key: whatever comes in between, a row that was there is met once."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sluice.engine.ledger.connection import transaction
from sluice.engine.ledger.queries import query
from tests.integration.web.conftest import client
from tests.kit.in_process import InProcess
from tests.kit.web_tables import add_rows


def _rows(numbers: list[int]) -> list[dict[str, Any]]:
    return [{"source": ("sales", "transactions")[n % 2], "transaction_id": n} for n in numbers]


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
    met, asked = [], {"limit": 1}
    with client() as api:
        while True:
            page = api.get("/call-logs", params=asked).json()
            met += [(row["customer_id"], row["call_destination"]) for row in page["items"]]
            if page["next"] is None:
                break
            asked["cursor"] = page["next"]
    assert met == [(1, "a'b"), (1, "Łódź\n"), (2, "a"), (3, "🙂")]


def test_a_page_is_found_by_the_index_of_the_key(served: InProcess) -> None:
    served.sql(
        "insert into preprocessed_data (source, transaction_id)"
        " select source, n from generate_series(1, 20000) n, (values ('sales'), ('transactions')) s (source)"
    )
    served.sql("analyze preprocessed_data")
    names = ("source", "customer_id", "product_id", "category", "location", "rate_state", "date_from", "date_to")
    asked: dict[str, Any] = dict.fromkeys((*names, "quarantined", "is_abnormal", "is_duplicate"))
    asked |= {"after_source": "transactions", "after_transaction_id": 19_000, "limit": 101}
    statement = query("preprocessed_page", "sluice.web.sql").format(fields="p.category")
    with transaction() as cursor:
        cursor.execute(f"explain (analyze, costs off, timing off) {statement}", asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using preprocessed_data_pkey" in plan
    assert "ROW(source, transaction_id) > ROW('transactions'::text" in plan
    assert "Sort" not in plan
    assert "Rows Removed" not in plan
