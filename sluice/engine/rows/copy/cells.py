"""Cells: the fixed-width big-endian numbers of a tuple, packed for all rows at once.

Consecutive cells become one structured array, a row of it the bytes of one tuple. Values that are equal in every row
(lengths, scales, the input's id) are written once, in the template that every row starts from.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[Any]


class Cell(NamedTuple):
    """One number of a tuple. `dtype` is big-endian; `value` is one for all rows, or an array, one a row."""

    dtype: str
    value: int | Numbers


def width(cells: list[Cell]) -> int:
    """Bytes that the cells take in each row."""
    return sum(np.dtype(cell.dtype).itemsize for cell in cells)


def pack(cells: list[Cell], rows: int) -> Numbers:
    """The cells of `rows` rows as one array of shape [rows], each item the row's bytes."""
    layout = np.dtype([(str(at), cell.dtype) for at, cell in enumerate(cells)])
    pattern = np.zeros(1, layout)
    packed = np.empty(rows, layout)
    for name, cell in zip(layout.names or (), cells, strict=True):
        if isinstance(cell.value, int):
            pattern[name] = cell.value
    whole_row = f"V{layout.itemsize}"
    packed.view(whole_row)[:] = pattern.view(whole_row)
    for name, cell in zip(layout.names or (), cells, strict=True):
        if not isinstance(cell.value, int):
            packed[name] = cell.value
    return packed


def ragged(packed: Numbers, offsets: Numbers) -> pa.Array:
    """Bytes as an Arrow `binary` column without nulls: row i is packed[offsets[i]:offsets[i + 1]]."""
    buffers = [None, pa.py_buffer(offsets.astype(np.int32, copy=False)), pa.py_buffer(packed)]
    return pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers)


def even(packed: Numbers) -> pa.Array:
    """Packed cells as an Arrow `binary` column, all rows equally wide. Nothing is copied."""
    size = packed.dtype.itemsize
    return ragged(packed, np.arange(0, (len(packed) + 1) * size, size, dtype=np.int32))


def numbers(column: pa.Array, dtype: type[np.generic]) -> Numbers:
    """The values buffer of a fixed-width column as a numpy view. Nulls are ignored."""
    per_row = column.type.bit_width // 8 // np.dtype(dtype).itemsize
    values = np.frombuffer(column.buffers()[1], dtype)
    return values[column.offset * per_row : (column.offset + len(column)) * per_row]
