"""Snapshots: of a source whose files are all rows, rows that the newest files do not have are deleted, or marked."""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.locks import Lock, share
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow
from sluice.engine.load.target import Target

query = statements(__name__)


def keep_newest(cursor: Cursor, pipeline: str, flow: Flow, run: int, moment: datetime | None = None) -> None:
    """Delete rows that the newest snapshot does not have, and count them in the run; or mark them with its moment.

    A run counts as a snapshot if all its files of the source could be loaded, and have at least one row: an incomplete
    snapshot, or an empty file, deletes nothing.
    """
    params = {"pipeline": pipeline, "source": flow.source.name, "run": run}
    cursor.execute(query("newest_snapshot"), params)
    newest, members = cursor.fetchone() or (0, [])
    params |= {"newest": newest, "members": members}
    if newest >= run:
        target = Target.of(flow.table)
        share(cursor, Lock.REMOVING_ROWS, target.name)
        cursor.execute(target.statement("make_stage"))
        name = f"{'mark' if target.removed_at else 'delete'}_{'gone' if newest == run else 'late'}"
        cursor.execute(target.statement(name), params | {"moment": moment})
        (gone,) = cursor.fetchone() or (0,)
        count_gone(cursor, run, gone)
    cursor.execute(query("supersede"), params)


def count_gone(cursor: Cursor, run: int, gone: int) -> None:
    """Count deleted rows in the run."""
    if gone:
        cursor.execute(query("count_gone"), {"run": run, "gone": gone})
