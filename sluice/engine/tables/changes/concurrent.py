"""Indexes of large tables, made outside of transactions while loads go on (`create index concurrently`).

Where that is broken off, PostgreSQL leaves an invalid index, which costs writers time and helps nobody. The next
`sluice migrate` drops it and makes it again.
"""

from __future__ import annotations

from contextlib import closing

import psycopg2

from sluice.engine.database.connection import Opened, connect, transaction, translate
from sluice.engine.database.locks import Lock, try_lock
from sluice.engine.tables.changes.change import Allowed, Change
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.plan import plan_of

# it waits for transactions that are open, and reads the table twice; that of a killed process is cancelled soon
_ROOM = "set statement_timeout = '6h'; set lock_timeout = 0; set client_connection_check_interval = '5s'"


def make_indexes(declared: Declared, allowed: Allowed) -> tuple[list[Change], list[str]]:
    """Make the indexes of a large table that are missing. Returns what was done, and what is left, a sentence each.

    One process at a time: another one that finds them under way leaves them to it.
    """
    with transaction() as cursor:  # it has the lock only: no table, and no snapshot, that the indexes would wait for
        if not try_lock(cursor, Lock.INDEXING, declared.name):
            return [], ["Its new indexes are being made by another process."]
        cursor.execute("set local idle_in_transaction_session_timeout = 0")
        opened = connect("index")
        with closing(opened.connection):
            try:
                return _make(opened, _due(opened, declared, allowed)), []
            except psycopg2.Error as error:
                why = str(translate(error)).rstrip(".")
                return [], [f"Its new indexes are not made, which loads do not need: {why}. Then: sluice migrate"]


def _due(opened: Opened, declared: Declared, allowed: Allowed) -> list[Change]:
    with opened.transaction(opened.begin()) as cursor:
        plan = plan_of(cursor, declared, allowed)
        return [] if plan.refused else [each for each in plan.changes if each.concurrent]


def _make(opened: Opened, changes: list[Change]) -> list[Change]:
    with opened.connection.cursor() as cursor:
        if opened.set_to is not None:  # through a pooler they would stay with a connection of others
            cursor.execute(_ROOM)
        for change in changes:
            for statement in change.statements:
                cursor.execute(statement)
    return changes
