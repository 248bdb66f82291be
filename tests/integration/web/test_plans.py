"""A filter that few rows meet, or none, reads a few pages, whether or not the planner has statistics of the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from psycopg2 import sql

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare.served import Served
from sluice.pipelines import find
from sluice.web.tables.statement import page_parts, parameters
from tests.kit.in_process import InProcess

query = statements("sluice.web.access")
ROWS = 40_000
MOST_PAGES = 150  # of 400 and 2,000: rows of a page lie in up to 101 of them
CALLS = f"""
    insert into customer_call_logs (customer_id, call_cost_usd, call_destination, call_date, call_duration_s, _input_id,
        _line)
    select hashint4(n) & 2047, 1, 'place ' || n % 40, timestamptz '2024-01-01 00:00Z' + n * interval '1 min', 60, 1, n
    from generate_series(1, {ROWS}) n"""
PREPROCESSED = f"""
    insert into preprocessed_data (source, transaction_id, transaction_date, customer_id, product_id, category,
        location, rate_state, quarantined, is_abnormal, is_duplicate, customer_name, _input_id, _line)
    select case when n % 2 = 0 then 'sales' else 'transactions' end, n, date '2024-01-01' + n / 50,
        case when n % 2 = 1 then hashint4(n) & 2047 end, hashint4(n) & 1023,
        (array['Books', 'Toys', 'Food'])[1 + n % 3],
        case when n % 2 = 1 then (array['Texas', 'Florida'])[1 + n % 4 / 2] end,
        case when n % 9999 = 7 then 'stale' else 'ok' end, n % 9999 = 7, n % 9999 = 8, n % 9999 = 9,
        repeat('x', 200), 1, n
    from generate_series(1, {ROWS}) n order by 1, 2"""
AT = datetime(2024, 1, 20, tzinfo=UTC)
Filters = dict[str, Any]

# each filter alone, with a value that few rows have and one that none has; and some of them together
FILTERS: dict[str, list[Filters]] = {
    "customer_call_logs": [
        {"customer_id": 5},
        {"customer_id": -1},
        {"from": AT, "to": AT.replace(hour=1)},
        {"from": datetime(2034, 1, 1, tzinfo=UTC)},
        {"to": datetime(2014, 1, 1, tzinfo=UTC)},
        {"customer_id": 5, "from": AT},
        {"customer_id": 5, "to": AT},
        {"customer_id": -1, "from": datetime(2014, 1, 1, tzinfo=UTC)},
    ],
    "preprocessed_data": [
        {"source": "nobody"},
        {"customer_id": 5},
        {"customer_id": -1},
        {"product_id": 5},
        {"product_id": -1},
        {"category": "none"},
        {"location": "none"},
        {"rate_state": "stale"},
        {"rate_state": "missing"},
        {"date_from": date(2024, 5, 1), "date_to": date(2024, 5, 1)},
        {"date_from": date(2034, 1, 1)},
        {"date_to": date(2014, 1, 1)},
        {"quarantined": True},
        {"is_abnormal": True},
        {"is_duplicate": True},
        {"source": "sales", "customer_id": 5},
        {"source": "sales", "rate_state": "missing"},
        {"source": "transactions", "is_abnormal": True},
        {"quarantined": True, "category": "Books"},
        {"customer_id": 5, "product_id": 5, "category": "Books"},
        {"date_from": date(2024, 5, 1), "date_to": date(2024, 5, 1), "category": "none"},
    ],
}
AFTER: dict[str, Sequence[Any]] = {
    "customer_call_logs": (AT, 5, "place 5"),
    "preprocessed_data": ("sales", 500),
}


class Plan(NamedTuple):
    """What a page read, by which indexes; without an index it read a table in full."""

    pages: int
    indexes: tuple[str, ...]


@pytest.fixture
def filled(engine: InProcess) -> InProcess:
    """Large tables that nobody analyzed."""
    for name, fill in (("call_logs", CALLS), ("unified_sales", PREPROCESSED)):
        engine.use(find(name))
        (table,) = (each for each in FILTERS if each in fill)
        engine.sql(f"alter table {table} set (autovacuum_enabled = off)")
        engine.sql(fill)
    return engine


def served() -> Iterator[Served]:
    for name in ("call_logs", "unified_sales"):
        yield from (each for each in find(name).served if each.serve.table in FILTERS)


def explained(table: Served, filters: Filters, after: Sequence[Any] = ()) -> Plan:
    """The plan of a page with these filters, which begins behind the key `after`."""
    key = {f"after_{name}": value for name, value in zip(table.by.values(), after, strict=False)}
    parts = page_parts(table, filters, table.fields, goes_on=bool(after))
    text = "explain (analyze, buffers, format json) " + query("served_page")
    with transaction() as cursor:
        cursor.execute(sql.SQL(text).format(**parts), filters | key | {"limit": 101})
        plan = (cursor.fetchone() or ())[0][0]["Plan"]
    nodes = list(_nodes(plan))
    scans = [each.get("Index Name", "none") for each in nodes if each["Node Type"].endswith("Scan")]
    return Plan(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], tuple(scans))


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


def dear() -> list[tuple[str, Filters, Plan]]:
    """Pages that read too much."""
    found = []
    for table in served():
        name = table.serve.table
        for filters in FILTERS[name]:
            plans = [explained(table, filters), explained(table, filters, AFTER[name])]
            found += [(name, filters, plan) for plan in plans if plan.pages > MOST_PAGES]
    return found


def test_each_declared_filter_is_tried() -> None:
    for table in served():
        tried = {name for filters in FILTERS[table.serve.table] for name in filters}
        assert tried == {name for name, _, _ in parameters(table)}


@pytest.mark.usefixtures("filled")
def test_a_filter_that_few_rows_meet_reads_a_few_pages_of_a_large_table() -> None:
    with transaction() as cursor:
        cursor.execute("analyze customer_call_logs, preprocessed_data")
    assert dear() == []


@pytest.mark.usefixtures("filled")
def test_it_does_so_before_the_table_is_analyzed() -> None:
    # but for days: without statistics they seem to be met by many rows; a build analyzes what it has built
    assert [each for each in dear() if not {"date_from", "date_to"} & each[1].keys()] == []


@pytest.mark.usefixtures("filled")
def test_calls_of_a_customer_are_found_by_the_index_of_customers() -> None:
    calls = next(served())
    found = {explained(calls, filters).indexes for filters in FILTERS["customer_call_logs"] if "customer_id" in filters}
    assert {name for plan in found for name in plan if name != "none"} == {
        "customer_call_logs_customer_id_call_date_idx"
    }


def test_the_measure_finds_a_filter_without_an_index(filled: InProcess) -> None:
    filled.sql("drop index customer_call_logs_customer_id_call_date_idx")
    found = [filters for name, filters, _ in dear() if name == "customer_call_logs"]
    assert {"customer_id": 5} in found
