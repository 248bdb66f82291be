"""Keys of rows as hashes of 8 bytes: of many rows these are kept, and not the keys.

Two keys may share a hash, so rows that are found by hashes are candidates, which are compared by their values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.rows.contract.words import words
from sluice.engine.types.base import Int64s

Hashes = npt.NDArray[np.uint64]

_FACTOR = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: multiplying spreads the bits
_MASK = (1 << 64) - 1
_SHIFT = np.uint64(29)


def hashes_of(typed: pa.Table, key: Sequence[str], rows: Int64s) -> Hashes:
    """A hash of the key of each of the given rows; equal keys have equal hashes, in whichever part they are."""
    taken = [typed.column(name).combine_chunks().take(pa.array(rows)) for name in key]
    hashes = np.zeros(len(rows), np.uint64)
    for place, values in enumerate(taken):
        for number, word in enumerate(_words(values)):
            # a text that ends has words of 0 behind it where its part has a longer one: they must not count
            factor = np.uint64((_FACTOR * (2 * (64 * place + number) + 1)) & _MASK)
            mixed = word * factor
            mixed ^= mixed >> _SHIFT
            mixed *= np.uint64(_FACTOR)
            hashes += mixed ^ (mixed >> _SHIFT)
    return hashes


def met_again(hashes: Sequence[Hashes]) -> Hashes:
    """The hashes that more than one row has, each once, sorted."""
    every = np.sort(np.concatenate([np.zeros(0, np.uint64), *hashes]))
    return np.unique(every[1:][every[1:] == every[:-1]])


def _words(values: pa.Array) -> Iterator[Hashes]:
    kind = values.type
    if pa.types.is_string(kind):
        every = np.arange(len(values), dtype=np.int64)
        yield from (word.of(every) for word in words(values))
    elif pa.types.is_binary(kind):
        # of two values that are equal but for NULs at the end, only the lengths differ
        yield pc.cast(pc.binary_length(values), pa.int64()).to_numpy().view(np.uint64)
        yield from _words(values.view(pa.string()))
    elif pa.types.is_fixed_size_binary(kind):
        every = np.arange(len(values), dtype=np.int64)
        yield from (word.of(every) for word in words(values))
    elif pa.types.is_decimal128(kind):
        halves = np.frombuffer(values.buffers()[1], np.uint64).reshape(-1, 2)[values.offset :][: len(values)]
        yield from (halves[:, 0].copy(), halves[:, 1].copy())
    else:
        whole = pc.cast(values, pa.int32()) if pa.types.is_date32(kind) else values
        yield pc.cast(whole, pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
