"""Whole numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import ColumnType, Parsed
from sluice.engine.types.cells import Cells, No, column, one_by_one
from sluice.engine.types.digits import numbers

_WHOLE = re.compile(r"[+-]?[0-9]+")
_NOT_INTEGER = No("not_integer", "'{value}' is not a whole number.")
_OUT_OF_RANGE = No("out_of_range", "'{value}' is outside the range of bigint.")


@dataclass(frozen=True)
class Integer(ColumnType):
    """A whole number of 64 bits: digits, with a sign or none; leading zeros are fine, separators are not.

    Rejects: `not_integer`, `out_of_range`.
    """

    @property
    def pg_type(self) -> str:
        return "bigint"

    @property
    def arrow(self) -> pa.DataType:
        return pa.int64()

    def parse(self, text: pa.Array) -> Parsed:
        cells = Cells.of(text)
        negative = cells.data[cells.starts] == ord("-")
        first = cells.starts + (negative & ~cells.empty)
        values, sure = numbers(cells.data, first, cells.ends)
        sure &= (cells.ends > first) & ~cells.empty
        values[negative] *= -1
        odd = one_by_one(cells.text, ~sure & ~cells.empty, _read)
        rows, found = odd.accepted()
        values[rows] = np.array(found, np.int64)
        sure[rows] = True
        return Parsed(column(values, sure, self.arrow), odd.refused(len(text)))


def _read(text: str) -> int | No:
    if not _WHOLE.fullmatch(text):
        return _NOT_INTEGER
    digits = text.lstrip("+-").lstrip("0")
    # 19 digits reach the limit of 64 bits; int() is slow and then refuses on texts of thousands.
    value = int(digits or "0") if len(digits) <= 19 else 2**64
    value = -value if text.startswith("-") else value
    return value if -(2**63) <= value < 2**63 else _OUT_OF_RANGE
