"""Versions of rows: what a run has replaced or removed is closed at the run's moment, when it settles.

A table that keeps versions is loaded as any update: it has the newest version of each row, and the settled rows that a
run replaces or deletes are kept, with their `valid_from`, until the run settles. So which versions there are depends on
no order of commits: there is at most one of each row and run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.load.target import Target

query = statements(__name__)

_ROOM = "set local work_mem = '128MB'; set local enable_hashjoin = on"


def moment_of(cursor: Cursor, run: int) -> datetime:
    """The moment of a run that settles: when it was registered, but later than all moments before."""
    cursor.execute(query("note_moment"), {"run": run})
    row: tuple[datetime] | None = cursor.fetchone()
    if row is None:
        raise LookupError(run)
    return row[0]


def close_versions(cursor: Cursor, target: Target, run: dict[str, object]) -> None:
    """Close the versions that the run has ended, and give the new ones their beginning."""
    cursor.execute(_ROOM)
    cursor.execute(target.statement("make_stage"))
    cursor.execute(target.statement("empty_stage"))
    cursor.execute(target.statement("gather_versions"), run)
    cursor.execute(target.statement("analyze_stage"))
    for name in ("close_versions", "begin_versions"):
        cursor.execute(target.statement(name), run)


def reopen_versions(cursor: Cursor, target: Target, inputs: Sequence[int], runs: Sequence[int]) -> None:
    """After rows came back into the table: delete their closed versions, and those of the undone inputs."""
    if target.history:
        cursor.execute(target.statement("reopen_versions"), {"inputs": list(inputs), "runs": list(runs)})
