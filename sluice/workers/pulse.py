"""The pulse of a worker: bytes in a pipe to its supervisor, as long as its main process does its work.

A byte is written by the event loop itself, and only while it consumes from queues (or the gate has closed them). So a
main process that is stopped, blocked or deaf is silent, and `Child.silent_s` shows that. Without a connection to
Redis, and while the worker ends, there is no event loop to wait for: then the byte is written at once. So it is when
the event loop waits for a Redis that does not answer: another process would have to wait as well.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sluice.app import app
from sluice.workers.child import PULSE
from sluice.workers.gate import Gate, gate

DOUBT_S = 10.0  # without a turn of the event loop: then Redis is tried


class Pulse:
    """Writes to the descriptor that the supervisor has passed on; does nothing without one."""

    def __init__(self, queues: Gate = gate, redis_answers: Callable[[], bool] | None = None) -> None:
        self._gate = queues
        self._redis_answers = redis_answers or _redis_answers
        self._descriptor: int | None = None
        self._turned = time.monotonic()  # the last turn of the event loop

    def begin(self) -> None:
        """Take the descriptor from the environment. Processes of the pool must not have it there."""
        text = os.environ.pop(PULSE, "")
        self._descriptor = int(text) if text.isdigit() else None
        if self._descriptor is not None:
            os.set_blocking(self._descriptor, False)

    def beat(self, *, ending: bool) -> None:
        """Show that this worker lives; from a thread of the main process, several times in `silent_s`."""
        if self._descriptor is None:
            return
        if ending or not self._gate.is_connected():
            self._write()
        else:
            self._gate.in_event_loop(self._answer)
            if time.monotonic() - self._turned > DOUBT_S and not self._redis_answers():
                self._write()

    def _answer(self) -> None:
        self._turned = time.monotonic()
        if self._gate.closed is not None or self._gate.consumed():
            self._write()

    def _write(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # a full pipe has enough to read; the supervisor may have ended
                os.write(self._descriptor, b".")


def _redis_answers() -> bool:
    """Whether Redis answers on a new connection; that may take some seconds."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1)
    except (OperationalError, RedisError, OSError):
        return False
    return True


pulse = Pulse()
