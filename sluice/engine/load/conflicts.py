"""Rows of a part whose key exists already: compared with settled rows at once, else left to settling."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from sluice.engine.ledger.parts import PartWork
from sluice.engine.load.replaced import refuse_other_reading
from sluice.engine.load.target import Target

OUTCOMES = ("duplicate", "rejected", "contested")
# the temporary tables have no statistics: without these the planner reads the whole target for each part
INDEX_ONLY = "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off"


def classify_lost(cursor: Cursor, works: Sequence[PartWork], target: Target) -> dict[int, dict[str, int]]:
    """Classify the rows in `lost`, of parts of one run and declaration. Returns counts by outcome, by input."""
    cursor.execute(target.statement("make_stage"))
    cursor.execute(INDEX_ONLY)
    refuse_other_reading(cursor, works[0], target)
    mine = {"inputs": [work.input for work in works], "parts": [work.part for work in works]}
    cursor.execute(target.statement("classify_lost"), mine | {"run": works[0].run})
    return {found: dict(zip(OUTCOMES, counts, strict=True)) for found, *counts in cursor.fetchall()}
