"""Which workers are running: each records itself in the ledger every few seconds while it takes messages.

Dispatch reads there how many processes there are, and waiting commands whether a worker will begin their run.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.identity import worker_name
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements

query = statements(__name__)

SHOW_S = 3.0
FRESH_S = 12.0  # a worker without a record for that long is gone
PATIENCE_S = 10.0
LEAST_WINDOW = 16
_FOR_EACH = 2  # one is worked on, and the next one is there
_LOOK_S = 1.0


def register_worker(cursor: Cursor, processes: int) -> None:
    """Record that this worker takes messages, with so many processes."""
    cursor.execute(query("register_worker"), {"name": worker_name(), "processes": processes})


def unregister_worker(cursor: Cursor) -> None:
    """Record that this worker takes no more messages."""
    cursor.execute(in_ledger("delete from sluice.worker where name = %s"), (worker_name(),))


def worker_there() -> bool:
    """Whether any worker takes messages now."""
    with transaction() as cursor:
        cursor.execute(query("any_worker"), {"fresh_s": FRESH_S})
        return cursor.fetchone() == (True,)


def take_turn(name: str, every_s: float) -> bool:
    """Whether this process is to do work now that one does for all of them, each time at least `every_s` later."""
    with transaction() as cursor:
        cursor.execute(query("take_turn"), {"name": name, "every_s": every_s})
        return cursor.rowcount == 1


def return_turn(name: str) -> None:
    """This process took a turn and could not do the work: another one may be able to, and need not wait."""
    with transaction() as cursor:
        cursor.execute(query("return_turn"), {"name": name})


def window_for(processes: int) -> int:
    """How many chains may be published and not finished, for so many processes of workers."""
    return min(settings().window, max(LEAST_WINDOW, _FOR_EACH * processes))


class Absence:
    """Reports to a waiting caller that no worker is running: once, and again each time the last one vanishes."""

    def __init__(self, say: Callable[[], None], there: Callable[[], bool] = worker_there) -> None:
        self._say = say
        self._there = there
        self._seen = self._looked = time.monotonic()
        self._said = False

    def look(self) -> None:
        """Call it repeatedly while waiting. Raises DatabaseAway."""
        now = time.monotonic()
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        if self._there():
            self._seen, self._said = now, False
        elif not self._said and now - self._seen >= PATIENCE_S:
            self._said = True
            self._say()
