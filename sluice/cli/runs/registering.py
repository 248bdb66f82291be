"""What a command reports while it registers very many files: a line every few seconds."""

from __future__ import annotations

import time

from sluice.cli.output import count, say

EVERY_S = 5.0


class Registering:
    """Called with a run and the number of its inputs so far, for each piece of them that is registered."""

    def __init__(self) -> None:
        self._last: float | None = None

    def __call__(self, run: int, inputs: int) -> None:
        """Report the first piece, then no more than one every five seconds."""
        now = time.monotonic()
        if self._last is None:
            say(f"run {run} has its first {count(inputs)} files, which are loaded while the others are registered")
        elif now - self._last < EVERY_S:
            return
        else:
            say(f"run {run} has {count(inputs)} files so far")
        self._last = now
