"""Rows of a part whose key exists already: compared with settled rows at once, else left to settling."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.ledger.parts import PartWork
from sluice.engine.load.replaced import refuse_other_reading
from sluice.engine.load.target import Target

# the temporary tables have no statistics: without these the planner reads the whole target for each part
INDEX_ONLY = "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off"


def classify_lost(cursor: Cursor, work: PartWork, target: Target) -> dict[str, int]:
    """Classify the rows in the table `lost`. Returns counts by outcome."""
    cursor.execute(target.statement("make_stage"))
    cursor.execute(INDEX_ONLY)
    refuse_other_reading(cursor, work, target)
    params = {"run": work.run, "input": work.input, "part": work.part}
    cursor.execute(target.statement("classify_lost"), params)
    return dict(zip(("duplicate", "rejected", "contested"), cursor.fetchone() or (), strict=True))
