"""The keys of rows in a stream of binary COPY, as hashes of 8 bytes, and the stream without some of its rows.

Whole columns at a time, by numpy. Two keys may share a hash, and of a long text only the last bytes count: rows that
are found by hashes are candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_HEADER, _TRAILER = 19, b"\xff\xff"
_WORD = 8
_HASHED = 64  # bytes of a value
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio: multiplying spreads the bits
_SHIFT = np.uint64(32)
# a row ends with its lineage, two values of 8 bytes, each behind its length
_LENGTHS_BEFORE = (12, 24)


@dataclass(frozen=True)
class KeyedRows:
    """A stream, where its rows begin (and the last one ends), and a hash of the key of each."""

    stream: bytes
    bounds: Numbers
    hashes: Hashes

    @classmethod
    def of(cls, stream: bytes, fields: int, key: Sequence[int]) -> Self | None:
        """Of rows of so many fields, of which those at the places `key` are the key.

        None where something in the values looks like the beginning of a row.
        """
        padded = stream + bytes(2 * _WORD)
        lengths_at: npt.NDArray[np.int32] = _at_each_byte(padded, np.dtype(">i4"))
        words_at: Hashes = _at_each_byte(padded, np.dtype(">u8"))
        starts = _starts(stream, fields, lengths_at)
        positions, hashes = starts + 2, np.zeros(len(starts), np.uint64)
        for place in range(fields):
            lengths = lengths_at[positions].astype(np.int64)
            np.clip(lengths, 0, len(stream) - positions - 4, out=lengths)
            positions += 4
            if place in key:
                _mix(hashes, words_at, positions, lengths)
            positions += lengths
        bounds = np.append(starts, len(stream) - len(_TRAILER))
        return cls(stream, bounds, hashes) if np.array_equal(positions, bounds[1:]) else None

    def parted(self, aside: npt.NDArray[np.bool_]) -> tuple[bytes, bytes]:
        """Two streams: the rows that are not `aside`, and those that are."""
        return self._cut(~aside), self._cut(aside)

    def _cut(self, wanted: npt.NDArray[np.bool_]) -> bytes:
        edges = self.bounds[np.flatnonzero(np.diff(wanted, prepend=False, append=False))].tolist()
        rows = (self.stream[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
        return b"".join([self.stream[:_HEADER], *rows, _TRAILER])


def _at_each_byte(padded: bytes, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """The number that begins at each byte."""
    return np.ndarray((len(padded) - dtype.itemsize + 1,), dtype, padded, strides=(1,))


def _starts(stream: bytes, fields: int, lengths_at: npt.NDArray[np.int32]) -> Numbers:
    """Where rows begin, and places that look like it."""
    data = np.frombuffer(stream, np.uint8)
    high, low = divmod(fields, 256)
    found = np.flatnonzero((data[:-1] == high) & (data[1:] == low))
    later = found[found >= _HEADER + _LENGTHS_BEFORE[-1]]
    for before in _LENGTHS_BEFORE:
        later = later[lengths_at[later - before] == _WORD]
    return np.append(np.array([_HEADER] if len(stream) > _HEADER + len(_TRAILER) else [], np.int64), later)


def _mix(hashes: Hashes, words_at: Hashes, positions: Numbers, lengths: Numbers) -> None:
    """Put the last bytes of a value of each row into its hash, a word at a time, from the end."""
    left, at = np.minimum(lengths, _HASHED), positions + lengths
    hashes ^= lengths.view(np.uint64)
    hashes *= _FACTOR
    while left.any():
        taken = np.minimum(left, _WORD)
        at, left = at - taken, left - taken
        words = words_at[at].astype(np.uint64) >> (8 * (_WORD - np.maximum(taken, 1))).view(np.uint64)
        mixed = ((hashes ^ words) * _FACTOR).astype(np.uint64)
        # of the other rows nothing is left: what comes of a value must not depend on others
        np.copyto(hashes, mixed ^ (mixed >> _SHIFT), where=taken > 0)
