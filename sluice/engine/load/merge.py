"""A part of an update: COPY into the table while its keys are new, else merged row by row in key order.

Loads do not deadlock: COPY only adds keys, in key order, and rolls all of them back when one exists already; a merge
writes existing rows before it adds new ones, each in key order. If another load has changed a row since it was read,
the merge starts again from the current rows.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import psycopg2.errors
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.locks import Lock, share
from sluice.engine.ledger.parts import PartWork
from sluice.engine.load.conflicts import INDEX_ONLY
from sluice.engine.load.replaced import refuse_other_reading
from sluice.engine.load.target import Target
from sluice.engine.rows.copy import CHUNK_BYTES
from sluice.errors import TransientError

# a part's rows are read once and scanned several times; the inputs and runs of existing rows are few
_MERGING = "set local work_mem = '128MB'; set local enable_hashjoin = on"
TRIES = 20  # each failed one means that another load has committed
COUNTS = ("loaded", "updated", "unchanged", "duplicate", "contested")


def update_part(cursor: Cursor, work: PartWork, target: Target, chunks: Sequence[bytes]) -> dict[str, int]:
    """Load a part's sorted chunks inside the caller's transaction. Returns counts of rows by what became of them.

    Raises EarlierRunOpen when a row's key has a row that is about to be replaced, TransientError after too many tries.
    """
    if not work.staged and not work.replay:
        loaded = _copy_all(cursor, target, chunks)
        if loaded is not None:
            return {"loaded": loaded}
    _stage(cursor, target, chunks)
    cursor.execute(INDEX_ONLY)
    # Settling takes this lock exclusively: which rows are final or recorded does not change during the merge.
    share(cursor, Lock.SETTLING, target.name)
    refuse_other_reading(cursor, work, target)
    params: dict[str, Any] = {"run": work.run, "input": work.input, "part": work.part, "position": work.position}
    params |= {"absent": list(target.absent)}
    superseded = _refuse_superseded(cursor, work, target, params)
    cursor.execute(_MERGING)
    for _ in range(TRIES):
        failpoint("load.before_merge")
        cursor.execute("savepoint merge")
        cursor.execute(target.statement("merge_part"), params)
        *counts, whole = cursor.fetchone() or ()
        if whole:
            cursor.execute("release savepoint merge")
            return dict(zip(COUNTS, counts, strict=True)) | superseded
        cursor.execute("rollback to savepoint merge")
    raise TransientError(f"Rows of {target.name} were changed by other loads {TRIES} times while they were updated.")


def _refuse_superseded(cursor: Cursor, work: PartWork, target: Target, params: dict[str, Any]) -> dict[str, int]:
    """Refuse rows of a replay that are older than those with their keys. Returns how many."""
    if not work.replay:
        return {}
    cursor.execute(target.statement("refuse_superseded"), params)
    return {"rejected": cursor.rowcount}


def _copy_all(cursor: Cursor, target: Target, chunks: Sequence[bytes]) -> int | None:
    """Copy all rows into the table. Returns how many; None, with nothing copied, if a key exists already."""
    statement, loaded = target.statement("copy_target").as_string(cursor), 0
    cursor.execute("savepoint part")
    try:
        for number, chunk in enumerate(chunks):
            cursor.copy_expert(statement, io.BytesIO(chunk), CHUNK_BYTES)
            loaded += cursor.rowcount
            if number == 0:
                failpoint("load.mid_copy")
    except psycopg2.errors.UniqueViolation:
        cursor.execute("rollback to savepoint part")
        return None
    cursor.execute("release savepoint part")
    return loaded


def _stage(cursor: Cursor, target: Target, chunks: Sequence[bytes]) -> None:
    cursor.execute(target.statement("make_stage"))
    for number, chunk in enumerate(chunks):
        cursor.copy_expert(target.statement("copy_stage").as_string(cursor), io.BytesIO(chunk), CHUNK_BYTES)
        if number == 0:
            failpoint("load.mid_copy")
