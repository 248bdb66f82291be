"""Inputs that wait for another run, because it is loading the same content."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.ledger.ending import end_input
from sluice.engine.ledger.queries import query


def resolve_attached(cursor: Cursor, inputs: list[int]) -> None:
    """These inputs have ended: who waited for them has nothing left to do, or is planned again."""
    cursor.execute(query("attached_to_done"), {"inputs": inputs})
    for (waiting,) in cursor.fetchall():
        end_input(cursor, waiting, "already_loaded")
    cursor.execute(query("free_attached"), {"inputs": inputs})
