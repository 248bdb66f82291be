"""Inputs that wait for another run, because it is loading the same content."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.ledger.outcomes import end_input

query = statements(__name__)


def resolve_waiting(cursor: Cursor) -> None:
    """End inputs that waited for content that is loaded now; plan those again that waited in vain.

    An input waits for an input, never for a run: two runs with each other's content would wait for ever.
    """
    cursor.execute(query("content_now_loaded"))
    for (waiting,) in cursor.fetchall():
        end_input(cursor, waiting, "already_loaded")
    cursor.execute(query("free_waiting"))
