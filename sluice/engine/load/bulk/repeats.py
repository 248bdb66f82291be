"""Which keys a table has more than once, by the hashes of its keys: PostgreSQL's own grouping takes five times as long.

PostgreSQL sends a hash of 8 bytes for each row, and numpy sorts them. In a table of many rows that is done in several
passes, each over the hashes with other last bits. Each reads the whole table: where there would be many passes,
PostgreSQL groups after all. Two keys may share a hash: what is found are candidates.
"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from psycopg2.extensions import cursor as Cursor

from sluice.engine.load.target import Target
from sluice.engine.rows.copy import CHUNK_BYTES

ROWS_OF_A_PASS = 4_000_000  # 32 MB of hashes, and as much while they are put together
MOST_PASSES = 8  # together they take as long as PostgreSQL's grouping

Hashes = npt.NDArray[np.int64]
_ROW = np.dtype([("fields", ">i2"), ("bytes", ">i4"), ("hash", ">i8")])  # a row of binary COPY
_HEADER, _TRAILER = 19, 2


def find_repeats(cursor: Cursor, target: Target, *, rows: int) -> None:
    """Write the hashes that more than one of about `rows` rows has into the temporary table `repeated`."""
    cursor.execute(target.statement("make_repeated"))
    passes = 1 << max(0, (max(rows, 1) - 1).bit_length() - (ROWS_OF_A_PASS - 1).bit_length())
    if passes > MOST_PASSES:
        cursor.execute(target.statement("group_hashes"))
    else:
        _sort_hashes(cursor, target, passes)
    cursor.execute(target.statement("analyze_repeated"))


def _sort_hashes(cursor: Cursor, target: Target, passes: int) -> None:
    statement = target.statement("copy_hashes").as_string(cursor)
    for number in range(passes):
        received = Received()
        cursor.copy_expert(statement % {"passes": passes, "number": number}, received, CHUNK_BYTES)
        _write(cursor, target, repeated(received.hashes()))


def repeated(hashes: Hashes) -> Hashes:
    """The hashes that are there more than once, each once. Sorts `hashes` in place."""
    hashes.sort()
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def _write(cursor: Cursor, target: Target, hashes: Hashes) -> None:
    if len(hashes):
        text = io.BytesIO("\n".join(map(str, hashes.tolist())).encode())
        cursor.copy_expert(target.statement("copy_repeated").as_string(cursor), text, CHUNK_BYTES)


class Received:
    """The file that psycopg2 writes a binary COPY of one column of bigint into, a row at a time."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._arrays: list[Hashes] = []

    def write(self, data: bytes) -> int:
        """Take what came; a mebibyte of it becomes hashes at once."""
        self._bytes += data
        if len(self._bytes) > CHUNK_BYTES:
            self._parse()
        return len(data)

    def hashes(self) -> Hashes:
        """All of them. Raises ValueError where the stream ended too early."""
        self._parse()
        if len(self._bytes) != _TRAILER:
            raise ValueError(f"{len(self._bytes)} bytes are left at the end of a COPY, and should be {_TRAILER}")
        return np.concatenate([*self._arrays, np.empty(0, np.int64)])

    def _parse(self) -> None:
        start = 0 if self._arrays else _HEADER
        whole = (len(self._bytes) - start) // _ROW.itemsize
        self._arrays.append(np.frombuffer(bytes(self._bytes), _ROW, whole, start)["hash"].astype(np.int64))
        del self._bytes[: start + whole * _ROW.itemsize]
