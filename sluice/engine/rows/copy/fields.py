"""Fields: the form of each Arrow type in a tuple, a length of four bytes and then the value.

If all values are equally wide, a field is cells only; those of a null are left out. Other text ends with a
variable-width piece: the length is a cell, and the width of the bytes after it differs by row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.rows.copy.arrays import whole_arrays
from sluice.engine.rows.copy.cells import Cell, Numbers, numbers, pack, width
from sluice.engine.rows.copy.numeric import numeric_cells
from sluice.engine.rows.copy.weave import Packed, weave
from sluice.errors import DataError

NULL = -1
UNIX_TO_2000_DAYS = 10_957
UNIX_TO_2000_US = UNIX_TO_2000_DAYS * 86_400_000_000
# the range of PostgreSQL's date and timestamptz, counted from 1970 (PostgreSQL, datatype/timestamp.h). Beyond
# it the shift to 2000 could wrap around into a valid date. A timestamp's end is beyond int64.
FIRST_DAY, LAST_DAY = -2_440_588, 2_145_042_905
FIRST_US = FIRST_DAY * 86_400_000_000


class Field(NamedTuple):
    """A column's part of the tuples: cells, and the `binary` column without nulls that follows, if any.

    With `shorter` the last cells are left out in some rows: it is by how many bytes.
    """

    cells: list[Cell]
    tail: pa.Array | None = None
    shorter: Numbers | None = None


def field(column: pa.Array) -> Field:
    """The field of a column with rows. Raises `TypeError` for an unsupported Arrow type."""
    if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
        return _varied(column)
    if pa.types.is_list(column.type):
        return _varied(_arrays(column))
    cells_of = _cells_of(column.type)
    if column.null_count == len(column):
        return Field([Cell(">i4", NULL)])
    if column.null_count:
        return _with_nulls(column, cells_of)
    cells = cells_of(column)
    return Field([Cell(">i4", width(cells)), *cells])


def _arrays(lists: pa.Array) -> pa.Array:
    """Lists in PostgreSQL's own form."""
    values = lists.flatten()
    if not len(values):
        return whole_arrays(lists, memoryview(b""), np.zeros(1, np.int64))
    cells, tail, shorter = field(values)
    packed = Packed(pack(cells, len(values)), shorter)
    return whole_arrays(lists, *weave([packed] if tail is None else [packed, tail]))


def _varied(column: pa.Array) -> Field:
    """Texts, and values that are in PostgreSQL's own form already."""
    if column.null_count:
        # a null may have bytes in the buffer: filling drops them
        present = _present(column)
        column = pc.fill_null(column, pa.scalar(b"" if pa.types.is_binary(column.type) else "", column.type))
        lengths = np.where(present, np.diff(_offsets(column)), np.int32(NULL))
    else:
        lengths = np.diff(_offsets(column))
        if lengths[0] and (lengths == lengths[0]).all():
            return _even(column, int(lengths[0]))
    buffers = [None, *column.buffers()[1:]]
    tail = pa.Array.from_buffers(pa.binary(), len(column), buffers, offset=column.offset)
    return Field([Cell(">i4", lengths)], tail)


def _even(column: pa.Array, size: int) -> Field:
    """Values that are all equally long: as cells."""
    values = np.frombuffer(column.buffers()[2], f"V{size}", len(column), int(_offsets(column)[0]))
    return Field([Cell(">i4", size), Cell(f"V{size}", values)])


def _with_nulls(column: pa.Array, cells_of: Callable[[pa.Array], list[Cell]]) -> Field:
    """The cells of the values, with 0 for nulls: these are left out."""
    present = _present(column)
    cells = cells_of(_zero_for_null(column, present))
    size = np.int32(width(cells))
    lengths = np.where(present, size, np.int32(NULL))
    return Field([Cell(">i4", lengths), *cells], shorter=~present * size)


def _zero_for_null(column: pa.Array, present: Numbers) -> pa.Array:
    """The column without nulls. Its buffer has anything for a null, which may be out of range."""
    if pa.types.is_boolean(column.type):
        return pc.fill_null(column, False)
    values = numbers(column, np.int8).reshape(len(column), -1).copy()
    values[~present] = 0
    return pa.Array.from_buffers(column.type, len(column), [None, pa.py_buffer(values)])


def _present(column: pa.Array) -> Numbers:
    present: Numbers = column.is_valid().to_numpy(zero_copy_only=False)
    return present


def _offsets(column: pa.Array) -> Numbers:
    offsets = np.frombuffer(column.buffers()[1], np.int32)
    return offsets[column.offset : column.offset + len(column) + 1]


def _cells_of(kind: pa.DataType) -> Callable[[pa.Array], list[Cell]]:
    if pa.types.is_timestamp(kind) and kind.unit == "us":
        return _timestamp
    made = {
        pa.types.is_int64: lambda column: [Cell(">i8", numbers(column, np.int64))],
        pa.types.is_time64: lambda column: [Cell(">i8", numbers(column, np.int64))],
        pa.types.is_int32: lambda column: [Cell(">i4", numbers(column, np.int32))],
        pa.types.is_int16: lambda column: [Cell(">i2", numbers(column, np.int16))],
        pa.types.is_float64: lambda column: [Cell(">f8", numbers(column, np.float64))],
        pa.types.is_boolean: lambda column: [Cell("u1", numbers(column.cast(pa.uint8()), np.uint8))],
        pa.types.is_decimal128: numeric_cells,
        pa.types.is_date32: _date,
        pa.types.is_fixed_size_binary: _octets,
    }
    for is_kind, cells_of in made.items():
        if is_kind(kind):
            return cells_of
    raise TypeError(f"{kind} is not supported in a COPY stream: cast it to the type of a Column.")


def _octets(column: pa.Array) -> list[Cell]:
    size = column.type.byte_width
    return [Cell(f"V{size}", numbers(column, np.uint8).view(f"V{size}"))]


def _date(column: pa.Array) -> list[Cell]:
    days = numbers(column, np.int32)
    if days.min() < FIRST_DAY or days.max() > LAST_DAY:
        raise DataError("out_of_range", "A date is outside PostgreSQL's range, 4714-11-24 BC to 5874897-12-31.")
    return [Cell(">i4", days - np.int32(UNIX_TO_2000_DAYS))]


def _timestamp(column: pa.Array) -> list[Cell]:
    microseconds = numbers(column, np.int64)
    if microseconds.min() < FIRST_US:
        raise DataError("out_of_range", "A time is before 4714-11-24 BC, the first in PostgreSQL's range.")
    return [Cell(">i8", microseconds - np.int64(UNIX_TO_2000_US))]
