"""Signals that end a command, while it starts a process: they wait, and none is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from sluice.stop_signals import held_back, let_through
from sluice.workers.supervisor import stop_signals


@pytest.fixture(params=["one thread", "a thread of a library, which takes them"])
def threads(request: pytest.FixtureRequest) -> Iterator[None]:
    done = threading.Event()
    other = threading.Thread(target=done.wait, daemon=True)
    if request.param != "one thread":
        other.start()
    yield
    done.set()


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_the_process_is_started(number: signal.Signals) -> None:
    reached = []

    def start() -> None:
        with held_back():
            os.kill(os.getpid(), number)
            subprocess.run([sys.executable, "-c", ""], check=True, preexec_fn=let_through)
            reached.append(list(came))

    with stop_signals() as came:
        with pytest.raises(KeyboardInterrupt):
            start()
        assert came == [number]
    assert reached == [[]]


def test_without_a_signal_all_is_as_before() -> None:
    answer = signal.getsignal(signal.SIGINT)
    with held_back():
        pass
    assert signal.getsignal(signal.SIGINT) is answer
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


def test_a_signal_that_is_ignored_stays_ignored_in_the_child() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        ask = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
        with held_back():
            done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert done.stdout == "True\n"
