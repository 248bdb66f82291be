"""Waiting for a run: missing workers, servers that are away, and when it ends. With a made-up ledger."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sluice.cli.runs import waiting
from sluice.engine.database.connection import DatabaseAway
from sluice.errors import PermanentError, TransientError
from sluice.workers.child import Command
from sluice.workers.supervisor import Supervisor
from tests.unit.cli.made_up import Ledger, a_run, a_summary, an_input


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_S", 0.001)


def idle() -> Supervisor:
    return Supervisor([], say=print)


NO_WORKER = (
    "no worker is there: run 7 waits until one is. Start one with `sluice worker`, or give --workers 2 to this"
    " command\n"
)


def at_once(monkeypatch: pytest.MonkeyPatch, *, there: bool) -> None:
    """Workers are looked for at once, in a ledger that knows of some or of none."""
    monkeypatch.setattr("sluice.engine.ledger.workers.PATIENCE_S", 0.0)
    monkeypatch.setattr("sluice.engine.ledger.workers._LOOK_S", 0.0)
    monkeypatch.setattr(waiting, "_worker_there", lambda: there)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([], NO_WORKER),
        ([{"a": "pong"}], ""),
    ],
)
def test_missing_workers_are_mentioned_once(
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: list[object],
    sentence: str,
) -> None:
    untouched = a_run(state="running", inputs=[an_input(state="registered")])
    ledger.statuses = [untouched] * 5 + [a_run()]
    at_once(monkeypatch, there=False)
    monkeypatch.setattr(waiting, "_workers_answer", lambda: bool(answers))
    waiting.follow(7, idle(), None)
    assert capsys.readouterr().err == sentence


def test_what_a_run_waits_for_is_mentioned_once_when_all_its_rows_are_read(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "calls is being read: its key becomes a constraint again when the reader has ended."
    half = a_run(state="running", planned=10, read=5, waiting="The worker process that worked on it died.")
    whole = a_run(state="running", planned=10, read=10, waiting=why)
    ledger.statuses = [half, whole, whole, a_run()]
    waiting.follow(7, idle(), None)
    assert capsys.readouterr().err == f"run 7 has read all its rows, and waits: {why}\n"


def test_other_open_runs_that_the_workers_of_the_command_go_on_with_are_mentioned_once(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.runs = [
        a_summary(run=number, state=state) for number, state in ((7, "running"), (5, "running"), (4, "done"))
    ]
    ledger.statuses = [a_run(state="running")] * 2 + [a_run()]
    crew = SimpleNamespace(slots=[SimpleNamespace(failures=0)], poll=lambda: None)
    waiting.follow(7, crew, None)  # type: ignore[arg-type]
    assert capsys.readouterr().err == "the workers of this command also go on with what has not ended: run 5\n"


def test_a_redis_that_is_away_is_mentioned(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away() -> bool:
        raise TransientError("Redis does not answer (ConnectionError).")

    ledger.statuses = [a_run(state="running", inputs=[an_input(state="registered")])] * 3 + [a_run()]
    at_once(monkeypatch, there=False)
    monkeypatch.setattr(waiting, "_workers_answer", away)
    waiting.follow(7, idle(), None)
    told = "waiting: Redis does not answer (ConnectionError). The run starts by itself when Redis is back.\n"
    assert capsys.readouterr().err == told


def test_nobody_asks_after_workers_while_the_ledger_knows_of_one(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = a_run(state="running", planned=10, inputs=[an_input(state="loading")])
    ledger.statuses = [begun] * 3 + [a_run()]
    at_once(monkeypatch, there=True)
    monkeypatch.setattr(waiting, "_workers_answer", lambda: pytest.fail("they were asked"))
    assert waiting.follow(7, idle(), None).state == "done"


def test_postgresql_may_be_away_for_a_while(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([DatabaseAway("gone"), DatabaseAway("gone"), a_run()])

    def read(_run: int) -> dict[str, Any]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("sluice.engine.ledger.runs.read_status", read)
    assert waiting.follow(7, idle(), None).state == "done"
    assert next(answers, None) is None


def test_waiting_for_postgresql_ends(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_run: int) -> dict[str, Any]:
        raise DatabaseAway("gone")

    monkeypatch.setattr("sluice.engine.ledger.runs.read_status", read)
    monkeypatch.setenv("SLUICE_DATABASE_WAIT_S", "0.01")
    with pytest.raises(DatabaseAway):
        waiting.follow(7, idle(), None)


def test_workers_that_do_not_stay_alive_end_the_waiting(ledger: Ledger, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("".join(f"line {n}\n" for n in range(9)) + "ImportError: no such thing\n")
    ledger.statuses = [a_run(state="running")]
    dying = SimpleNamespace(failures=5, command=Command("worker", [], log=log))
    crew = SimpleNamespace(slots=[dying], poll=lambda: time.sleep(0))
    with pytest.raises(PermanentError) as caught:
        waiting.follow(7, crew, None)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"The worker died 5 times as soon as it was started. The end of {log}:\n"
        "  line 5\n  line 6\n  line 7\n  line 8\n  ImportError: no such thing"
    )
