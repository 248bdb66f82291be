"""Rows whose date has no partition yet: PostgreSQL refuses them, the partition is made, and they are loaded again."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import psycopg2.errors
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.load.target import Target
from sluice.engine.rows.copy import CHUNK_BYTES
from sluice.engine.tables.partitions import make_partitions
from sluice.errors import PermanentError

T = TypeVar("T")
_TRIES = 5  # each failed one means that somebody has dropped a partition meanwhile


def with_partitions(target: Target, chunks: Sequence[bytes], load: Callable[[], T]) -> T:
    """The result of `load`, a transaction, after partitions for these rows were made if they have none.

    Raises as `load` does; NotAllowed, PermanentError where the partitions cannot be made.
    """
    for _ in range(_TRIES):
        try:
            return load()
        except PermanentError as error:
            if not _lacks_partition(error):
                raise
            if target.partition is None:
                raise PermanentError(
                    f"{target.name} is partitioned, and has no partition for some rows of this part. Make it, or let "
                    "Sluice make them: partition_by= in the declaration. Then: sluice retry"
                ) from error
        with transaction() as cursor:  # not that of the load: others would wait for both
            _stage(cursor, target, chunks)
            make_room(cursor, target, "stage")
    raise PermanentError(
        f"{target.name} has no partition for some rows of this part, though those of their days are there: one of its "
        "partitions ends within a day (in UTC). Make the rest of the day a partition by hand. Then: sluice retry"
    )


def make_room(cursor: Cursor, target: Target, where: Literal["stage", "contest"]) -> None:
    """Make the partitions that rows of a temporary table need, if one was dropped since they were in the table."""
    if target.partition is None:
        return
    column, unit = target.partition
    cursor.execute(target.statement(f"days_of_{where}", column=column))
    make_partitions(cursor, target.name, unit, [day for (day,) in cursor.fetchall()])


def _lacks_partition(error: PermanentError) -> bool:
    """Whether a row was refused because it has no partition. (A check constraint has a name.)"""
    cause = error.__cause__
    return isinstance(cause, psycopg2.errors.CheckViolation) and not cause.diag.constraint_name


def _stage(cursor: Cursor, target: Target, chunks: Sequence[bytes]) -> None:
    cursor.execute(target.statement("make_stage"))
    for chunk in chunks:
        cursor.copy_expert(target.statement("copy_stage").as_string(cursor), io.BytesIO(chunk), CHUNK_BYTES)
