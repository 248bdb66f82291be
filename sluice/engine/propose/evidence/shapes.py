"""The shapes of a column's cells: digits as 9, capital letters as A, other letters as a, the rest as it is.

A column of a million cells has few shapes, so what a cell may be is decided once for each shape. A zero before other
characters stays a 0: it shows identifiers such as 0712, and 0,673, which is not a number in groups.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types import Text
from sluice.engine.types.base import Int64s
from sluice.engine.types.cells import BLANK, NOT_ASCII, Bytes

_ZERO, _SIGNS = ord("0"), (ord("+"), ord("-"))


def _letters() -> Bytes:
    table = np.arange(256, dtype=np.uint8)
    table[ord("0") : ord("9") + 1] = ord("9")
    table[ord("A") : ord("Z") + 1] = ord("A")
    table[ord("a") : ord("z") + 1] = ord("a")
    return table


_TABLE = _letters()


def cells_of(text: pa.Array) -> tuple[Int64s, Bytes]:
    """Where each cell begins, one place more than cells, and the bytes of all cells."""
    _, offsets, data = text.buffers()
    if not len(text) or offsets is None:
        return np.zeros(len(text) + 1, np.int64), np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, np.int32, len(text) + 1, text.offset * 4).astype(np.int64)
    source = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return places - places[0], source[places[0] : places[-1]]


def trimmed(text: pa.Array) -> pa.Array:
    """The column without white space around its cells; the same array where no cell has any."""
    places, data = cells_of(text)
    long = places[1:] > places[:-1]
    if not long.any():
        return text
    ends = np.append(data[places[:-1][long]], data[places[1:][long] - 1])
    return pc.utf8_trim_whitespace(text) if ((ends <= BLANK) | (ends >= NOT_ASCII)).any() else text


def folded(text: pa.Array) -> pa.Array:
    """The trimmed column as Text stores it, where that may differ: two blanks in a row, a line break, Unicode."""
    _, data = cells_of(text)
    odd = (data < BLANK) | (data >= NOT_ASCII)
    blank = data == BLANK
    if odd.any() or (blank[1:] & blank[:-1]).any():
        return Text().parse(text).values.fill_null("")
    return text


def shapes_of(text: pa.Array) -> pa.DictionaryArray:
    """The shape of each cell of a column without nulls."""
    places, data = cells_of(text)
    written = np.take(_TABLE, data)
    _keep_zeros(places, data, written)
    buffers = [None, pa.py_buffer(places.astype(np.int32)), pa.py_buffer(written)]
    return pa.Array.from_buffers(pa.string(), len(text), buffers).dictionary_encode()


def _keep_zeros(places: Int64s, data: Bytes, written: Bytes) -> None:
    """Write a 0 again where it is before other characters of its cell, also after a sign."""
    lengths = np.diff(places)
    for first, least in ((0, 2), (1, 3)):
        starts = places[:-1][lengths >= least]
        if first:
            starts = starts[np.isin(data[starts], _SIGNS)] + 1
        written[starts[data[starts] == _ZERO]] = _ZERO
