"""Declared spellings of null: `N/A`, `-`, `unknown`. A cell that is one of them is empty before it is typed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Mask
from sluice.engine.types.cells import one_by_one

_WIDEST = 4  # bytes of a character in UTF-8: none folds to less than one


def spellings(nulls: Sequence[str]) -> frozenset[str]:
    """The spellings as they are compared: trimmed, case folded, without those that are empty anyway."""
    return frozenset(null.strip().casefold() for null in nulls) - {""}


def without_nulls(text: pa.Array, nulls: Sequence[str]) -> pa.Array:
    """A column of `pa.string()` with null for each cell that is, trimmed and in any case, one of `nulls`."""
    spelled = spellings(nulls)
    if not spelled:
        return text
    bare = pc.utf8_trim_whitespace(text)
    found: Mask = pc.is_in(pc.ascii_lower(bare), pa.array(sorted(spelled))).to_numpy(zero_copy_only=False)
    found = found | _folded(bare, spelled)
    return pc.if_else(pa.array(found), pa.scalar(None, pa.string()), text) if found.any() else text


def _folded(bare: pa.Array, spelled: frozenset[str]) -> Mask:
    """Which cells beyond ASCII are one of the spellings; Python folds case by the whole of Unicode, Arrow does not."""
    short = pc.less_equal(pc.binary_length(bare), _WIDEST * max(map(len, spelled)))
    beyond = pc.and_not(short, pc.string_is_ascii(bare)).fill_null(False)
    read = one_by_one(bare, beyond.to_numpy(zero_copy_only=False), lambda cell: cell.casefold() in spelled or None)
    found = np.zeros(len(bare), np.bool_)
    found[read.accepted()[0]] = True
    return found
