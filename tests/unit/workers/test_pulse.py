"""The pulse of a worker: when its main process is silent."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator

import pytest

from sluice.workers.pulse import Pulse


class Queues:
    """What the gate knows of a worker, and its event loop, which runs when the test says so."""

    def __init__(self) -> None:
        self.connected, self.closed, self.queues, self.redis = True, None, 8, True
        self.waiting: list[Callable[[], None]] = []

    def is_connected(self) -> bool:
        return self.connected

    def consumed(self) -> int:
        return self.queues

    def in_event_loop(self, change: Callable[[], None]) -> None:
        self.waiting.append(change)

    def redis_answers(self) -> bool:
        return self.redis

    def turn(self) -> None:
        """One turn of the event loop."""
        while self.waiting:
            self.waiting.pop(0)()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    yield reader, writer
    os.close(reader)
    os.close(writer)


@pytest.fixture
def queues() -> Queues:
    return Queues()


@pytest.fixture
def pulse(pipe: tuple[int, int], queues: Queues, monkeypatch: pytest.MonkeyPatch) -> Pulse:
    monkeypatch.setenv("SLUICE_PULSE_FD", str(pipe[1]))
    made = Pulse(queues, queues.redis_answers)  # type: ignore[arg-type]
    made.begin()
    return made


def heard(pipe: tuple[int, int]) -> int:
    try:
        return len(os.read(pipe[0], 1 << 16))
    except BlockingIOError:
        return 0


def test_an_event_loop_that_runs_is_heard(pipe: tuple[int, int], queues: Queues, pulse: Pulse) -> None:
    pulse.beat(ending=False)
    assert heard(pipe) == 0
    queues.turn()
    assert heard(pipe) == 1


def test_a_blocked_event_loop_is_silent(pipe: tuple[int, int], pulse: Pulse) -> None:
    for _ in range(3):
        pulse.beat(ending=False)
    assert heard(pipe) == 0


def test_an_event_loop_that_waits_for_redis_is_not_to_blame(
    pipe: tuple[int, int], queues: Queues, pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues.redis = False
    pulse.beat(ending=False)
    assert heard(pipe) == 0  # it may still turn
    monkeypatch.setattr("sluice.workers.pulse.DOUBT_S", -1.0)
    pulse.beat(ending=False)
    assert heard(pipe) == 1
    queues.redis = True
    pulse.beat(ending=False)
    assert heard(pipe) == 0


def test_a_worker_that_consumes_from_no_queue_is_silent(pipe: tuple[int, int], queues: Queues, pulse: Pulse) -> None:
    queues.queues = 0
    pulse.beat(ending=False)
    queues.turn()
    assert heard(pipe) == 0


def test_a_closed_gate_is_a_reason_not_to_consume(pipe: tuple[int, int], queues: Queues, pulse: Pulse) -> None:
    queues.queues, queues.closed = 0, "the ledger is behind"  # type: ignore[assignment]
    pulse.beat(ending=False)
    queues.turn()
    assert heard(pipe) == 1


def test_without_redis_and_at_its_end_a_worker_is_heard(pipe: tuple[int, int], queues: Queues, pulse: Pulse) -> None:
    pulse.beat(ending=True)
    queues.connected = False
    pulse.beat(ending=False)
    assert heard(pipe) == 2
    assert queues.waiting == []


def test_processes_of_the_pool_do_not_get_the_descriptor(pulse: Pulse) -> None:
    assert "SLUICE_PULSE_FD" not in os.environ


def test_a_full_pipe_does_not_block_the_worker(pipe: tuple[int, int], pulse: Pulse) -> None:
    room = fcntl.fcntl(pipe[1], fcntl.F_SETPIPE_SZ, 4096)  # what it is by default depends on the machine and the user
    for _ in range(room + 1_000):
        pulse.beat(ending=True)
    assert heard(pipe) == room


@pytest.mark.parametrize("text", ["", "x", "-1"])
def test_without_a_supervisor_nothing_is_written(queues: Queues, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SLUICE_PULSE_FD", text)
    made = Pulse(queues)  # type: ignore[arg-type]
    made.begin()
    made.beat(ending=False)
    assert queues.waiting == []
