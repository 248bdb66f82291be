"""Seeded choices over whole blocks of rows, and how often each kind of thing is planted.

Only raw bits are drawn: their sequence is what numpy promises to keep (NEP 19), so a seed gives the same bytes with
every version of it. No floating point takes part.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Draws:
    """Whole numbers by chance."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def below(self, limit: int | Int64s, count: int) -> Int64s:
        """`count` numbers from 0 to `limit` - 1; limits are below 2^32, and may be one for each."""
        raw = (self._bits.random_raw(count) >> np.uint64(33)).astype(np.int64)
        drawn: Int64s = (raw * limit) >> 31
        return drawn

    def lots(self, count: int) -> Lots:
        """The places 0 to `count` - 1, to be given away by lot."""
        return Lots(np.argsort(self._bits.random_raw(count), kind="stable"))


class Lots:
    """Places in random order, each given away once."""

    def __init__(self, places: Int64s) -> None:
        self.total = len(places)
        self._left = places

    def take(self, count: int, among: Mask | None = None) -> Int64s:
        """`count` places that are left, or as many as there are; `among` is true for those that will do."""
        fits = np.arange(len(self._left)) if among is None else np.flatnonzero(among[self._left])
        taken = self._left[fits[:count]]
        self._left = np.delete(self._left, fits[:count])
        return taken


class Planted:
    """How often each kind of thing was planted: one in so many rows, and at least once wherever there is room."""

    def __init__(self, one_in: dict[str, int]) -> None:
        self.counts = Counter(dict.fromkeys(one_in, 0))
        self._one_in = one_in
        self._rows = Counter[str]()

    def due(self, kind: str, rows: int) -> int:
        """How many to plant in the next `rows` rows. One kind never takes more than half of a block."""
        wanted = max(1, (self._rows[kind] + rows) // self._one_in[kind])
        return min(wanted - self.counts[kind], rows // 2)

    def take(self, kind: str, lots: Lots, among: Mask | None = None, rows: int | None = None) -> Int64s:
        """Where to plant what is due in a block of `rows` rows, by default of as many as there are lots. Counts it."""
        rows = lots.total if rows is None else rows
        places = lots.take(self.due(kind, rows), among)
        self._rows[kind] += rows
        self.counts[kind] += len(places)
        return places
