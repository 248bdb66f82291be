"""`worker`, `beat`, `flower`, `up`: what they start, and that no password is seen."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluice.cli.servers import processes
from sluice.engine.base import servers
from sluice.engine.tables.changes.apply import TableInUse
from sluice.workers.child import Command
from tests.kit.ports import free_port

Sluice = Callable[..., Any]


class Recorder:
    """A supervisor that only notes what it was given, and is told to stop at once."""

    commands: list[Command]
    ends_with = signal.SIGTERM

    def __init__(self, commands: list[Command], **_: object) -> None:
        type(self).commands = commands

    def run(self) -> signal.Signals:
        return self.ends_with


@pytest.fixture(autouse=True)
def recorder(monkeypatch: pytest.MonkeyPatch) -> type[Recorder]:
    monkeypatch.setattr(processes, "Supervisor", Recorder)
    monkeypatch.setenv("SLUICE_FLOWER_PORT", str(free_port()))  # the usual port may be in use on this machine
    monkeypatch.setattr(servers, "urls", lambda: ("", ""))
    monkeypatch.setattr("sluice.engine.tables.migrate.migrate", lambda _pipelines: [])
    return Recorder


def test_worker_is_celerys_own_with_so_many_processes(sluice: Sluice, recorder: type[Recorder]) -> None:
    result = sluice("worker", "--concurrency", "3")
    assert result.exit_code == 0
    argv = list(recorder.commands[0].argv)
    assert argv[:7] == [sys.executable, "-P", "-m", "sluice.cli.servers.celery", "-A", "sluice.app", "worker"]
    assert argv[argv.index("--concurrency") + 1] == "3"


def test_a_table_that_an_open_run_has_to_settle_first_does_not_keep_workers_from_starting(
    sluice: Sluice, recorder: type[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    def migrate(_pipelines: object) -> list[str]:
        raise TableInUse("Table shop is in use and was not changed.")

    monkeypatch.setattr("sluice.engine.tables.migrate.migrate", migrate)
    result = sluice("worker")
    assert (result.exit_code, [command.name for command in recorder.commands]) == (0, ["worker"])
    assert "Table shop is in use and was not changed.\n" in result.stderr


def test_beat_keeps_its_schedule_at_home(sluice: Sluice, recorder: type[Recorder], home: Path) -> None:
    sluice("beat")
    argv = list(recorder.commands[0].argv)
    assert argv[argv.index("--schedule") + 1] == str(home / "beat" / "sluice-schedule")
    assert (home / "beat").is_dir()


WATCHED = """
from sluice import Column, Files, Integer, Pipeline, Table
pipeline = Pipeline("watched", Files("*.csv", watch=True), Table("w", ["id"], [Column("id", Integer(), required=True)]))
"""


def test_the_watcher_is_wanted_once_a_pipeline_declares_a_watched_source(
    sluice: Sluice, recorder: type[Recorder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pipelines"
    folder.mkdir()
    monkeypatch.setenv("SLUICE_PIPELINES", str(folder))
    monkeypatch.setattr(processes, "LOOK_S", 0.0)
    sluice("up")
    wanted = next(command.wanted for command in recorder.commands if command.name == "watch")
    assert wanted is not None
    assert not wanted()
    (folder / "watched.py").write_text(WATCHED)
    assert wanted()


def test_up_runs_all_of_them(sluice: Sluice, recorder: type[Recorder]) -> None:
    result = sluice("up", "--json")
    assert [command.name for command in recorder.commands] == ["worker", "beat", "watch", "flower"]
    assert json.loads(result.stdout) == {
        "running": ["worker", "beat", "flower"],  # and the watcher once it is wanted
        "embedded": True,
        "flower": {"url": f"http://127.0.0.1:{os.environ['SLUICE_FLOWER_PORT']}", "user": "sluice"},
    }


def test_a_random_password_of_flower_is_told_once_and_never_an_argument(
    sluice: Sluice, recorder: type[Recorder]
) -> None:
    result = sluice("flower")
    command = recorder.commands[0]
    password = command.environ["SLUICE_FLOWER_PASSWORD"]
    assert len(password) == 16
    assert result.stderr.count(password) == 1
    assert password not in result.stdout
    assert not any(password in word for word in command.argv)


def test_a_chosen_password_of_flower_is_never_told(
    sluice: Sluice, recorder: type[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_FLOWER_PASSWORD", "correct horse")
    result = sluice("up")
    assert "correct horse" not in result.stdout + result.stderr
    assert all("SLUICE_FLOWER_PASSWORD" not in command.environ for command in recorder.commands)


@pytest.mark.parametrize("command", ["flower", "up"])
def test_a_port_in_use_is_told_before_anything_starts(
    sluice: Sluice, recorder: type[Recorder], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.delattr(recorder, "commands", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("SLUICE_FLOWER_PORT", str(port))
        result = sluice(command)
    message = f"Port {port} is in use: set SLUICE_FLOWER_PORT to another, or stop the other Flower."
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
    assert not hasattr(recorder, "commands")


def test_what_a_child_says_is_seen_when_it_says_it(sluice: Sluice, recorder: type[Recorder]) -> None:
    sluice("up")
    assert {command.environ["PYTHONUNBUFFERED"] for command in recorder.commands} == {"1"}


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_being_told_to_stop_is_how_they_end(
    sluice: Sluice, recorder: type[Recorder], monkeypatch: pytest.MonkeyPatch, how: signal.Signals, code: int
) -> None:
    monkeypatch.setattr(recorder, "ends_with", how)
    assert sluice("worker").exit_code == code


def test_flowers_configuration_has_a_password_and_stays_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLUICE_FLOWER_PASSWORD", "correct horse")
    monkeypatch.setenv("SLUICE_FLOWER_PORT", "5600")
    read = read_configuration()
    assert (read["basic_auth"], read["address"], read["port"]) == (["sluice:correct horse"], "127.0.0.1", 5600)
    assert capsys.readouterr() == ("", "")


def test_flowers_configuration_makes_up_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    user, password = read_configuration()["basic_auth"][0].split(":")
    assert user == "sluice"
    assert f"Flower's password is {password} " in capsys.readouterr().err


def read_configuration() -> dict[str, Any]:
    """As Flower does: run the file, take its names."""
    names: dict[str, Any] = {}
    exec(processes.FLOWER_CONFIG.read_text(), names)  # noqa: S102 - this is how Flower reads it
    return names
