"""The columns of a batch woven into rows: fixed-width pieces and variable-width ones, side by side in each row.

numpy copies a piece of fixed width to the places of all rows four times as fast as Arrow joins the pieces of each row.
So text is copied in the width of its longest value, and what is too much of it is overwritten by the pieces behind it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.rows.copy.cells import Numbers, even


class _Varied(NamedTuple):
    """A variable-width piece: value i is `data[starts[i]:starts[i] + lengths[i]]`."""

    data: Numbers
    starts: Numbers
    lengths: Numbers
    shortest: int
    longest: int

    @classmethod
    def of(cls, column: pa.Array) -> _Varied:
        _, offsets, data = column.buffers()
        places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1].astype(np.int64)
        octets = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
        lengths = np.diff(places)
        return cls(octets, places[:-1], lengths, int(lengths.min()), int(lengths.max()))

    def wide(self) -> Numbers:
        """Every value with the bytes behind it, as wide as the longest."""
        data, starts = self.data, self.starts
        if int(starts[-1]) + self.longest > data.size:
            data = np.concatenate((data[int(starts[0]) :], np.zeros(self.longest, np.uint8)))
            starts = starts - starts[0]
        return _windows(data, self.longest)[starts]


def weave(pieces: list[Numbers | pa.Array]) -> tuple[memoryview, Numbers]:
    """The rows of a batch, one after another, and the place of each row's end, after a 0 for the first row's start.

    A piece is an array of packed cells, or a `binary` column without nulls. The last piece is packed cells.
    """
    if len(pieces) == 1:
        size = pieces[0].dtype.itemsize
        return memoryview(pieces[0].view(np.uint8)), np.arange(0, len(pieces[0]) * size + 1, size)  # type: ignore[arg-type]
    varied = [None if isinstance(piece, np.ndarray) else _Varied.of(piece) for piece in pieces]
    if not _covered(pieces, varied):
        return _joined(pieces)
    fixed = sum(piece.dtype.itemsize for piece in pieces if isinstance(piece, np.ndarray))
    rows = len(pieces[0])
    lengths = [each.lengths for each in varied if each is not None]
    ends = np.zeros(rows + 1, np.int64)
    np.cumsum(sum(lengths, np.full(rows, fixed)), out=ends[1:])
    out = np.empty(int(ends[-1]), np.uint8)
    _write(out, ends[:-1].copy(), pieces, varied)
    return memoryview(out), ends  # type: ignore[arg-type]


def _covered(pieces: list[Numbers | pa.Array], varied: list[_Varied | None]) -> bool:
    """Whether in every row the bytes behind each value are as many as the longest value has more than it."""
    behind = 0
    for piece, each in zip(reversed(pieces), reversed(varied), strict=True):
        if each is None:
            behind += piece.dtype.itemsize
        elif each.longest - each.shortest > behind:
            return False
        else:
            behind += each.shortest
    return True


def _write(out: Numbers, places: Numbers, pieces: list[Numbers | pa.Array], varied: list[_Varied | None]) -> None:
    """Write all variable-width pieces, then all others. `places`, where the rows start, is changed."""
    cells = []
    for piece, each in zip(pieces, varied, strict=True):
        if each is None:
            cells.append((places.copy(), piece))
            places += piece.dtype.itemsize
        else:
            if each.longest:
                _windows(out, each.longest)[places] = each.wide()
            places += each.lengths
    for at, packed in cells:
        size = packed.dtype.itemsize
        _windows(out, size)[at] = packed.view(f"V{size}")


def _windows(data: Numbers, size: int) -> Numbers:
    """`_windows(data, size)[i]` is `data[i:i + size]` as one item. A view, no copy."""
    return np.ndarray((max(len(data) - size + 1, 0),), f"V{size}", data, strides=(1,))


def _joined(pieces: list[Numbers | pa.Array]) -> tuple[memoryview, Numbers]:
    """The same by Arrow's join, whose data buffer is the rows: for texts of very different lengths."""
    columns = [even(piece) if isinstance(piece, np.ndarray) else piece for piece in pieces]
    joined = pc.binary_join_element_wise(*columns, b"")
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, np.int32)[joined.offset : joined.offset + len(joined) + 1].astype(np.int64)
    return memoryview(data)[ends[0] : ends[-1]], ends
