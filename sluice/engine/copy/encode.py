"""Rows to the binary COPY stream: signature and header, one tuple a row, trailer.

A tuple is its number of fields, then the fields. Fixed stretches and ragged columns alternate in it; Arrow's
element-wise join lays them out row by row, and the join's data buffer *is* the stream. Rows are taken a batch
at a time, so that memory stays near the size of the output and a batch near the size of a processor's cache.
(PostgreSQL documentation, COPY, "Binary Format")
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.copy.cells import Cell, even, pack
from sluice.engine.copy.chunks import CHUNK_BYTES, cut
from sluice.engine.copy.fields import field

# flags: none; length of the header's extension: 0
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
LINE = "_line"
INPUT_ID = "_input_id"
BATCH_BYTES = 2 * CHUNK_BYTES


def copy_columns(rows: pa.Table) -> list[str]:
    """The names of the stream's columns, in its order, for COPY's column list. `ValueError` as below."""
    _check_lineage(rows)
    return [*rows.column_names[:-1], INPUT_ID, LINE]


def encode_rows(rows: pa.Table, *, input_id: int) -> list[bytes]:
    """Binary COPY stream (signature, header, tuples, trailer) of `rows` in chunks of at most 1 MiB.

    The last column of `rows` is `_line` (int64); `_input_id` is put before it, the same in every row. Columns
    are int64, int32, int16, bool, string, decimal128, date32 or timestamp[us] (naive is taken as UTC), in any
    chunks, with or without nulls. Chunks end anywhere, also inside a value; all but the last are 1 MiB.

    Raises `ValueError` where `_line` is not last, `TypeError` for another Arrow type, `DataError` with the
    code `out_of_range` for a date or time that PostgreSQL cannot hold.
    """
    _check_lineage(rows)
    return list(cut(_stream(rows, input_id)))


def _check_lineage(rows: pa.Table) -> None:
    if rows.column_names[-1:] != [LINE]:
        raise ValueError(f"The last column must be {LINE}; the columns are {', '.join(rows.column_names)}.")


def _stream(rows: pa.Table, input_id: int) -> Iterator[bytes | memoryview]:
    yield HEADER
    if rows.num_rows:
        size = max(1, BATCH_BYTES * rows.num_rows // max(1, rows.nbytes))
        for start in range(0, rows.num_rows, size):
            yield _tuples(rows.slice(start, size), input_id)
    yield TRAILER


def _tuples(rows: pa.Table, input_id: int) -> memoryview:
    """The tuples of a batch that has rows, one after another."""
    columns = [column.combine_chunks() for column in rows.columns]
    pieces: list[pa.Array] = []
    stretch = [Cell(">i2", len(columns) + 1)]
    for at, column in enumerate(columns):
        if at == len(columns) - 1:
            stretch += [Cell(">i4", 8), Cell(">i8", input_id)]
        cells, tail = field(column)
        stretch += cells
        if tail is not None:
            pieces += [even(pack(stretch, rows.num_rows)), tail]
            stretch = []
    if stretch:
        pieces.append(even(pack(stretch, rows.num_rows)))
    return _data(_join(pieces))


def _join(pieces: list[pa.Array]) -> pa.Array:
    if len(pieces) == 1:
        return pieces[0]
    if len(pieces) == 3:
        # the separator may differ from row to row: one piece less to copy than with an empty separator
        first, middle, last = pieces
        return pc.binary_join_element_wise(first, last, middle)
    return pc.binary_join_element_wise(*pieces, b"")


def _data(joined: pa.Array) -> memoryview:
    """The bytes of all rows together: they lie in one buffer, in order and without gaps."""
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, np.int32)[[joined.offset, joined.offset + len(joined)]]
    return memoryview(data)[ends[0] : ends[1]]
