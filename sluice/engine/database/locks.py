"""Advisory locks, all listed here. Each lasts until its transaction ends.

Each name (of a table, of a content) has its own lock. Two names may share one by hash collision, which costs time only.
A table whose name has the schema of all others is the one without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.ledger import WRITTEN, ledger_schema
from sluice.engine.database.session import home_schema


class Lock(IntEnum):
    """The purpose of a lock. The numbers must never change: processes of several versions run at the same time."""

    CONTENT = 0  # of a SHA-256: plans of the same content, and the purge of its copy in the landing
    SETTLING = 1  # of a loaded table: inputs become final one run after the other
    BUILDING = 2  # of a derived table: each build reads the rows of the one before it
    REMOVING_ROWS = 3  # of a loaded table: loads that delete rows (shared) against builds that read them
    SCHEMA = 4  # migrations
    DISPATCH = 5  # publishing the steps that are due
    CRASHED_INPUTS = 6  # claiming a step of an input that has crashed: two at once would not see each other's claim
    INDEXING = 7  # of a table: its indexes are made outside of a transaction


_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, %s))"
# sorted: two transactions that take several of the same locks do not wait for each other
_LOCK_ALL = """
select pg_advisory_xact_lock(key)
from (select distinct hashtextextended(name, %s) as key from unnest(%s::text[]) name order by key) keys
"""
_SHARE = "select pg_advisory_xact_lock_shared(hashtextextended(%s, %s))"
_TRY = "select pg_try_advisory_xact_lock(hashtextextended(%s, %s))"


def lock(cursor: Cursor, purpose: Lock, name: str = "") -> None:
    """Take the lock, waiting for it."""
    cursor.execute(_LOCK, (_known(name), int(purpose)))


def lock_all(cursor: Cursor, purpose: Lock, names: Sequence[str]) -> None:
    """Take the locks of all names, waiting for them."""
    cursor.execute(_LOCK_ALL, (int(purpose), [_known(name) for name in names]))


def share(cursor: Cursor, purpose: Lock, name: str) -> None:
    """Take the lock in shared mode, waiting for it."""
    cursor.execute(_SHARE, (_known(name), int(purpose)))


def try_lock(cursor: Cursor, purpose: Lock, name: str = "") -> bool:
    """Take the lock if it is free; False where another transaction has it."""
    cursor.execute(_TRY, (_known(name), int(purpose)))
    return cursor.fetchone() == (True,)


def _known(name: str) -> str:
    """The name in its lock: another environment in the database has other locks. The schema `sluice` was once all."""
    schema, bare = ledger_schema(), name.removeprefix(f"{home_schema()}.")
    return bare if schema == WRITTEN else f"{schema}:{bare}"
