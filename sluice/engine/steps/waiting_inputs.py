"""Inputs that wait for another run, because it is loading the same content."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.ledger.outcomes import end_input

query = statements(__name__)


def resolve_waiting(cursor: Cursor) -> None:
    """Who waited for an input that is loaded has nothing left to do; who waited in vain is planned again.

    An input is waited for, never its run: two runs that hold each other's content would wait for ever.
    """
    cursor.execute(query("content_now_loaded"))
    for (waiting,) in cursor.fetchall():
        end_input(cursor, waiting, "already_loaded")
    cursor.execute(query("free_waiting"))
