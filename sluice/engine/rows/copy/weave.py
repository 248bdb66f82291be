"""The columns of a batch woven into rows: packed cells and variable-width values, side by side in each row.

numpy copies a piece of fixed width to the places of all rows four times as fast as Arrow joins the pieces of each row.
So text is copied in the width of its longest value, and cells with those that are left out; what is too much of a piece
is overwritten by the pieces behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.rows.copy.cells import Numbers, even, ragged


@dataclass(frozen=True)
class Packed:
    """Packed cells of all rows. With `shorter`, row i lacks its last `shorter[i]` bytes: 0, or one other number."""

    cells: Numbers
    shorter: Numbers | None = None

    @property
    def longest(self) -> int:
        return int(self.cells.dtype.itemsize)

    @cached_property
    def less(self) -> int:
        """By how many bytes the shortest row is shorter."""
        return 0 if self.shorter is None else int(self.shorter.max())

    @property
    def lengths(self) -> int | Numbers:
        return self.longest if self.shorter is None else self.longest - self.shorter

    def wide(self) -> Numbers:
        """The cells of each row as one item."""
        return self.cells.view(f"V{self.longest}")

    def columns(self) -> list[pa.Array]:
        """As `binary` columns without nulls."""
        if self.shorter is None or not self.less:
            return [even(self.cells)]
        octets = self.cells.view(np.uint8).reshape(len(self.cells), -1)
        kept = self.shorter == 0
        offsets = np.append(0, np.cumsum(kept * self.less))
        first = np.ascontiguousarray(octets[:, : -self.less]).view(f"V{self.longest - self.less}")
        return [even(first), ragged(np.ascontiguousarray(octets[kept, -self.less :]), offsets)]


class _Varied:
    """Variable-width values: a `binary` column without nulls."""

    def __init__(self, column: pa.Array) -> None:
        _, offsets, data = column.buffers()
        places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1].astype(np.int64)
        self._column = column
        self._data = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
        self._starts = places[:-1]
        self.lengths = np.diff(places)
        self.longest = int(self.lengths.max())
        self.less = self.longest - int(self.lengths.min())

    def wide(self) -> Numbers:
        """Every value with the bytes behind it, as wide as the longest."""
        data, starts = self._data, self._starts
        if int(starts[-1]) + self.longest > data.size:
            data = np.concatenate((data[int(starts[0]) :], np.zeros(self.longest, np.uint8)))
            starts = starts - starts[0]
        return _windows(data, self.longest)[starts]

    def columns(self) -> list[pa.Array]:
        return [self._column]


def weave(pieces: list[Packed | pa.Array]) -> tuple[memoryview, Numbers]:
    """The rows of a batch, one after another, and the place of each row's end, after a 0 for the first row's start.

    A piece is packed cells, or a `binary` column without nulls.
    """
    sized = [piece if isinstance(piece, Packed) else _Varied(piece) for piece in pieces]
    if not _covered(sized):
        return _joined(sized)
    rows = len(pieces[0].cells if isinstance(pieces[0], Packed) else pieces[0])
    ends = np.zeros(rows + 1, np.int64)
    np.cumsum(sum((piece.lengths for piece in sized), np.zeros(rows, np.int64)), out=ends[1:])
    if len(sized) == 1 and not sized[0].less:
        return memoryview(sized[0].wide().view(np.uint8)), ends  # type: ignore[arg-type]
    out, places = np.empty(int(ends[-1]), np.uint8), ends[:-1].copy()
    for piece in sized:
        if piece.longest:
            _windows(out, piece.longest)[places] = piece.wide()
        places += piece.lengths
    return memoryview(out), ends  # type: ignore[arg-type]


def _covered(pieces: list[Packed | _Varied]) -> bool:
    """Whether in every row the bytes behind each piece are as many as the longest one has more than it."""
    behind = 0
    for piece in reversed(pieces):
        if piece.less > behind:
            return False
        behind += piece.longest - piece.less
    return True


def _windows(data: Numbers, size: int) -> Numbers:
    """`_windows(data, size)[i]` is `data[i:i + size]` as one item. A view, no copy."""
    return np.ndarray((max(len(data) - size + 1, 0),), f"V{size}", data, strides=(1,))


def _joined(pieces: list[Packed | _Varied]) -> tuple[memoryview, Numbers]:
    """The same by Arrow's join, whose data buffer is the rows: for texts of very different lengths."""
    columns = [column for piece in pieces for column in piece.columns()]
    joined = pc.binary_join_element_wise(*columns, b"")
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, np.int32)[joined.offset : joined.offset + len(joined) + 1].astype(np.int64)
    return memoryview(data)[ends[0] : ends[-1]], ends
