"""Kill -9 of a server or of the keeper: what comes back, and with what."""

from __future__ import annotations

import signal
from contextlib import closing, suppress

import psycopg2
import pytest
import redis
from psycopg2.extras import wait_select

from tests.integration.embedded.homes import Home, ask, cache, open_port, processes_of, until


def alive(url: str) -> bool:
    with suppress(psycopg2.OperationalError, redis.ConnectionError):
        if url.startswith("redis"):
            with closing(cache(url)) as client:
                return bool(client.ping())
        return ask(url, "SELECT 1") == [(1,)]
    return False


def test_a_killed_redis_is_back_on_the_same_port_and_empty(home: Home) -> None:
    url = home.client("r").urls[1]
    for _ in range(3):
        with closing(cache(url)) as client:
            assert client.dbsize() == 0
            client.set("key", "value")
        before = home.signal("redis", signal.SIGKILL)
        until(lambda: alive(url))
        until(lambda: home.pid_of("redis") != before)  # noqa: B023 - waited for here


def test_a_killed_postgresql_is_back_on_the_same_port_with_its_data(home: Home) -> None:
    url = home.client("d").urls[0]
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    home.signal("database", signal.SIGKILL)
    until(lambda: alive(url))
    assert ask(url, "SELECT answer FROM kept") == [(42,)]


@pytest.mark.slow
def test_a_killed_postgresql_is_back_although_a_query_of_it_runs_on(home: Home) -> None:
    url = home.client("d").urls[0]
    with closing(psycopg2.connect(url, async_=True)) as busy:
        wait_select(busy)
        # A query that computes and never waits does not notice that its postmaster is gone.
        busy.cursor().execute("SELECT count(*) FROM (SELECT generate_series(1, 100000000000)) AS numbers")
        running = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT count(*)%'"
        until(lambda: ask(url, running))
        backend = ask(url, running)[0][0]
        home.signal("database", signal.SIGKILL)
        until(lambda: alive(url))
    assert backend not in processes_of(home.path)


def test_a_client_that_comes_while_a_server_is_down_waits_for_it(home: Home) -> None:
    first = home.client()
    home.signal("database", signal.SIGKILL)
    second = home.client()
    assert second.urls == first.urls
    until(lambda: alive(second.urls[0]))


@pytest.mark.parametrize("with_a_living_client", [True, False])
def test_after_a_killed_keeper_the_next_client_finds_the_data_and_leaves_nothing(
    home: Home, with_a_living_client: bool
) -> None:
    client = home.client()
    ask(client.urls[0], "CREATE TABLE kept AS SELECT 42 AS answer")
    home.kill_keeper()
    if not with_a_living_client:
        client.process.kill()
        client.process.wait()

    second = home.client()
    assert second.urls == client.urls
    assert ask(second.urls[0], "SELECT answer FROM kept") == [(42,)]
    for each in (client, second):
        each.process.kill()
        each.process.wait()
    home.gone()


def test_the_servers_of_a_killed_keeper_stop_by_themselves(home: Home) -> None:
    client = home.client()
    home.kill_keeper()
    until(lambda: not any(open_port(url) for url in client.urls))
    until(lambda: list(processes_of(home.path)) == [client.process.pid])


def test_a_living_client_calls_the_servers_of_a_killed_keeper_back(home: Home) -> None:
    client = home.client()
    home.kill_keeper()
    assert tuple(client.order("attach")) == client.urls
    assert alive(client.urls[0])
    assert alive(client.urls[1])
