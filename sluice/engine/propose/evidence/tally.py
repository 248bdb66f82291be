"""Texts with the number of their cells and the lowest line, up to a limit of different texts.

With more, nothing is kept. Whether there are more does not depend on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import Int64s


class Tally:
    """Counts of texts. `full` once there are more different ones than `most`."""

    def __init__(self, most: int) -> None:
        self.full = False
        self._most = most
        self._counts: dict[str, tuple[int, int]] = {}

    def add(self, texts: pa.DictionaryArray, lines: Int64s) -> None:
        """Count cells; `lines` ascend."""
        if self.full or not len(texts):
            return
        names = texts.dictionary
        if len(names) > self._most:
            self.give_up()
            return
        codes = texts.indices.to_numpy(zero_copy_only=False)
        counts = np.bincount(codes, minlength=len(names))
        firsts = np.zeros(len(names), np.int64)
        firsts[codes[::-1]] = lines[::-1]  # the last one written stays: the lowest line
        for name, count, line in zip(names.to_pylist(), counts.tolist(), firsts.tolist(), strict=True):
            if count:
                before, lowest = self._counts.get(name, (0, line))
                self._counts[name] = (before + count, min(lowest, line))
        if len(self._counts) > self._most:
            self.give_up()

    def give_up(self) -> None:
        """Keep nothing."""
        self.full = True
        self._counts.clear()

    def __iter__(self) -> Iterator[tuple[str, int, int]]:
        """Each text, its count and its lowest line: the most frequent first, then by text."""
        for name, (count, line) in sorted(self._counts.items(), key=lambda each: (-each[1][0], each[0])):
            yield name, count, line

    def __len__(self) -> int:
        return len(self._counts)

    @property
    def total(self) -> int:
        """All cells."""
        return sum(count for count, _ in self._counts.values())
