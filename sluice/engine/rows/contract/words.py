"""Values as 64-bit words that sort the way PostgreSQL sorts the values: text by bytes, as under COLLATE "C".

(Addresses of networks sort in another way there; equal ones are equal here, too.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Int64s
from sluice.engine.types.cells import Cells, windows
from sluice.errors import PermanentError

Words = npt.NDArray[np.uint64]


class Word(NamedTuple):
    """`of` returns one word of each of the given rows. `narrow`: quickly read, and probably few bits differ."""

    of: Callable[[Int64s], Words]
    narrow: bool = True


_SIGN = np.uint64(1 << 63)
_SECOND = 1_000_000
# Keeps the first n bytes of a big-endian word, n from 0 to 8.
_FIRST = np.array([(0xFFFFFFFFFFFFFFFF << (64 - 8 * n)) & 0xFFFFFFFFFFFFFFFF for n in range(9)], np.uint64)


def words(values: pa.Array) -> list[Word]:
    """The words of a column without nulls, most significant first: rows sort as their lists of words do."""
    kind = values.type
    if pa.types.is_string(kind):
        return _text_words(values)
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _octet_words(values)
    if pa.types.is_decimal128(kind):
        halves = np.frombuffer(values.buffers()[1], np.int64).reshape(-1, 2)[values.offset :][: len(values)]
        return [_signed(halves[:, 1]), _unsigned(halves[:, 0])]
    if pa.types.is_boolean(kind):
        return [_signed(values.to_numpy(zero_copy_only=False).astype(np.int64))]
    if pa.types.is_date32(kind):
        values = values.cast(pa.int32())
    if pa.types.is_time(kind):
        values = values.cast(pa.int64())
    if pa.types.is_timestamp(kind):
        return _moments(pc.cast(values, pa.int64()).to_numpy())
    if pa.types.is_integer(values.type):
        return [_signed(pc.cast(values, pa.int64()).to_numpy())]
    raise PermanentError(f"A key column of type {kind} cannot be sorted: use another column in the key.")


def _octet_words(values: pa.Array) -> list[Word]:
    if pa.types.is_binary(values.type):
        # bytes may have NUL: of two values that are equal but for those at the end, the shorter one comes first
        lengths = pc.cast(pc.binary_length(values), pa.int64()).to_numpy()
        return [*_text_words(values.view(pa.string())), _signed(lengths)]
    width = values.type.byte_width
    octets = np.frombuffer(values.buffers()[1], np.uint8)[values.offset * width :][: len(values) * width]
    eights = octets.view(">u8").astype(np.uint64).reshape(len(values), -1)
    return [_unsigned(np.ascontiguousarray(eights[:, at]).view(np.int64)) for at in range(eights.shape[1])]


def _signed(numbers: Int64s) -> Word:
    return Word(lambda rows: numbers[rows].view(np.uint64) ^ _SIGN)


def _unsigned(numbers: Int64s) -> Word:
    return Word(lambda rows: numbers[rows].view(np.uint64))


def _moments(microseconds: Int64s) -> list[Word]:
    """Whole seconds, of which far fewer bits differ, and what is left, if anything is."""
    seconds = microseconds // _SECOND
    left = microseconds - seconds * _SECOND
    return [_signed(seconds), _signed(left)] if left.any() else [_signed(seconds)]


def _text_words(values: pa.Array) -> list[Word]:
    cells = Cells.untrimmed(values)
    lengths = cells.lengths
    eights = windows(cells.data)
    shortest, longest = (int(lengths.min()), int(lengths.max())) if len(lengths) else (0, 0)

    def word(place: int) -> Word:
        def read(rows: Int64s) -> Words:
            if place + 8 <= shortest:
                return eights[cells.starts[rows] + place].byteswap()
            # a cell that is shorter gives 0, which sorts before every byte of a longer one (text has no NUL)
            at = np.minimum(cells.starts[rows] + place, cells.ends[rows])
            left = np.clip(lengths[rows] - place, 0, 8)
            return eights[at].byteswap() & _FIRST[left]

        return Word(read, narrow=False)

    return [word(place) for place in range(0, max(longest, 1), 8)]
