"""The pulse of a worker: bytes in a pipe to its supervisor, as long as its main process does its work.

A byte is written by the event loop itself, and only while it consumes from queues (or the gate has closed them). So a
main process that is stopped, blocked or deaf is silent, and `Child.silent_s` shows that. Without a connection to
Redis, and while the worker ends, there is no event loop to wait for: then the byte is written at once.
"""

from __future__ import annotations

import contextlib
import os

from sluice.workers.child import PULSE
from sluice.workers.gate import Gate, gate


class Pulse:
    """Writes to the descriptor that the supervisor has passed on; does nothing without one."""

    def __init__(self, queues: Gate = gate) -> None:
        self._gate = queues
        self._descriptor: int | None = None

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

    def _answer(self) -> None:
        if self._gate.closed is not None or self._gate.consumed():
            self._write()

    def _write(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # a full pipe has enough to read; the supervisor may have ended
                os.write(self._descriptor, b".")


pulse = Pulse()
