"""Signals that end a command, held back while it starts a process.

An exception that a handler raises while Python forks is only printed, and the command would go on; and a signal between
a fork and the recording of the child would lose the child.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def held_back() -> Iterator[None]:
    """Inside, stop signals wait; the first that came is answered at the end.

    Blocking them is not enough: the kernel may give them to another thread, of a library, and Python answers them in
    the main thread all the same. A child inherits what is blocked: see `let_through`.
    """
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    answers = {}
    if threading.current_thread() is threading.main_thread():
        answers = {each: signal.getsignal(each) for each in STOP_SIGNALS if callable(signal.getsignal(each))}
    for each in answers:
        signal.signal(each, note)
    try:
        yield
    finally:
        for each, answer in answers.items():
            signal.signal(each, answer)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for number in came[:1]:
            signal.raise_signal(number)


def let_through() -> None:
    """In a child, before it becomes another program: it gets the signals again that are held back in its parent."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
