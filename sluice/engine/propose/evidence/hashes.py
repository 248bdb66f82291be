"""Cells as 64-bit hashes, and whether a column has a value twice.

Equal hashes count as equal values: at worst a column that is unique is not proposed as a key. Hashes of all rows are
in a temporary file, as those of a large file would not fit the memory; a column is dropped when a value is there twice.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.propose.evidence.shapes import cells_of
from sluice.engine.types.cells import windows

Hashes = npt.NDArray[np.uint64]

_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
_KEEP = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)  # the first n bytes of a little-endian word
_SKETCH = 1 << 10
_AT_ONCE = 1 << 20  # hashes compared at once: 8 MiB


def hashes_of(text: pa.Array) -> Hashes:
    """The hash of each cell; a null has that of an empty text."""
    places, data = cells_of(text)
    starts, lengths = places[:-1], np.diff(places)
    eights = windows(np.append(data, np.zeros(16, np.uint8)))
    hashes = _mixed(lengths.astype(np.uint64))
    longest = int(lengths.max(initial=0))
    for at in range(0, longest, 8):
        rows = np.flatnonzero(lengths > at) if at else slice(None)
        words = eights[np.minimum(starts[rows] + at, len(data))] & _KEEP[np.clip(lengths[rows] - at, 0, 8)]
        hashes[rows] = _mixed(hashes[rows] ^ _mixed(words + _FACTORS[2]))
    return hashes


def combined(several: Iterable[Hashes]) -> Hashes:
    """One hash for the values of a row in several columns."""
    first, *others = several
    for other in others:
        first = _mixed(first * _FACTORS[1] + other)
    return first


def _mixed(words: Hashes) -> Hashes:
    """Every bit of the result depends on every bit (the finalizer of SplitMix64)."""
    words = (words ^ (words >> np.uint64(30))) * _FACTORS[0]
    words = (words ^ (words >> np.uint64(27))) * _FACTORS[1]
    return words ^ (words >> np.uint64(31))


class Distinct:
    """About how many different values there are, by the smallest hashes: the same for any order of the rows."""

    def __init__(self) -> None:
        self._least: Hashes = np.zeros(0, np.uint64)

    def add(self, hashes: Hashes) -> None:
        """Count the values of more rows."""
        if len(self._least) == _SKETCH:
            hashes = hashes[hashes < self._least[-1]]
        if len(hashes):
            self._least = np.unique(np.append(self._least, hashes))[:_SKETCH]

    @property
    def count(self) -> int:
        """The number of values; exact for fewer than 1,024."""
        if len(self._least) < _SKETCH:
            return len(self._least)
        return int((_SKETCH - 1) / (float(self._least[-1]) / 2.0**64))


class Spill:
    """A temporary file for the hashes of all columns."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = threading.Lock()

    def write(self, hashes: Hashes) -> tuple[int, int]:
        """Keep some hashes. Returns their place and number. Raises OSError for a full disk."""
        with self._lock:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="sluice-")  # noqa: SIM115 - closed by `close`
            place = self._end
            self._file.seek(place)
            self._file.write(hashes.tobytes())
            self._file.flush()  # a full disk is noticed here
            self._end += hashes.nbytes
        return place, len(hashes)

    def read(self, place: int, count: int) -> Hashes:
        """Some hashes that were kept."""
        assert self._file is not None  # noqa: S101 - places come from `write`
        self._file.seek(place)
        return np.frombuffer(self._file.read(8 * count), np.uint64)

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            with suppress(OSError):  # of a full disk: what was not written is not used
                self._file.close()
            self._file = None


class Unique:
    """Whether no value of a column, or of several together, is there twice. With `keep` repeats are counted."""

    def __init__(self, spill: Spill, *, keep: bool = False) -> None:
        self.certain = True  # False: the disk was full, and it is not known
        self._spill = spill
        self._keep = keep
        self._pieces: list[tuple[int, int]] = []
        self._compared = False
        self.dropped = False

    def add(self, hashes: Hashes) -> None:
        """Take the hashes of more rows."""
        if self.dropped or not self.certain:
            return
        if not self._keep:
            ordered = np.sort(hashes)  # a third of the time of `unique`
            if (ordered[1:] == ordered[:-1]).any():
                self.drop()
                return
        try:
            self._pieces.append(self._spill.write(hashes))
        except OSError:
            self.certain = False

    def drop(self) -> None:
        """It cannot be a key."""
        self.dropped, self._pieces = True, []

    def decide(self) -> bool:
        """Whether it is unique for certain: all hashes are compared, once."""
        if not self._compared and self.certain and not self.dropped and self.repeats():
            self.drop()
        self._compared = True
        return self.certain and not self.dropped

    def repeats(self) -> int:
        """How many rows have a value that another one has: as many hashes at once as fit the memory, by their highest
        bits."""
        total = sum(count for _, count in self._pieces)
        bits = max(0, -(-total // _AT_ONCE) - 1).bit_length()
        repeats = 0
        for part in range(1 << bits):
            found = [self._of(part, bits, *piece) for piece in self._pieces]
            together = np.concatenate(found) if found else np.zeros(0, np.uint64)
            together.sort()
            repeats += int((together[1:] == together[:-1]).sum())
            if repeats and not self._keep:
                break
        return repeats

    def _of(self, part: int, bits: int, place: int, count: int) -> Hashes:
        hashes = self._spill.read(place, count)
        return hashes[hashes >> np.uint64(64 - bits) == part] if bits else hashes
