"""The lease of watching a pipeline's folders: one watcher at a time, the others wait."""

from __future__ import annotations

import time

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.identity import holder, is_gone
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements

query = statements(__name__)


class WatchLease:
    """Of one pipeline. `take` is called again and again, and asks the ledger a few times in each lease."""

    def __init__(self, pipeline: str) -> None:
        self._facts: dict[str, object] = {"pipeline": pipeline, "watcher": holder()}
        self._asked = float("-inf")
        self.other: str | None = None  # who has it instead
        self.mine = False

    def take(self) -> bool:
        """Take or extend the lease. False while another watcher has it. Raises DatabaseAway."""
        pause = settings().lease_s / 3 if self.mine else min(1.0, settings().lease_s / 3)
        if time.monotonic() - self._asked < pause:
            return self.mine
        with transaction() as cursor:
            cursor.execute(query("who_watches"), self._facts)
            row = cursor.fetchone()
            gone = row[0] if row and is_gone(row[0]) else None
            cursor.execute(query("take_watch"), self._facts | {"gone": gone, "lease_s": settings().lease_s})
            self.mine = cursor.rowcount == 1
        self.other = None if self.mine or row is None else str(row[0])
        self._asked = time.monotonic()
        return self.mine

    def hold(self, cursor: Cursor) -> bool:
        """Lock the lease in the caller's transaction. False if another watcher has it meanwhile."""
        cursor.execute(query("hold_watch"), self._facts)
        self.mine = cursor.fetchone() is not None
        return self.mine

    def leave(self) -> None:
        """Give the lease back."""
        if self.mine:
            with transaction() as cursor:
                cursor.execute(query("leave_watch"), self._facts | {"pipelines": [self._facts["pipeline"]]})
            self.mine = False
