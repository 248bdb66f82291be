"""The sources of the sample, served: an API behind a token, and a database that its reader can only read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg2
import psycopg2.errors
import pytest

from sluice.embedded import Servers
from sluice.samples.unified_sales import make_unified_sales
from sluice.samples.unified_sales.api import serving
from sluice.samples.unified_sales.database import source_database

TOKEN = "an-invented-token"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sample")
    make_unified_sales(made, rows=400)
    return made


@pytest.fixture(scope="module")
def api(folder: Path) -> Iterator[httpx.Client]:
    with (
        serving(folder, TOKEN) as url,
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("path", "file"), [("/customers", "customers.json"), ("/exchange_rates", "exchange_rates.json")]
)
def test_an_array_is_answered_whole(api: httpx.Client, folder: Path, path: str, file: str) -> None:
    answer = api.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == json.loads((folder / file).read_text(encoding="utf-8"))


def test_pages_make_the_array_and_end_with_an_empty_one(api: httpx.Client, folder: Path) -> None:
    pages: list[list[Any]] = [api.get("/customers", params={"page": n, "size": 30}).json() for n in range(1, 6)]

    assert [len(page) for page in pages] == [30, 30, 30, 10, 0]
    assert list(chain(*pages)) == json.loads((folder / "customers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"]
)
@pytest.mark.parametrize("path", ["/customers", "/nothing"])
def test_without_the_token_there_is_nothing(api: httpx.Client, header: str | None, path: str) -> None:
    headers = {} if header is None else {"Authorization": header.encode()}
    answer = httpx.get(str(api.base_url).rstrip("/") + path, headers=headers, timeout=10)  # type: ignore[arg-type]

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        *(("/", 404), ("/customers/1", 404), ("/../expected.json", 404), ("/customers?page=0", 400)),
        *(("/customers?page=x", 400), ("/customers?size=0", 400), ("/customers?size=10001", 400)),
        *(("/customers?colour=blue", 400), ("/customers?page=999999", 200)),
    ],
)
def test_what_is_not_there_is_said_so(api: httpx.Client, address: str, status: int) -> None:
    assert api.get(address).status_code == status


def test_an_answer_that_is_known_is_not_sent_again(api: httpx.Client) -> None:
    etag = api.get("/customers").headers["etag"]

    again = api.get("/customers", headers={"If-None-Match": etag})
    other = api.get("/exchange_rates", headers={"If-None-Match": etag})

    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)


def test_the_server_is_gone_afterwards(folder: Path) -> None:
    with serving(folder, TOKEN) as url:
        port = urlsplit(url).port
        assert port
    with serving(folder, TOKEN, port) as same:  # nobody is left on its port
        assert same == url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=5)


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def test_the_source_database_holds_what_the_files_hold_totals_in_floating_point(servers: Servers, folder: Path) -> None:
    with source_database(servers.database_url, folder) as url:
        totals = ask(url, "select total_amount from transactions order by transaction_id")
        products = ask(url, "select count(*), count(price), count(*) filter (where price < 0) from products")

    lines = (folder / "transactions.csv").read_text().splitlines()[1:]
    assert [repr(total) if total is not None else "" for (total,) in totals] == [line.split(",")[-1] for line in lines]
    assert products == [(100, 98, 10)]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from products returning 1",
        "update transactions set quantity = 0 returning 1",
        "insert into products values (0, '', '', 0, 0) returning 1",
        "create table mine (a int)",
    ],
)
def test_its_reader_can_only_read(servers: Servers, folder: Path, statement: str) -> None:
    with source_database(servers.database_url, folder) as url, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(url, statement)


def test_the_database_and_its_reader_are_gone_afterwards_and_come_anew(servers: Servers, folder: Path) -> None:
    for _ in range(2):
        with source_database(servers.database_url, folder) as url:
            assert ask(url, "select count(*) from transactions") == [(400,)]
    left = ask(servers.database_url, "select datname from pg_database where datname like 'unified%'")
    left += ask(servers.database_url, "select rolname from pg_roles where rolname like 'unified%'")
    assert left == []
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)
