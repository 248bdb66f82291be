"""Yes and no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import ColumnType, Parsed
from sluice.engine.types.cells import Invalid, one_by_one

_WORDS = {"true": True, "t": True, "yes": True, "y": True, "1": True} | {
    "false": False, "f": False, "no": False, "n": False, "0": False,
}  # fmt: skip
_NOT_BOOLEAN = Invalid("not_boolean", "'{value}' is neither yes nor no.")


@dataclass(frozen=True)
class Boolean(ColumnType):
    """true or false, t or f, yes or no, y or n, 1 or 0, in any case. Rejects: `not_boolean`."""

    @property
    def pg_type(self) -> str:
        return "boolean"

    @property
    def arrow(self) -> pa.DataType:
        return pa.bool_()

    def parse(self, text: pa.Array) -> Parsed:
        # a column of booleans has few distinct texts: reading each once is fast
        read = one_by_one(text, text.is_valid().to_numpy(zero_copy_only=False), _read)
        rows, accepted = read.accepted()
        values, present = np.zeros(len(text), np.bool_), np.zeros(len(text), np.bool_)
        values[rows] = accepted
        present[rows] = True
        return Parsed(pa.array(values, mask=~present), read.refused(len(text)))


def _read(text: str) -> bool | Invalid | None:
    bare = text.strip()
    return _WORDS.get(bare.lower(), _NOT_BOOLEAN) if bare else None
