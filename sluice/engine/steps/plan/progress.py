"""The progress of a plan, written to the ledger every second, so that status shows that a large file is being read."""

from __future__ import annotations

import time
from collections.abc import Callable

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements

query = statements(__name__)

EVERY_S = 1.0


class Scanning:
    """The scan of one input. `beat` is called with every block, and may raise LostClaim to stop the scan."""

    def __init__(self, input_id: int, beat: Callable[[], None]) -> None:
        self._input = input_id
        self._beat = beat
        self._noted = time.monotonic()

    def tick(self, scanned: int) -> None:
        """Report how many bytes were read."""
        self._beat()
        now = time.monotonic()
        if now - self._noted < EVERY_S:
            return
        self._noted = now
        with transaction() as cursor:
            cursor.execute(query("note_scanned"), {"input": self._input, "scanned": scanned})
