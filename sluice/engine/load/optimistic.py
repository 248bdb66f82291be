"""COPY of sorted rows directly into the target, and through a temporary table for keys that exist already.

A part comes in chunks of at most 1 MiB, in key order, each one COPY behind a savepoint. A chunk with an existing key
is rolled back to its savepoint and goes through a temporary table instead; the others are not affected. When most
chunks have one, the rest of the part (and of the input) is staged at once: a failed COPY leaves dead tuples.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import psycopg2.errors
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.load.target import Target
from sluice.engine.rows.copy import CHUNK_BYTES

GIVE_UP_AFTER = 3


class SortedLoad:
    """Loads one part's sorted chunks inside the caller's transaction, and counts the rows that were written."""

    def __init__(
        self,
        cursor: Cursor,
        target: Target,
        *,
        staged: bool,
        bulk: bool = False,
        met: Callable[[], None] = lambda: None,
    ) -> None:
        """`met` is called when a key is taken, and before many are expected to be."""
        self._cursor = cursor
        self._tell_met = met
        self._target = target
        self._bulk = bulk
        self.staged = staged and not bulk
        self.loaded = 0
        self.any_lost = False  # whether the table `lost` has rows
        self._met = 0
        self._stage_used = False

    def load(self, chunks: Sequence[bytes]) -> None:
        """Load all chunks; rows whose key exists already are written to the table `lost`."""
        for number, chunk in enumerate(chunks):
            if self.staged:
                self._tell_met()
                self._stage(chunks[number:])
                return
            if not self._copy(chunk):
                self._met += 1
                self._tell_met()
                self._stage([chunk])
                self.staged = self._met >= GIVE_UP_AFTER and 2 * self._met >= number + 1
            if number == 0:
                failpoint("load.mid_copy")

    def set_aside(self, chunks: Sequence[bytes]) -> None:
        """Write rows whose key another row has or may have to `lost`; in a bulk load, to the target."""
        for chunk in chunks:
            if self._bulk and self._copy(chunk):
                continue
            if not self.any_lost:
                self._cursor.execute(self._target.statement("make_stage"))
            self.any_lost = True
            self._cursor.copy_expert(self._sql("copy_lost"), io.BytesIO(chunk), CHUNK_BYTES)

    def _copy(self, chunk: bytes) -> bool:
        self._cursor.execute("savepoint chunk")
        try:
            self._cursor.copy_expert(self._sql("copy_target"), io.BytesIO(chunk), CHUNK_BYTES)
        except psycopg2.errors.UniqueViolation:
            self._cursor.execute("rollback to savepoint chunk")
            return False
        self.loaded += self._cursor.rowcount
        self._cursor.execute("release savepoint chunk")
        return True

    def _stage(self, chunks: Sequence[bytes]) -> None:
        self._cursor.execute(self._target.statement("empty_stage" if self._stage_used else "make_stage"))
        self._stage_used = True
        staged = 0
        for chunk in chunks:
            self._cursor.copy_expert(self._sql("copy_stage"), io.BytesIO(chunk), CHUNK_BYTES)
            staged += self._cursor.rowcount
        self._cursor.execute(self._target.statement("insert_staged"))
        inserted = (self._cursor.fetchone() or (0,))[0]
        self.loaded += inserted
        self.any_lost = self.any_lost or inserted < staged

    def _sql(self, name: str) -> str:
        return self._target.statement(name).as_string(self._cursor)
