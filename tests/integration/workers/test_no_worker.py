"""Waiting for a run that nobody works on: it is said, it can be ended, and the run stays."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sluice import runs
from sluice.engine.database.connection import transaction
from sluice.engine.ledger import workers as presence
from sluice.engine.ledger.workers import Absence, register_worker, unregister_worker, worker_there
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.letters import LETTERS
from tests.kit.stack import ROOT, Stack, until


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "PATIENCE_S", 0.3)
    monkeypatch.setattr(presence, "_LOOK_S", 0.0)


def test_it_is_said_once_and_again_when_a_worker_has_come_and_vanished(monkeypatch: pytest.MonkeyPatch) -> None:
    said, there, clock = [], False, [1000.0]
    monkeypatch.setattr(presence, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    absence = Absence(lambda: said.append("none"), lambda: there)

    def look(seconds: int) -> int:
        for _ in range(seconds):
            clock[0] += 1
            absence.look()
        return len(said)

    assert [look(9), look(1), look(30)] == [0, 1, 1]
    there = True
    assert look(2) == 1
    there = False
    assert [look(9), look(1), look(30)] == [1, 2, 2]


def test_a_worker_is_there_while_it_shows_itself_or_works(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    assert not worker_there()
    with transaction() as cursor:
        register_worker(cursor, 2)
    assert worker_there()
    engine.sql("update sluice.worker set seen_at = now() - interval '13 s' returning name")
    assert not worker_there()
    with transaction() as cursor:
        register_worker(cursor, 2)
        unregister_worker(cursor)
    assert not worker_there()
    path = tmp_path / "letters.csv"
    path.write_text("id,value\n1,a\n")
    run = engine.register(path)
    engine.sql("update sluice.step set state = 'working', holder = 'a', lease_until = now() + interval '9 s'"
               " where run_id = %s returning id", run.id)  # fmt: skip
    assert worker_there()


@pytest.mark.usefixtures("impatient")
def test_a_script_that_waits_is_told_and_its_wait_ends_when_it_says_so(
    engine: InProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv"
    path.write_text("id,value\n1,a\n")
    run = engine.register(path)
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(
            TimeoutError, match=f"Run {run.id} is still running after 1.5 s. It stays in the ledger. No worker"
        ),
    ):
        run.wait(timeout_s=1.5)
    assert [each.getMessage() for each in caplog.records] == [
        f"no worker is there: run {run.id} waits in the ledger until one is (`sluice worker` starts some)"
    ]
    assert engine.sql("select state from sluice.run") == [("running",)]


@pytest.mark.usefixtures("impatient")
def test_an_event_loop_goes_on_while_it_waits_for_a_run(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv"
    path.write_text("id,value\n1,a\nx,b\n")
    run = engine.register(path)

    async def loaded_meanwhile() -> tuple[str, int, int]:
        waiting = asyncio.ensure_future(run.wait_async(timeout_s=120))
        await asyncio.sleep(0)
        engine.finish(run)
        status = await waiting
        return status.state, status.loaded, status.rejected

    assert asyncio.run(loaded_meanwhile()) == ("done", 1, 1)
    assert [(each.line, each.column, each.code) for each in runs.get(run.id).rejects()] == [(3, "id", "not_integer")]
    assert list(run.rejects(code="missing")) == []
    assert [(each.run, each.state, each.loaded) for each in runs.newest()] == [(run.id, "done", 1)]
    with pytest.raises(ConfigError, match="There is no run 99"):
        runs.get(99)


def test_waiting_ends_in_time_although_postgresql_is_away(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.use(LETTERS)
    run = engine.register()
    monkeypatch.setenv("DATABASE_URL", os.environ["DATABASE_URL"].rpartition("@")[0] + "@127.0.0.1:1/nowhere")
    InProcess.forget()
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="It stays in the ledger"):
        run.wait(timeout_s=1)
    assert time.monotonic() - began < 60


@pytest.mark.slow
def test_sluice_run_says_that_no_worker_is_there_and_ends_with_its_timeout(stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "call_logs_1.csv"
    path.write_text(
        "customer_id,call_cost,call_destination,call_date,call_duration\n1,1,a,2024-01-01 10:00:00,00:01:00\n"
    )
    words = [sys.executable, "-m", "sluice.cli.main", "run", "call_logs", str(path)]
    done = subprocess.run(
        [*words, "--timeout", "16"], cwd=ROOT, env=stack.env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 1
    told = "no worker is there: run 1 waits until one is. Start one with `sluice worker`, or give --workers 2 to this"
    assert done.stderr.count(told) == 1
    assert "Run 1 is still running after 16 s. It stays in the ledger" in done.stderr
    worker = stack.worker(1)
    assert stack.wait(1)["loaded"] == 1
    until(lambda: stack.sql("select processes from sluice.worker") == [(1,)], 120, "the worker in the ledger")
    worker.stop()
    assert stack.sql("select * from sluice.worker") == []
