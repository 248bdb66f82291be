"""Rows to binary COPY streams: signature and header, one tuple a row, trailer; each of them a COPY of its own.

A tuple is its number of fields, then the fields. Fixed-width cells and variable-width columns alternate in it, and are
written to their places in the stream column by column. Rows are encoded in batches, so that memory stays near the size
of the output and a batch near the size of a processor's cache.
(PostgreSQL documentation, COPY, "Binary Format")
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sluice.engine.rows.copy.cells import Cell, Numbers, pack
from sluice.engine.rows.copy.fields import field
from sluice.engine.rows.copy.weave import Packed, weave
from sluice.engine.rows.picked import are_scattered, pick
from sluice.engine.types.base import Int64s

# flags: none; length of the header's extension: 0
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
LINE = "_line"
CHUNK_BYTES = 1 << 20
BATCH_BYTES = 2 * CHUNK_BYTES


def encode_rows(rows: pa.Table, *, input_id: int | Numbers, order: Int64s | None = None) -> list[bytes]:
    """`rows` as binary COPY streams of at most 1 MiB each (signature, header, whole tuples, trailer), in order.

    The last column of `rows` is `_line` (int64); `_input_id` is put before it: one for all rows, or an array, one a
    row. Columns are int64, int32, int16, bool, string, decimal128, date32 or timestamp[us] (naive is taken as UTC), or
    binary in PostgreSQL's own form; in any chunks, with or without nulls. Only a stream of one tuple may be longer than
    1 MiB. Without rows, no streams.
    `order`: the numbers of the rows that are wanted, in their order.

    Raises `ValueError` where `_line` is not last, `TypeError` for another Arrow type, `DataError` with the
    code `out_of_range` for a date or time that PostgreSQL cannot hold.
    """
    _check_lineage(rows)
    if order is not None and are_scattered(order):
        return list(_reordered(list(_batches(rows, input_id)), order))
    if order is not None:
        rows, input_id = pick(rows, order), input_id if isinstance(input_id, int) else input_id[order]
    return [stream for tuples, ends in _batches(rows, input_id) for stream in _streams(tuples, ends)]


def _check_lineage(rows: pa.Table) -> None:
    if rows.column_names[-1:] != [LINE]:
        raise ValueError(f"The last column must be {LINE}; the columns are {', '.join(rows.column_names)}.")


def _batches(rows: pa.Table, input_id: int | Numbers) -> Iterator[tuple[memoryview, Numbers]]:
    """The tuples of all rows, as of `_tuples`."""
    size = max(1, BATCH_BYTES * rows.num_rows // max(1, rows.nbytes))
    for start in range(0, rows.num_rows, size):
        ids = input_id if isinstance(input_id, int) else input_id[start : start + size]
        yield _tuples(rows.slice(start, size), ids)


def _streams(tuples: memoryview, ends: Numbers) -> Iterator[bytes]:
    for first, last in _cuts(ends):
        yield b"".join((HEADER, tuples[ends[first] - ends[0] : ends[last] - ends[0]], TRAILER))


def _reordered(batches: list[tuple[memoryview, Numbers]], order: Int64s) -> Iterator[bytes]:
    """The streams of these tuples of all batches."""
    tuples = b"".join(each for each, _ in batches)
    lengths = np.concatenate([np.diff(ends) for _, ends in batches])
    batches.clear()
    data = [None, pa.py_buffer(np.append(0, np.cumsum(lengths))), pa.py_buffer(tuples)]
    whole = pa.Array.from_buffers(pa.large_binary(), len(lengths), data)
    ends = np.append(0, np.cumsum(lengths[order]))
    for first, last in _cuts(ends):
        taken = whole.take(pa.array(order[first:last]))
        yield b"".join((HEADER, memoryview(taken.buffers()[2])[: ends[last] - ends[first]], TRAILER))


def _cuts(ends: Numbers) -> Iterator[tuple[int, int]]:
    """The rows of each stream: from the first one to before the last one."""
    first = 0
    while first < len(ends) - 1:
        room = ends[first] + CHUNK_BYTES - len(HEADER) - len(TRAILER)
        last = max(first + 1, int(np.searchsorted(ends, room, side="right")) - 1)
        yield first, last
        first = last


def _tuples(rows: pa.Table, input_id: int | Numbers) -> tuple[memoryview, Numbers]:
    """The tuples of a batch that has rows, one after another, and where each of them ends."""
    # combine_chunks copies even a single chunk
    columns = [c.chunk(0) if c.num_chunks == 1 else c.combine_chunks() for c in rows.columns]
    pieces: list[Packed | pa.Array] = []
    stretch = [Cell(">i2", len(columns) + 1)]
    for at, column in enumerate(columns):
        if at == len(columns) - 1:
            stretch += [Cell(">i4", 8), Cell(">i8", input_id)]
        cells, tail, shorter = field(column)
        stretch += cells
        if tail is not None:
            pieces += [Packed(pack(stretch, rows.num_rows)), tail]
            stretch = []
        elif shorter is not None:
            pieces.append(Packed(pack(stretch, rows.num_rows), shorter))
            stretch = []
    if stretch:
        pieces.append(Packed(pack(stretch, rows.num_rows)))
    return weave(pieces)
