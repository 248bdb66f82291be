"""unified_sales from its real sources, over days: what comes anew, what is gone, and what a refusal changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from sluice.embedded import Servers
from sluice.pipelines.unified_sales import pipeline
from tests.kit.api_server import Answer, ApiServer, running, saying
from tests.kit.in_process import InProcess
from tests.kit.ltv_shop import facts, modes
from tests.kit.stack import own_database
from tests.kit.unified_files import Market, customer, rate

TABLES = """
create table products (product_id bigint primary key, product_name text, category text, price numeric(10, 2),
                       stock_available integer);
create table transactions (transaction_id bigint primary key, customer_id bigint, product_id bigint, quantity integer,
                           transaction_date date, total_amount double precision);
insert into products values (1, 'Lamp', 'Home', 10.5, 4), (2, '', null, null, null);
insert into transactions values (1, 1, 1, 3, '2022-03-10', 0.1::float8 + 0.2::float8), (2, 2, 2, 1, null, null),
                                (3, 1, 1, 1, '2022-03-11', 0.00001)
"""
RATES = '[{"Currency_Code": "EUR", "Exchange_Rate": 0.8946, "Date": "2022-03-10"}]'


class Sources:
    """The API and the database of one test, and the pipeline that reads them."""

    def __init__(self, market: Market, api: ApiServer, url: str) -> None:
        self.market, self.api, self._url = market, api, url
        self.people = [customer(1), customer(2, Age=None)]
        self.source(TABLES)
        api.answers("/exchange_rates", Answer(RATES.encode()))

    def source(self, statement: str) -> None:
        with closing(psycopg2.connect(self._url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def day(self, *sales: str, state: str = "done") -> dict[str, Any]:
        """One run, of a file of sales and whatever the sources have."""
        self.api.answers("/customers", saying(self.people))
        status = self.market.run(self.market.csv("sales.csv", *(sales or ["1,1,1,1,2022-03-10"])))
        assert status["state"] == state
        return status

    def rows(self, names: str) -> list[tuple[Any, ...]]:
        return self.market.sql(
            f"select transaction_id, {names} from standardized_data where source <> 'sales' order by 1"
        )


@pytest.fixture
def sources(engine: InProcess, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sources]:
    with own_database(servers.database_url, f"unified_{os.getpid()}") as url, running() as api:
        monkeypatch.setenv("SLUICE_UNIFIED_API_URL", api.url)
        monkeypatch.setenv("SLUICE_UNIFIED_API_TOKEN", "of-this-test")
        monkeypatch.setenv("SLUICE_UNIFIED_DATABASE_URL", url)
        yield Sources(Market(engine, tmp_path, pipeline), api, url)


def _states(status: dict[str, Any]) -> dict[str, str]:
    return {each["uri"].rpartition("/")[2]: each["state"] for each in status["inputs"]}


def test_numbers_come_as_they_are_written(sources: Sources) -> None:
    status = sources.day()
    assert (status["read"], status["rejected"]) == (9, 0)
    assert sources.rows("total_amount::text, exchange_rate::text, rate_state, product_name, stock_available, age") == [
        (1, "0.30", "0.894600", "ok", "Lamp", 4, 30),
        (2, None, None, "no_date", None, None, None),
        (3, "0.00", "0.894600", "ok", "Lamp", 4, 30),
    ]
    exact = sources.market.sql("select trim_scale(total_amount)::text from unified_transaction order by transaction_id")
    assert exact == [("0.30000000000000004",), (None,), ("0.00001",)]


def test_nothing_new_on_the_next_day_changes_nothing(sources: Sources) -> None:
    sources.day()
    again = sources.day()
    assert set(_states(again).values()) == {"already_loaded"}
    assert modes(again) == ["unchanged"] * 3


def test_what_is_new_comes_and_what_is_gone_from_a_whole_is_unknown(sources: Sources) -> None:
    sources.day()
    sources.people = [customer(1, Customer_Name="Grace")]
    sources.source("delete from products where product_id = 2; insert into transactions values (4, 1, 1, 1, null, 7)")
    sources.source("update transactions set total_amount = 9 where transaction_id = 2")
    status = sources.day()
    assert status["gone"] == 2
    assert facts(status, "counts", of="unified_sales_finding") == ({"product_unknown": 1, "customer_unknown": 1},)
    assert sources.rows("customer_name, product_known, total_amount::text") == [
        (1, "Grace", True, "0.30"),
        (2, None, False, "9.00"),
        (3, "Grace", True, "0.00"),
        (4, "Grace", True, "7.00"),
    ]


def test_an_api_that_refuses_the_token_takes_nothing_away(sources: Sources) -> None:
    sources.day()
    before = sources.rows("customer_name, exchange_rate::text")
    sources.api.answers("/exchange_rates", saying({"error": "no"}, status=401))
    sources.people = []
    status = sources.day("1,1,1,1,2022-03-10", "2,1,1,1,2022-03-10")
    states = _states(status)
    assert (states["source:rates"], states["source:customers"], states["sales.csv"]) == ("failed", "failed", "done")
    refused = {each["error_code"] for each in status["inputs"] if each["state"] == "failed"}
    assert refused == {"unauthorized", "no_rows"}
    assert sources.rows("customer_name, exchange_rate::text") == before
    assert sources.market.sql("select count(*) from standardized_data where source = 'sales'") == [(2,)]


def test_a_newer_rate_of_a_day_is_taken_when_it_is_published(sources: Sources) -> None:
    sources.day()
    sources.api.answers("/exchange_rates", saying([rate("2022-03-11", "0.9"), rate("2022-03-10", "1")]))
    sources.day()
    assert sources.rows("exchange_rate::text, rate_date::text") == [
        (1, "1.000000", "2022-03-10"),
        (2, None, None),
        (3, "0.900000", "2022-03-11"),
    ]


def test_an_answer_that_comes_back_is_the_newest_again(sources: Sources) -> None:
    sources.day()
    sources.api.answers("/exchange_rates", saying([rate("2022-03-10", "1.5")]))
    sources.day()
    assert sources.rows("exchange_rate::text")[0] == (1, "1.500000")
    sources.api.answers("/exchange_rates", Answer(RATES.encode()))
    sources.day()
    assert sources.rows("exchange_rate::text")[0] == (1, "0.894600")
