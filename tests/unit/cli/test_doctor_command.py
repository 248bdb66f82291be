"""`doctor`: its table, its exit code, and what it does when nothing can be reached."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice.cli.servers import doctor
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import drop_connection
from sluice.engine.doctor.finding import Finding, ok, warning, wrong

Sluice = Callable[..., Any]


def found(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: iter(findings))


def test_each_finding_is_a_line_with_what_to_do_below(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, ok("PostgreSQL", "16.1"), warning("workers", "none answers", "Start some."))
    result = sluice("doctor")
    assert result.exit_code == 0
    assert result.stdout == (
        "ok       PostgreSQL  16.1\n"
        "warning  workers     none answers\n"
        "                     -> Start some.\n"
        "\n"
        "1 ok, 1 warning, 0 wrong\n"
    )


def test_something_wrong_ends_with_1_also_for_programs(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, wrong("tables", "behind", "sluice migrate"))
    assert sluice("doctor").exit_code == 1
    result = sluice("doctor", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "well": False,
        "checks": [{"check": "tables", "state": "wrong", "found": "behind", "todo": "sluice migrate"}],
    }


def test_every_mistake_in_the_settings_is_told_and_no_secret(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:hunter2@db/x")
    monkeypatch.setenv("SLUICE_WINDOW", "many")
    settings.cache_clear()
    result = sluice("doctor")
    assert result.exit_code == 1
    assert "DATABASE_URL" in result.stdout
    assert "SLUICE_WINDOW" in result.stdout
    assert "hunter2" not in result.output


@pytest.fixture(autouse=True)
def no_connection() -> None:
    """What this process may hold of other tests' servers."""
    drop_connection()


@pytest.fixture
def nobody_listens() -> Iterator[int]:
    """A port that is taken and refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_servers_that_are_away_are_told_quickly_and_the_rest_goes_on(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch, nobody_listens: int
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hunter2@127.0.0.1:{nobody_listens}/x")
    monkeypatch.setenv("REDIS_URL", f"redis://:hunter3@127.0.0.1:{nobody_listens}/0")
    monkeypatch.setenv("SLUICE_PIPELINES", "unified_sales")
    settings.cache_clear()
    started = time.monotonic()
    result = sluice("doctor", "--json")
    assert time.monotonic() - started < 60
    states = {each["check"]: each["state"] for each in json.loads(result.stdout)["checks"]}
    assert result.exit_code == 1
    assert states == {
        "Sluice": "ok",
        "libraries": "ok",
        "settings": "ok",
        "pipelines": "ok",
        "sources of unified_sales": "ok",  # not one of its settings is there: it is not in use
        "PostgreSQL": "wrong",
        "Redis": "wrong",
    }
    assert "hunter" not in result.output


def test_a_pipeline_with_a_mistake_does_not_keep_the_servers_from_being_looked_at(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch, nobody_listens: int, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "broken.py").write_text("pipeline = Pipelin()\n")
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "mine"))
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me@127.0.0.1:{nobody_listens}/x")
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{nobody_listens}/0")
    settings.cache_clear()
    checks = {each["check"]: each for each in json.loads(sluice("doctor", "--json").stdout)["checks"]}
    assert checks["pipelines"]["state"] == "wrong"
    assert "broken.py" in checks["pipelines"]["found"]
    assert {"PostgreSQL", "Redis"} <= set(checks)


@pytest.mark.parametrize("opened", ["mine", "mine/meters.py"])
def test_the_fix_of_pipelines_that_everybody_may_write_to_is_what_to_do(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, opened: str
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "meters.py").write_text("")
    (tmp_path / opened).chmod(0o777)
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "mine"))
    settings.cache_clear()
    monkeypatch.setattr(doctor, "_database", lambda _: iter(()))
    monkeypatch.setattr(doctor, "_redis_and_workers", lambda: iter(()))
    found = [each for each in json.loads(sluice("doctor", "--json").stdout)["checks"] if each["state"] == "wrong"]
    assert [(each["check"], each["todo"]) for each in found] == [
        ("pipelines", f"Take that right away: chmod o-w {tmp_path / opened}")
    ]
    assert "chmod" not in found[0]["found"]
