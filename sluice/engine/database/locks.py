"""Advisory locks: one list of what they are for. Each is held until its transaction ends.

There is one for each name (of a table, of a content). Two names may share one by chance, which costs time only.
"""

from __future__ import annotations

from enum import IntEnum

from psycopg2.extensions import cursor as Cursor


class Lock(IntEnum):
    """What a lock is for. The numbers are the same in every process, of every version that runs beside this one."""

    CONTENT = 0  # of a SHA-256: what two plans of it decide, and whether its copy in the landing is purged
    SETTLING = 1  # of a loaded table: inputs become final one run after the other
    BUILDING = 2  # of a derived table: each build sees what the one before it wrote
    REMOVING_ROWS = 3  # of a loaded table: loads that take rows away (shared) and builds from them go one by one
    SCHEMA = 4  # whoever migrates
    DISPATCH = 5  # whoever publishes what is due
    CRASHED_INPUTS = 6  # whoever claims a step of an input that has crashed: two at once would not see each other


_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, %s))"
_SHARE = "select pg_advisory_xact_lock_shared(hashtextextended(%s, %s))"
_TRY = "select pg_try_advisory_xact_lock(hashtextextended(%s, %s))"


def lock(cursor: Cursor, purpose: Lock, name: str = "") -> None:
    """Wait until the lock is this transaction's."""
    cursor.execute(_LOCK, (name, int(purpose)))


def share(cursor: Cursor, purpose: Lock, name: str) -> None:
    """Wait until nobody has the lock alone; others may share it."""
    cursor.execute(_SHARE, (name, int(purpose)))


def try_lock(cursor: Cursor, purpose: Lock, name: str = "") -> bool:
    """Take the lock if it is free; False where another transaction has it."""
    cursor.execute(_TRY, (name, int(purpose)))
    return cursor.fetchone() == (True,)
