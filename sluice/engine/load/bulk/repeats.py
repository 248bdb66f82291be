"""Which rows of a table have a key that it has more than once, by hashes: PostgreSQL's own grouping takes five times as
long.

PostgreSQL sends a hash of 8 bytes and the place of each row, and numpy sorts the hashes. In a table of many rows that
is done in several passes, each over the hashes with other last bits. Each reads the whole table: where there would be
many passes, PostgreSQL groups after all. Two keys may share a hash: what is found are candidates.
"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from psycopg2.extensions import cursor as Cursor

from sluice.engine.load.target import Target
from sluice.engine.rows.copy import CHUNK_BYTES

ROWS_OF_A_PASS = 4_000_000  # 32 MB of hashes, as much while they are put together, and 24 MB of places
MOST_PASSES = 8  # together they take as long as PostgreSQL's grouping

Hashes = npt.NDArray[np.int64]
Places = npt.NDArray[np.void]
"""Places of rows in their table, as `PLACE`."""

PLACE = np.dtype([("block", ">u4"), ("number", ">u2")])  # PostgreSQL's tid
_ROW = np.dtype(
    [("fields", ">i2"), ("size", ">i4"), ("hash", ">i8"), ("width", ">i4"), ("place", f"V{PLACE.itemsize}")]
)
_HEADER, _TRAILER = 19, 2
_LAST_BITS = 0xFFFF


def find_repeats(cursor: Cursor, target: Target, *, rows: int) -> None:
    """Write the places of rows whose hash another one of about `rows` rows has into the temporary table `repeated`."""
    cursor.execute(target.statement("make_repeated"))
    passes = 1 << max(0, (max(rows, 1) - 1).bit_length() - (ROWS_OF_A_PASS - 1).bit_length())
    if passes > MOST_PASSES:
        cursor.execute(target.statement("group_hashes"))
    else:
        _sort_hashes(cursor, target, passes)


def _sort_hashes(cursor: Cursor, target: Target, passes: int) -> None:
    statement = target.statement("copy_hashes").as_string(cursor)
    for number in range(passes):
        received = Received()
        cursor.copy_expert(statement % {"passes": passes, "number": number}, received, CHUNK_BYTES)
        _write(cursor, target, received.repeated())


def repeated(hashes: Hashes) -> Hashes:
    """The hashes that are there more than once, each once. Sorts `hashes` in place."""
    hashes.sort()
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def _write(cursor: Cursor, target: Target, places: Places) -> None:
    if len(places):
        tids = zip(places["block"].tolist(), places["number"].tolist(), strict=True)
        text = "\n".join(f"({block},{number})" for block, number in tids)
        statement = target.statement("copy_repeated").as_string(cursor)
        cursor.copy_expert(statement, io.BytesIO(text.encode()), CHUNK_BYTES)


def _are_among(hashes: Hashes, several: Hashes) -> npt.NDArray[np.int64]:
    """Where in `hashes` those are that are in `several`, which is sorted. Most are not, as their last bits tell."""
    known = np.zeros(_LAST_BITS + 1, np.bool_)
    known[several & _LAST_BITS] = True
    near = np.flatnonzero(known[hashes & _LAST_BITS])
    if not len(near):
        return near
    at = np.minimum(np.searchsorted(several, hashes[near]), len(several) - 1)
    found: npt.NDArray[np.int64] = near[several[at] == hashes[near]]
    return found


class Received:
    """The file that psycopg2 writes a binary COPY of hashes and places into, a row at a time."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._hashes: list[Hashes] = []
        self._places: list[Places] = []

    def write(self, data: bytes) -> int:
        """Take what came; a mebibyte of it becomes arrays at once."""
        self._bytes += data
        if len(self._bytes) > CHUNK_BYTES:
            self._parse()
        return len(data)

    def repeated(self) -> Places:
        """The places of all rows whose hash another row has. Raises ValueError where the stream ended too early."""
        self._parse()
        if len(self._bytes) != _TRAILER:
            raise ValueError(f"{len(self._bytes)} bytes are left at the end of a COPY, and should be {_TRAILER}")
        several = repeated(np.concatenate(self._hashes))
        chunks = zip(self._hashes, self._places, strict=True)
        return np.concatenate([places[_are_among(hashes, several)] for hashes, places in chunks]).view(PLACE)

    def _parse(self) -> None:
        start = 0 if self._hashes else _HEADER
        whole = (len(self._bytes) - start) // _ROW.itemsize
        rows = np.frombuffer(bytes(self._bytes), _ROW, whole, start)
        self._hashes.append(rows["hash"].astype(np.int64))
        self._places.append(rows["place"].copy())
        del self._bytes[: start + whole * _ROW.itemsize]
