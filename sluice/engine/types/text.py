"""Text: trimmed, white space folded, Unicode in its composed form; or verbatim, if declared."""

from __future__ import annotations

import unicodedata
from dataclasses import KW_ONLY, dataclass, field
from itertools import pairwise, zip_longest

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Grown, Int64s, Mask, Parsed, Refused, StoredAsText
from sluice.engine.types.cells import BLANK, NOT_ASCII, PADDING, Cells, one_by_one
from sluice.errors import ConfigError

_FEW = 64  # rows for each one with another value: if there are so few, the stretches between them are copied whole


@dataclass(frozen=True, repr=False)
class Text(StoredAsText, Grown):
    """Text: trimmed, inner white space folded to one blank, NFC; letters keep their case.

    With `verbatim=True` every character is kept, and a text of blanks is a value; only an empty text is null.
    `max_length` counts characters after that. Rejects: `too_long`. The collation is "C": text
    keys sort by their bytes, as Sluice sorts them; a language's collation would make the key 40 % slower.
    """

    max_length: int | None = None
    _: KW_ONLY
    verbatim: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.verbatim, bool):
            raise ConfigError(f"Text(verbatim={self.verbatim!r}): verbatim must be True or False.")
        if self.max_length is not None and self.max_length < 1:
            raise ConfigError(f"Text(max_length={self.max_length}): max_length must be at least 1.")

    def parse(self, text: pa.Array) -> Parsed:
        tidy = _without_empty(text) if self.verbatim else _tidied(text)
        if self.max_length is None or _longest(tidy) <= self.max_length:
            return Parsed(tidy)
        long = pc.greater(pc.utf8_length(tidy), self.max_length).fill_null(False)
        rows: Mask = long.to_numpy(zero_copy_only=False)
        if not rows.any():
            return Parsed(tidy)
        refused = Refused(rows, "too_long", f"'{{value}}' is longer than {self.max_length} characters.")
        return Parsed(pc.if_else(long, pa.scalar(None, pa.string()), tidy), [refused])


def _longest(text: pa.Array) -> int:
    """Bytes of the longest cell: it has no more characters."""
    return pc.max(pc.binary_length(text)).as_py() or 0


def _without_empty(text: pa.Array) -> pa.Array:
    empty = pc.equal(pc.binary_length(text), 0)
    return pc.if_else(empty, pa.scalar(None, pa.string()), text) if pc.any(empty).as_py() else text


def _tidied(text: pa.Array) -> pa.Array:
    """The column itself if it is clean; only suspicious cells are folded."""
    cells = Cells.untrimmed(text)
    odd = one_by_one(text, _suspicious(cells) & ~cells.empty, lambda cell: _fold(cell) or None)
    empty = cells.empty
    if len(odd.rows):
        rows, values = odd.accepted()
        empty[odd.rows] = True
        empty[rows] = False
        text = _with(text, rows, pa.array(values, pa.string()))
    return pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), text) if empty.any() else text


def _with(text: pa.Array, rows: Int64s, values: pa.Array) -> pa.Array:
    """The column with other values in some rows."""
    if len(rows) * _FEW > len(text):
        replaced = np.zeros(len(text), np.bool_)
        replaced[rows] = True
        return pc.replace_with_mask(text, pa.array(replaced), values)
    borders = [0, *(rows + 1).tolist(), len(text) + 1]
    kept = [text.slice(first, end - 1 - first) for first, end in pairwise(borders)]
    new = [values.slice(at, 1) for at in range(len(rows))]
    return pa.concat_arrays([piece for pieces in zip_longest(kept, new) for piece in pieces if piece is not None])


def _suspicious(cells: Cells) -> Mask:
    """Cells with a byte that is not printable ASCII, with two blanks in a row, or with a blank at an edge."""
    suspicious: Mask = (cells.data[cells.starts] == BLANK) | (cells.data[cells.ends - 1] == BLANK)
    data = cells.data[PADDING:-PADDING]
    blank = data == BLANK
    bad = (data < BLANK) | (data >= NOT_ASCII)
    bad[1:] |= blank[1:] & blank[:-1]
    suspicious[np.searchsorted(cells.ends, np.flatnonzero(bad) + PADDING, side="right")] = True
    return suspicious


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))
