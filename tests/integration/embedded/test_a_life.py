"""From the first client to the last: what is started, shared, kept and gone."""

from __future__ import annotations

import os
import re
import signal
import stat
from contextlib import closing
from pathlib import Path

import pytest

from sluice.embedded import attach, detach, running_servers
from tests.integration.embedded.homes import Home, ask, cache, open_port, processes_of, until


def test_a_client_gets_a_database_and_a_redis_that_are_set_for_loading(home: Home) -> None:
    database, redis_url = home.client().urls

    shown = "current_setting('{}')"
    names = ("timezone", "server_encoding", "lc_collate", "fsync", "synchronous_commit", "wal_level", "max_wal_size")
    assert ask(database, "SELECT " + ", ".join(shown.format(name) for name in names)) == [
        ("UTC", "UTF8", "C", "on", "on", "minimal", "4GB")
    ]
    assert ask(database, "SELECT current_user, current_database(), current_setting('listen_addresses')") == [
        ("sluice", "sluice", "127.0.0.1")
    ]
    with closing(cache(redis_url)) as client:
        assert client.config_get("maxmemory*") | client.config_get("save") | client.config_get("appendonly") == {
            "maxmemory": "268435456",
            "maxmemory-policy": "volatile-lru",
            "maxmemory-samples": "5",
            "maxmemory-eviction-tenacity": "10",
            "maxmemory-clients": "0",
            "save": "",
            "appendonly": "no",
        }


def test_the_memory_of_redis_can_be_set(home: Home) -> None:
    home.environment["SLUICE_REDIS_MAXMEMORY"] = "32mb"
    with closing(cache(home.client("r").urls[1])) as client:
        assert client.config_get("maxmemory") == {"maxmemory": "33554432"}


def test_a_second_process_gets_the_same_servers_and_they_outlive_the_first(home: Home) -> None:
    first, second = home.client(), home.client()
    assert first.urls == second.urls
    first.leave()

    keeper = home.pid_of("keeper")
    assert ask(second.urls[0], "SELECT 1") == [(1,)]
    second.leave()
    home.gone()
    assert keeper not in processes_of(home.path)


def test_the_data_survives_a_stop_and_a_start_at_the_same_address(home: Home) -> None:
    first = home.client()
    ask(first.urls[0], "CREATE TABLE kept AS SELECT 'before' AS said")
    first.leave()
    home.gone()

    second = home.client()
    assert second.urls == first.urls
    assert ask(second.urls[0], "SELECT said FROM kept") == [("before",)]


def test_six_processes_that_start_at_once_share_one_keeper(home: Home) -> None:
    clients = [home.start() for _ in range(6)]
    assert len({client.join().urls for client in clients}) == 1
    until(lambda: sum("sluice.embedded.keeper" in words for words in processes_of(home.path).values()) == 1)


@pytest.mark.parametrize("when", ["before the keeper knows", "as it begins to stop them"])
@pytest.mark.variants
def test_a_process_that_comes_while_the_servers_stop_gets_them_all_the_same(home: Home, when: str) -> None:
    answers = home.path / "servers" / "state.json"
    client = home.client("d")
    for _ in range(3):
        client.leave()
        if when == "as it begins to stop them":
            until(lambda: not answers.exists())
        client = home.client("d")
        assert ask(client.urls[0], "SELECT 1") == [(1,)]


def test_only_what_was_asked_for_is_started_and_the_rest_when_it_is(home: Home) -> None:
    client = home.client("r")
    assert client.urls[0] == ""
    assert not (home.path / "servers" / "postgres").exists()

    database, redis_url = client.order("attach")
    assert redis_url == client.urls[1]
    assert ask(database, "SELECT 1") == [(1,)]


def test_a_forked_child_keeps_the_servers_when_its_parent_is_killed(home: Home) -> None:
    client = home.client("r")
    child = int(client.order("fork")[0])
    client.process.kill()
    client.process.wait()
    with closing(cache(client.urls[1])) as connection:
        assert connection.ping()
    keeper = home.pid_of("keeper")
    other = home.client("r")
    assert home.pid_of("keeper") == keeper
    other.leave()

    os.kill(child, signal.SIGKILL)
    home.gone()


def test_attached_tells_what_runs_and_starts_nothing(home: Home) -> None:
    assert running_servers(home.path) is None
    assert not home.path.exists()

    client = home.client("r")
    seen = running_servers(home.path)
    assert seen is not None
    assert (seen.database_url, seen.redis_url) == client.urls

    client.leave()
    home.gone()
    assert running_servers(home.path) is None


def test_attaching_in_this_process_tells_what_takes_time_and_detaching_lets_go(home: Home) -> None:
    said: list[str] = []
    try:
        servers = attach(home.path, announce=said.append)
        assert attach(home.path) == servers
        assert servers.database_url.split("@")[0].split(":")[1] == "//sluice"
        assert "sluice" not in repr(servers)
    finally:
        detach(home.path)
    assert re.fullmatch(r"starting PostgreSQL \d+", said[-1])
    home.gone()
    assert not open_port(servers.database_url)
    assert not open_port(servers.redis_url)


def test_passwords_are_in_files_for_their_owner_only_and_in_no_command_line_or_log(home: Home) -> None:
    client = home.client()
    secrets = [re.search(r":([^:@]+)@", url).group(1) for url in client.urls]  # type: ignore[union-attr]

    assert all(len(secret) >= 32 for secret in secrets)
    commands = " ".join(processes_of(home.path).values())
    environments = [Path(f"/proc/{home.pid_of(name)}/environ").read_bytes() for name in ("keeper", "redis")]
    client.leave()
    home.gone()

    for secret in secrets:
        assert secret not in commands
        assert not any(secret.encode() in environment for environment in environments)
        holding = [path for path in home.path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        assert {path.name for path in holding} <= {"endpoints.json", "redis.conf"}
        assert {stat.S_IMODE(path.stat().st_mode) for path in holding} == {0o600}


@pytest.mark.slow
def test_a_folder_that_was_taken_away_ends_its_keeper_and_not_the_next_ones_servers(home: Home) -> None:
    old = home.client()
    keeper = home.pid_of("keeper")
    home.path.rename(home.path.with_name("taken away"))
    new = home.client()
    running = {name: home.pid_of(name) for name in ("keeper", "database", "redis")}

    until(lambda: keeper not in processes_of(home.path))
    assert not any(open_port(url) for url in old.urls)
    assert ask(new.urls[0], "SELECT 1") == [(1,)]
    assert running == {name: home.pid_of(name) for name in ("keeper", "database", "redis")}


@pytest.mark.parametrize("name", ["PGOPTIONS", "PGPASSWORD", "PGSSLMODE"])
def test_settings_for_another_postgresql_do_not_reach_ours(home: Home, name: str) -> None:
    home.environment[name] = "nonsense"
    assert open_port(home.client("d").urls[0])
