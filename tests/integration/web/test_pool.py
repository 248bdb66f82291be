"""Connections: read-only, few, given up in time, and replaced when they break."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import pytest

from sluice.engine.base.settings import settings
from sluice.web.http.problems import Problem
from sluice.web.pool import ReadPool
from tests.integration.web.conftest import client
from tests.kit.in_process import InProcess
from tests.kit.roles import acting_as_loader
from tests.kit.stack import until
from tests.kit.tcp_proxy import TcpProxy


@pytest.fixture
def proxy(served: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TcpProxy]:
    """PostgreSQL for the API's reads, behind a proxy that can misbehave."""
    with TcpProxy.before(database_url) as between:
        monkeypatch.setenv("SLUICE_READ_DATABASE_URL", between.through(database_url))
        settings.cache_clear()
        yield between


def test_a_connection_that_broke_is_replaced_and_nobody_notices(proxy: TcpProxy) -> None:
    with client() as api:
        assert api.get("/runs").status_code == 200
        proxy.cut()
        assert api.get("/runs").status_code == 200


def test_a_database_that_is_away_is_503_and_comes_back(proxy: TcpProxy) -> None:
    with client() as api:
        proxy.refuse(True)
        proxy.cut()
        away, ready = api.get("/runs"), api.get("/readyz")
        proxy.refuse(False)
        back = api.get("/runs")
    assert (away.status_code, away.json()["code"], away.headers["Retry-After"]) == (503, "database_away", "5")
    assert (ready.status_code, ready.json()["detail"].split(".")[0]) == (503, "Not ready: database")
    assert back.status_code == 200


def test_a_statement_that_takes_too_long_is_504(
    served: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_API_STATEMENT_S", "0.2")
    settings.cache_clear()
    with client() as api, psycopg2.connect(database_url) as other, other.cursor() as cursor:
        cursor.execute("lock table preprocessed_data in access exclusive mode")
        slow = api.get("/preprocessed")
        other.rollback()
        # on a busy machine the next one may take too long, too
        until(lambda: api.get("/preprocessed").status_code == 200, 60, "an answer in time")
    other.close()
    assert (slow.status_code, slow.json()["code"]) == (504, "too_slow")


def test_who_finds_all_connections_busy_is_told_to_come_back(served: InProcess, database_url: str) -> None:
    pool = ReadPool(None, 1, 120, wait_s=0.05)
    with ThreadPoolExecutor(1) as other, psycopg2.connect(database_url) as holder, holder.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(7)")
        waits = other.submit(pool.rows, "select pg_advisory_xact_lock_shared(7) is null")
        until_it_counts(cursor, "select count(*) from pg_locks where locktype = 'advisory' and not granted")
        with pytest.raises(Problem) as caught:
            pool.rows("select 1")
        cursor.execute("select pg_advisory_unlock(7)")
        waits.result(60)
    holder.close()
    assert (caught.value.status_code, caught.value.headers) == (503, {"Retry-After": "1"})
    assert pool.rows("select 1") == [(1,)]
    pool.close()


def until_it_counts(cursor: Any, question: str) -> None:
    def asked() -> bool:
        cursor.execute(question)
        return bool(cursor.fetchone() != (0,))

    until(asked, 60, question)


def test_nothing_can_be_written_through_the_pool(served: InProcess) -> None:
    pool = ReadPool(None, 1, 5)
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        pool.rows("insert into sluice.migration (name) values ('x') returning name")
    pool.close()


def test_a_role_that_may_not_read_is_told_so_without_the_databases_words(
    served: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = ["alter role {role} set search_path = {owner}, public", "grant usage on schema {owner} to {role}"]
    with acting_as_loader(database_url, monkeypatch, rights), client() as api:
        found = api.get("/preprocessed")
    assert (found.status_code, found.json()["code"]) == (503, "not_granted")
    assert "permission denied" not in found.text
