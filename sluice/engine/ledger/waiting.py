"""Waiting for the end of a run: by its row in the ledger, with a limit, and with a word when no worker is there."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import DatabaseAway, patiently
from sluice.engine.ledger.workers import Absence

log = logging.getLogger(__name__)
ENDED = ("done", "failed")


class Waiting:
    """One wait for a run: the caller calls `over()` repeatedly, with a pause between."""

    def __init__(self, run: int, state: Callable[[int], str], timeout_s: float | None) -> None:
        """`state` reads the run's state; None for `timeout_s` waits without a limit."""
        self._run = run
        self._state = state
        self._timeout_s = timeout_s
        self._until = None if timeout_s is None else time.monotonic() + timeout_s
        self._absence = Absence(self._say_no_worker)
        self._no_worker = ""

    def over(self) -> bool:
        """Whether the run has ended. Raises TimeoutError when the time is up, and DatabaseAway."""
        state = self._now()
        if state in ENDED:
            return True
        if self._until is not None and time.monotonic() > self._until:
            still = f"Run {self._run} is still {state} after {self._timeout_s:g} s."
            raise TimeoutError(f"{still} It stays in the ledger.{self._no_worker}")
        self._absence.look()
        return False

    def _now(self) -> str:
        """The run's state; `running` where PostgreSQL is away and the time is up."""
        longest = settings().database_wait_s
        left = longest if self._until is None else max(self._until - time.monotonic(), 0.0)
        try:
            return patiently(lambda: self._state(self._run), min(left, longest))
        except DatabaseAway:
            if left > longest or self._until is None:
                raise
            return "running"

    def _say_no_worker(self) -> None:
        self._no_worker = " No worker is there: `sluice worker` starts some."
        log.warning(
            "no worker is there: run %s waits in the ledger until one is (`sluice worker` starts some)", self._run
        )
