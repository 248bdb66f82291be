"""Declared spellings of null: `N/A`, `-`, `unknown`. A cell that is one of them is empty before it is typed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Mask
from sluice.engine.types.cells import one_by_one

_WIDEST = 4  # bytes of a character in UTF-8: none folds to an empty text


def spellings(nulls: Sequence[str]) -> frozenset[str]:
    """The spellings for comparison: trimmed, case folded, without empty ones."""
    return frozenset(null.strip().casefold() for null in nulls) - {""}


def without_nulls(text: pa.Array, nulls: Sequence[str]) -> pa.Array:
    """A column of `pa.string()` with null for each cell that is, trimmed and in any case, one of `nulls`."""
    spelled = spellings(nulls)
    if not spelled:
        return text
    bare = pc.utf8_trim_whitespace(text)
    is_null: Mask = pc.is_in(pc.ascii_lower(bare), pa.array(sorted(spelled))).to_numpy(zero_copy_only=False)
    is_null = is_null | _folded(bare, spelled)
    return pc.if_else(pa.array(is_null), pa.scalar(None, pa.string()), text) if is_null.any() else text


def _folded(bare: pa.Array, spelled: frozenset[str]) -> Mask:
    """Which non-ASCII cells are one of the spellings: only Python folds the case of all of Unicode, Arrow does not."""
    short = pc.less_equal(pc.binary_length(bare), _WIDEST * max(map(len, spelled)))
    beyond = pc.and_not(short, pc.string_is_ascii(bare)).fill_null(False)
    read = one_by_one(bare, beyond.to_numpy(zero_copy_only=False), lambda cell: cell.casefold() in spelled or None)
    nulls = np.zeros(len(bare), np.bool_)
    nulls[read.accepted()[0]] = True
    return nulls
