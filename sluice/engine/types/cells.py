"""A text column as bytes and positions, which is what numpy can work on, and the way back to Arrow.

A type reads the common forms with numpy, all cells at once. The rest (a stray sign, a currency in front, garbage)
is read one distinct text at a time by `one_by_one`: slower, and rare.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Int64s, Mask, Refused

Bytes = npt.NDArray[np.uint8]
T = TypeVar("T")

# Windows of 8 bytes may begin up to 3 windows before a cell and end behind the last one.
PADDING = 32
BLANK = 0x20
NOT_ASCII = 0x80


@dataclass(frozen=True)
class Cells:
    """The cells of a text column without the white space around them.

    `data` is every cell's bytes (UTF-8) one after the other; cell i is `data[starts[i]:ends[i]]`. At least
    32 bytes that belong to no cell stand before the first and behind the last. `empty` is True for null,
    empty and blank cells. `text` is the column as Arrow has it, with the white space.
    """

    text: pa.Array
    data: Bytes
    starts: Int64s
    ends: Int64s
    empty: Mask

    @classmethod
    def of(cls, text: pa.Array) -> Cells:
        """The cells of a `pa.string()` array, trimmed (only if some cell has something to trim)."""
        cells = cls.untrimmed(text)
        rows = np.flatnonzero(cells.blank_edges())
        return cells.trimmed(rows) if len(rows) else cells

    @classmethod
    def untrimmed(cls, text: pa.Array) -> Cells:
        """The cells of a `pa.string()` array as they are."""
        offsets, source = _buffers(text)
        first = int(offsets[0])
        data = np.zeros(int(offsets[-1]) - first + 2 * PADDING, np.uint8)
        data[PADDING : len(data) - PADDING] = source[first : int(offsets[-1])]
        offsets += PADDING - first
        empty = offsets[1:] == offsets[:-1]
        if text.null_count:
            empty |= text.is_null().to_numpy(zero_copy_only=False)
        return cls(text, data, offsets[:-1], offsets[1:], empty)

    def some(self, rows: Int64s) -> Cells:
        """The cells of some rows; `text` is still that of all."""
        return replace(self, starts=self.starts[rows], ends=self.ends[rows], empty=self.empty[rows])

    def trimmed(self, rows: Int64s) -> Cells:
        """The same cells, these rows without white space around them."""
        wide = self.text.take(pa.array(rows))
        left = pc.utf8_ltrim_whitespace(wide)
        starts, ends, empty = self.starts.copy(), self.ends.copy(), self.empty.copy()
        starts[rows] += np.subtract(pc.binary_length(wide), pc.binary_length(left))
        ends[rows] = starts[rows] + pc.binary_length(pc.utf8_rtrim_whitespace(left)).to_numpy()
        empty[rows] = starts[rows] == ends[rows]
        return replace(self, starts=starts, ends=ends, empty=empty)

    @property
    def lengths(self) -> Int64s:
        return self.ends - self.starts

    def blank_edges(self) -> Mask:
        """Which cells may have white space around them; a non-ASCII edge counts, as only Arrow can decide it."""
        first, last = self.data[self.starts], self.data[self.ends - 1]
        either: Mask = (first <= BLANK) | (last <= BLANK) | (first >= NOT_ASCII) | (last >= NOT_ASCII)
        return either & ~self.empty


def _buffers(text: pa.Array) -> tuple[Int64s, Bytes]:
    """Offsets (a copy, one more than rows) and bytes of a `pa.string()` array that may be a slice."""
    _, offsets, data = text.buffers()
    if len(text) == 0 or offsets is None:
        return np.zeros(len(text) + 1, np.int64), np.zeros(0, np.uint8)
    positions = np.frombuffer(offsets, np.int32, len(text) + 1, text.offset * 4).astype(np.int64)
    return positions, np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)


def windows(data: Bytes) -> npt.NDArray[np.uint64]:
    """`windows(data)[i]` is the eight bytes `data[i:i+8]` as one little-endian number. A view, no copy."""
    return np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))


def bitmap(present: Mask) -> pa.Buffer | None:
    """Arrow's validity bitmap, or None without nulls."""
    return None if present.all() else pa.py_buffer(np.packbits(present, bitorder="little"))


def column(values: npt.NDArray[np.generic], present: Mask, arrow: pa.DataType) -> pa.Array:
    """An Arrow array over numpy's own memory: `values` are laid out as `arrow` wants them."""
    buffers = [bitmap(present), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(arrow, len(present), buffers)


@dataclass(frozen=True)
class Invalid:
    """A text that cannot be read; `code` and `reason` as of `Refused`."""

    code: str
    reason: str


@dataclass(frozen=True)
class Readings(Generic[T]):
    """The results of reading the distinct texts of some rows.

    `rows` are row numbers; row `rows[i]` has `readings[which[i]]`: a value, None for empty, or an `Invalid`.
    """

    rows: Int64s
    which: Int64s
    readings: list[T | Invalid | None]

    def accepted(self) -> tuple[Int64s, list[T]]:
        """Row numbers, and the value for each."""
        good = np.array([not isinstance(a, Invalid) and a is not None for a in self.readings], np.bool_)
        if not len(self.rows) or not good.any():
            return self.rows[:0], []
        chosen = good[self.which]
        values = [self.readings[i] for i in self.which[chosen].tolist()]
        return self.rows[chosen], values  # without Invalid and None

    def refused(self, length: int) -> list[Refused]:
        """One `Refused` for each different `Invalid`, over a column of `length` rows."""
        reasons: dict[Invalid, list[int]] = {}
        for number, reading in enumerate(self.readings):
            if isinstance(reading, Invalid):
                reasons.setdefault(reading, []).append(number)
        return [self._mask(invalid, numbers, length) for invalid, numbers in reasons.items()]

    def _mask(self, invalid: Invalid, numbers: list[int], length: int) -> Refused:
        chosen = np.zeros(len(self.readings), np.bool_)
        chosen[numbers] = True
        rows = np.zeros(length, np.bool_)
        rows[self.rows[chosen[self.which]]] = True
        return Refused(rows, invalid.code, invalid.reason)


def one_by_one(
    text: pa.Array, rows: Mask, read: Callable[[str], T | Invalid | None], *, trimmed: bool = False
) -> Readings[T]:
    """Read the rows that the fast path left, each distinct text once; without white space around it if `trimmed`."""
    numbers = np.flatnonzero(rows).astype(np.int64)
    if not len(numbers):
        return Readings(numbers, numbers, [])
    chosen = text.take(pa.array(numbers))
    distinct = (pc.utf8_trim_whitespace(chosen) if trimmed else chosen).dictionary_encode()
    which = distinct.indices.to_numpy().astype(np.int64)
    return Readings(numbers, which, [read(value) for value in distinct.dictionary.to_pylist()])
