"""The original sample as a user meets it: sales in a file, an API behind a token, a source database, real workers."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
import pytest

from sluice.embedded import Servers
from tests.kit.api_server import Answer, ApiServer, running
from tests.kit.ltv_shop import facts, modes
from tests.kit.stack import Stack, own_database

ORIGINALS = Path(__file__).parents[3] / "shared" / "originals" / "unified_sales"
TOKEN = "only-for-this-test"
TABLES = """
create table products (product_id bigint, product_name text, category text, price numeric, stock_available integer);
create table transactions (transaction_id bigint, customer_id bigint, product_id bigint, quantity integer,
                           transaction_date date, total_amount double precision)
"""
BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")
pytestmark = pytest.mark.skipif(not ORIGINALS.exists(), reason="the original sample is third-party and not here")


class Loaded(NamedTuple):
    """The sample after one run."""

    stack: Stack
    api: ApiServer
    status: dict[str, Any]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        return self.stack.sql(statement)

    def row(self, statement: str) -> tuple[Any, ...]:
        (found,) = self.stack.sql(statement)
        return found

    def run(self) -> dict[str, Any]:
        return self.stack.sluice("run", "unified_sales", str(ORIGINALS / "sales_data.csv"))


def _fill(url: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        for table in ("products", "transactions"):
            with (ORIGINALS / f"{table}.csv").open() as file:
                cursor.copy_expert(f"copy {table} from stdin (format csv, header)", file)


@pytest.fixture(scope="module")
def loaded(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """One run for all the tests here: none of them changes what it has loaded."""
    own = (own_database(servers.database_url, f"unified_{name}_{os.getpid()}") for name in ("home", "source"))
    with next(own) as home_url, next(own) as source_url, running() as api:
        _fill(source_url)
        for path, name in (("/customers", "customer_data.json"), ("/exchange_rates", "exchange_rates.json")):
            api.guarded(path, TOKEN, Answer((ORIGINALS / name).read_bytes()))
        stack = Stack(tmp_path_factory.mktemp("unified"), home_url, servers.redis_url, (6, 7))
        stack.redis().flushdb()
        stack.redis(cache=True).flushdb()
        stack.env |= {
            "SLUICE_UNIFIED_API_URL": api.url,
            "SLUICE_UNIFIED_API_TOKEN": TOKEN,
            "SLUICE_UNIFIED_DATABASE_URL": source_url,
        }
        try:
            stack.worker()
            yield Loaded(stack, api, Loaded(stack, api, {}).run())
        finally:
            stack.close()


def test_the_books_of_all_five_inputs_balance(loaded: Loaded) -> None:
    assert loaded.status["state"] == "done"
    books = {each["uri"].rpartition("/")[2]: tuple(each[name] for name in BOOKS) for each in loaded.status["inputs"]}
    assert books == {
        "sales_data.csv": (1000, 1000, 0, 0, 0, 0),
        "source:customers": (1000, 1000, 0, 0, 0, 0),
        "source:rates": (1000, 687, 0, 0, 0, 313),
        "source:products": (1000, 1000, 0, 0, 0, 0),
        "source:transactions": (1000, 1000, 0, 0, 0, 0),
    }


def test_rates_that_cannot_be_used_are_refused_with_a_reason(loaded: Loaded) -> None:
    # 24 have no date, and 8 of these are refused for their rate already
    ask = "select code, split_part(reason, ' ', 1), count(*) from sluice.reject group by 1, 2 order by 3"
    assert loaded.sql(ask) == [
        ("missing", "rate_date", 16),
        ("missing", "rate", 51),
        ("negative", "rate:", 246),
    ]


def test_969_dates_of_sales_are_right_and_31_are_null(loaded: Loaded) -> None:
    assert loaded.row("select count(*), count(transaction_date) from unified_sale") == (1000, 969)
    assert loaded.row("select transaction_date from unified_sale where transaction_id = 8") == (date(2022, 4, 11),)
    with (ORIGINALS / "sales_data.csv").open(newline="") as file:
        written = {int(row["Transaction_ID"]): row["Transaction_Date"] for row in csv.DictReader(file)}
    assert dict(loaded.sql("select transaction_id, transaction_date from unified_sale")) == {
        number: _day(text) for number, text in written.items()
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    pattern = "%d/%m/%Y" if "/" in text else "%m-%d-%Y" if text[2] == "-" else "%Y-%m-%d"
    return datetime.strptime(text, pattern).date()


def test_954_ages_are_known_and_none_is_zeroed(loaded: Loaded) -> None:
    assert loaded.row("select count(*), count(age), min(age), max(age) from unified_customer") == (1000, 954, 15, 99)
    nulls = "count(*) - count(gender), count(*) - count(location), count(*) - count(date_joined)"
    assert loaded.row(f"select {nulls}, count(distinct customer_name) from unified_customer") == (256, 214, 17, 5)
    # of the transactions' customers; a sale has none
    assert loaded.row("select count(age), min(age), max(age) from standardized_data") == (960, 15, 99)


def test_every_sale_and_transaction_is_there_once(loaded: Loaded) -> None:
    known = "count(*) filter (where product_known), count(product_name), count(customer_name)"
    assert loaded.sql(f"select source, count(*), {known} from standardized_data group by 1 order by 1") == [
        ("sales", 1000, 0, 0, 0),
        ("transactions", 1000, 1000, 1000, 1000),
    ]
    for table in ("standardized_data", "preprocessed_data"):
        assert loaded.row(f"select count(*), count(distinct (source, transaction_id)) from {table}") == (2000, 2000)


def test_the_run_tells_what_was_found(loaded: Loaded) -> None:
    assert facts(loaded.status, "counts", of="unified_sales_finding") == (
        {"product_unknown": 1000, "product_price_low": 95, "stock_available_low": 12},
    )
    listed = loaded.stack.sluice("orphans", "unified_sales", "--kind", "product_price_low", "--limit", "1")
    assert (listed["rows"][0]["file"], listed["rows"][0]["product_id"]) == ("source:products", 7)


def test_each_row_has_the_rate_of_its_day_or_says_why_not(loaded: Loaded) -> None:
    states = {"ok": 1878, "stale": 47, "missing": 11, "no_date": 64}
    assert facts(loaded.status, "counts", of="standardized_data") == (states,)
    assert loaded.row("select count(exchange_rate), count(rate_date) from standardized_data") == (1878, 1925)
    assert loaded.row("select count(*) from standardized_data where exchange_rate = 1 or exchange_rate <= 0") == (0,)
    assert loaded.row("select count(*), count(distinct (currency_code, rate_date)) from unified_rate") == (687, 562)
    ask = "select exchange_rate::text, rate_date::text from standardized_data where source = 'transactions' and "
    assert loaded.row(f"{ask} transaction_id = 3") == ("0.751000", "2022-12-27")


def test_what_is_negative_or_empty_is_kept(loaded: Loaded) -> None:
    low = "count(*) filter (where {0} < 0), count(*) - count({0})"
    assert loaded.row(f"select {low.format('price')} from unified_sale") == (243, 45)
    assert loaded.row(f"select {low.format('price')} from unified_product") == (95, 0)
    assert loaded.row(f"select {low.format('stock_available')} from unified_product") == (12, 0)
    assert loaded.row(f"select {low.format('total_amount')} from unified_transaction") == (98, 45)
    assert loaded.row(f"select {low.format('unit_price')} from standardized_data where source = 'sales'") == (243, 45)
    odd = "select quantity, count(*) from unified_sale where quantity <= 0 or quantity > 10 group by 1 order by 1"
    assert loaded.sql(odd) == [(-1, 9), (0, 3), (1000, 7)]
    exact = "select total_amount from unified_transaction where transaction_id = 6"
    assert str(loaded.row(exact)[0]).rstrip("0") == "1241.0099999999998"
    assert loaded.row("select sum(total_amount)::text from standardized_data") == ("477775.66",)


def test_what_is_abnormal_is_flagged_and_what_nobody_sells_is_quarantined(loaded: Loaded) -> None:
    rules = "select source, rule, count(*) from preprocessed_data, unnest(string_to_array(abnormal, ',')) rule"
    assert loaded.sql(f"{rules} group by 1, 2 order by 1, 2") == [
        ("sales", "quantity_low", 12),
        ("sales", "quantity_outlier", 7),
        ("sales", "unit_price_low", 243),
        ("transactions", "product_price_low", 87),
        ("transactions", "stock_available_low", 9),
        ("transactions", "total_amount_low", 98),
    ]
    flags = ", ".join(f"count(*) filter (where {name})" for name in ("is_abnormal", "quarantined", "is_duplicate"))
    assert loaded.sql(f"select source, {flags} from preprocessed_data group by 1 order by 1") == [
        ("sales", 259, 19, 0),
        ("transactions", 183, 0, 0),
    ]


def test_what_was_missing_is_flagged_and_only_ages_are_filled(loaded: Loaded) -> None:
    names = ["transaction_date", "unit_price", "total_amount", "age", "gender", "location", "date_joined"]
    flagged = ", ".join(f"count(*) filter (where {name}_was_missing)" for name in names)
    assert loaded.sql(f"select source, {flagged} from preprocessed_data group by 1 order by 1") == [
        ("sales", 31, 45, 0, 0, 0, 0, 0),
        ("transactions", 33, 0, 45, 40, 249, 193, 18),
    ]
    filled = ", ".join(f"count({name})" for name in names)
    assert loaded.row(f"select {filled} from standardized_data") == (1936, 955, 955, 960, 751, 807, 982)
    assert loaded.row(f"select {filled} from preprocessed_data") == (1936, 955, 955, 1000, 751, 807, 982)


def test_features_are_added(loaded: Loaded) -> None:
    groups = "select age_group, count(*) from preprocessed_data where source = 'transactions' group by 1 order by 1"
    assert loaded.sql(groups) == [
        ("18-30", 123),
        ("31-45", 185),
        ("46-60", 195),
        ("61-100", 472),
        ("under 18", 25),
    ]
    sums = "count(month), count(weekday), count(revenue), sum(revenue)::text, count(price_scaled)"
    assert loaded.sql(f"select source, {sums} from preprocessed_data group by 1 order by 1") == [
        ("sales", 969, 969, 704, "968071.13", 955),
        ("transactions", 967, 967, 857, "482602.35", 0),
    ]
    mean = "round(avg(price_scaled)::numeric, 9), round(stddev_samp(price_scaled)::numeric, 9)"
    assert loaded.row(f"select {mean} from preprocessed_data where unit_price >= 0") == (0, 1)


def test_a_row_is_traced_to_the_answers_that_it_came_from(loaded: Loaded) -> None:
    found = loaded.stack.sluice("explain", "unified_sales", "transactions/3")["behind"]
    behind = {title: [(row["file"], row["line"]) for row in rows] for title, rows in found.items()}
    assert behind["transaction"] == [("source:transactions", 4)]
    assert behind["product"] == [("source:products", 787)]
    assert behind["customer"] == [("source:customers", 681)]
    assert {file for file, _ in behind["rates"]} == {"source:rates"}


def test_the_same_again_has_nothing_to_do_and_changes_nothing(loaded: Loaded) -> None:
    ask = "select * from preprocessed_data order by source, transaction_id"
    before = loaded.sql(ask)
    again = loaded.run()
    assert {each["state"] for each in again["inputs"]} == {"already_loaded"}
    assert modes(again) == ["unchanged"] * 3
    assert loaded.sql(ask) == before


def test_the_token_is_sent_and_nowhere_written(loaded: Loaded) -> None:
    assert {asked.headers.get("authorization") for asked in loaded.api.asked} == {f"Bearer {TOKEN}"}
    for table in ("run", "input", "part", "step", "reject", "build"):
        assert loaded.row(f"select count(*) from sluice.{table} t where to_jsonb(t)::text like '%{TOKEN}%'") == (0,)
    assert TOKEN not in loaded.stack.logs()
