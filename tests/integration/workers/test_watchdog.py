"""A worker whose main process does nothing any more is started again by its supervisor."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sluice.cli.servers.processes import worker_command
from sluice.engine.base.settings import settings
from sluice.samples.call_logs import make_call_logs
from sluice.workers import supervisor as room
from sluice.workers.child import Child
from sluice.workers.supervisor import Supervisor
from tests.kit.stack import Stack, until

DONE = [("done",)]


class Crew:
    """A supervisor with one worker, polled whenever something is waited for; and what it says."""

    def __init__(self, log: Path) -> None:
        self.said: list[str] = []
        self.supervisor = Supervisor([worker_command(1, log)], say=self.said.append, grace_s=0.5)

    def child(self) -> Child:
        child = self.supervisor.slots[0].child
        assert child is not None
        return child

    def until(self, condition: Callable[[], object], what: str) -> None:
        def look() -> bool:
            self.supervisor.poll()
            return bool(condition())

        until(look, 120, what)


@pytest.fixture
def crew(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    """A worker that has shown for the first time that it works."""
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    stack.sluice("migrate")
    made = Crew(stack.home / "worker.log")
    with made.supervisor:
        child = made.child()
        made.until(lambda: child.silent_s() > 0, "the first sign of the worker")
        yield made
    settings.cache_clear()


@pytest.mark.slow
def test_a_stopped_main_process_is_replaced_and_the_next_run_ends(
    stack: Stack, crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SILENT_S", 5.0)
    first = crew.child()
    os.kill(first.pid, signal.SIGSTOP)

    crew.until(lambda: crew.supervisor.slots[0].child not in (None, first), "another worker")

    assert crew.said == [
        "worker has not responded for 5 s: it is killed",
        f"worker was killed by SIGKILL (see {stack.home / 'worker.log'}); it starts again in 0.5 s",
    ]
    make_call_logs(tmp_path / "calls", rows=100)
    run = stack.enqueue(tmp_path / "calls")
    monkeypatch.setattr(room, "SILENT_S", 60.0)
    crew.until(lambda: stack.sql("select state from sluice.run where id = %s", run) == DONE, "the end of the run")


@pytest.mark.slow
def test_a_worker_that_waits_for_messages_shows_that_it_works(crew: Crew) -> None:
    child = crew.child()
    for _ in range(8):
        before = child._heard
        crew.until(lambda before=before: child._heard != before, "the next sign")
    assert crew.child() is child
    assert crew.said == []
