"""Undoing inputs in their table: their rows go, and rows that they had replaced or removed come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.statements import statements
from sluice.engine.load.partitions import make_room
from sluice.engine.load.target import Target
from sluice.engine.load.versions import reopen_versions

query = statements(__name__)

# rows that come back are read from their texts and sorted by key; their number is not known to the planner
_ROOM = "set local work_mem = '128MB'; set local enable_hashjoin = on; set local statement_timeout = '6h'"


@dataclass(frozen=True)
class Undoing:
    """Settled inputs of one table that are undone together, and the runs that loaded them. `before` are inputs of the
    same source that are undone already, with their runs: these may have what stood before."""

    inputs: Sequence[int]
    runs: Sequence[int]
    before: Sequence[int] = field(default=())
    before_runs: Sequence[int] = field(default=())

    @property
    def params(self) -> dict[str, list[int]]:
        """What the statements name."""
        kept = {"kept_inputs": [*self.inputs, *self.before], "kept_runs": [*self.runs, *self.before_runs]}
        return {"inputs": list(self.inputs), **kept}


def count_rows(cursor: Cursor, target: Target, undoing: Undoing) -> int:
    """How many rows of the inputs are still in the table."""
    cursor.execute(_ROOM)
    cursor.execute(target.statement("count_undone"), undoing.params)
    return int((cursor.fetchone() or (0,))[0])


def count_coming_back(cursor: Cursor, target: Target, undoing: Undoing) -> int:
    """How many rows would come back, if no later run has a row of their keys."""
    cursor.execute(target.statement("make_stage"))
    return _gather(cursor, target, undoing)


def replacing_runs(cursor: Cursor, undoing: Undoing, pipeline: str, run: int) -> dict[int, int]:
    """Later runs by what they have replaced or removed of the inputs' rows, as far as that is kept."""
    cursor.execute(query("count_replacing"), undoing.params | {"pipeline": pipeline, "run": run})
    return dict(cursor.fetchall())


@dataclass(frozen=True)
class Replaced:
    """A row of an undone input, by file and line, that a file of a later run has replaced or removed."""

    uri: str
    line: int
    run: int
    by: str


def rows_replaced_since(cursor: Cursor, undoing: Undoing, pipeline: str, run: int, most: int) -> list[Replaced]:
    """The first of these rows, as far as they are kept."""
    params = undoing.params | {"pipeline": pipeline, "run": run, "most": most}
    cursor.execute(query("rows_replaced_since"), params)
    return [Replaced(*row) for row in cursor.fetchall()]


def note_compared(cursor: Cursor, undoing: Undoing, pipeline: str, run: int, by: int) -> None:
    """Say in the notes of files of later runs that their books compare with rows that run `by` undoes."""
    cursor.execute(query("note_compared"), undoing.params | {"pipeline": pipeline, "run": run, "by": by})


def lock_out(cursor: Cursor, target: Target) -> None:
    """Wait for who writes to the table now, and let nobody else write to it until this transaction ends."""
    cursor.execute(target.statement("lock_writers_out"))


def take_out(cursor: Cursor, target: Target, undoing: Undoing) -> tuple[int, int]:
    """Delete the inputs' rows and restore what they had replaced, inside the caller's transaction: how many of each."""
    cursor.execute(_ROOM)
    cursor.execute(target.statement("delete_undone"), undoing.params)
    deleted = cursor.rowcount
    failpoint("undo.deleted")
    cursor.execute(target.statement("make_stage"))
    restored = 0
    if _gather(cursor, target, undoing):  # (in a bulk load the table has no index of its key)
        if target.removed_at:
            cursor.execute(target.statement("unmark"))
        make_room(cursor, target, "stage")
        cursor.execute(target.statement("restore_before"))
        restored = cursor.rowcount
    reopen_versions(cursor, target, undoing.inputs, [*undoing.runs, *undoing.before_runs])
    return deleted, restored


def _gather(cursor: Cursor, target: Target, undoing: Undoing) -> int:
    cursor.execute(target.statement("gather_before"), undoing.params)
    return cursor.rowcount
