"""Whole numbers."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import Grown, Parsed
from sluice.engine.types.cells import Invalid, column, one_by_one
from sluice.engine.types.numbers.digits import numbers, read_groups
from sluice.engine.types.numbers.notation import check_thousands, grouped, separated_cells, why_not

_OUT_OF_RANGE = Invalid("out_of_range", "'{value}' is outside the range of bigint.")


@dataclass(frozen=True, repr=False)
class Integer(Grown):
    """A whole number of 64 bits: digits, with or without a sign; leading zeros are allowed.

    `Integer(thousands=",")` also reads `1,234`: `thousands` is as for Decimal, and by default there is none.
    Rejects: `not_integer`, `out_of_range`.
    """

    _: KW_ONLY
    thousands: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        check_thousands(self.thousands, self)

    @property
    def pg_type(self) -> str:
        return "bigint"

    @property
    def arrow(self) -> pa.DataType:
        return pa.int64()

    @property
    def decimal_mark(self) -> str:
        # 1.234 is not a whole number, and must not be taken for 1234
        return "," if self.thousands == "." else "."

    def parse(self, text: pa.Array) -> Parsed:
        cells = separated_cells(text, self.thousands)
        negative = cells.data[cells.starts] == ord("-")
        first = cells.starts + (negative & ~cells.empty)
        values, certain = numbers(cells.data, first, cells.ends)
        if self.thousands:
            read_groups(cells.data, first, cells.ends, values, certain, ord(self.thousands))
        certain &= (cells.ends > first) & ~cells.empty
        values[negative] *= -1
        odd = one_by_one(cells.text, ~certain & ~cells.empty, self._read, trimmed=True)
        rows, accepted = odd.accepted()
        values[rows] = np.array(accepted, np.int64)
        certain[rows] = True
        return Parsed(column(values, certain, self.arrow), odd.refused(len(text)))

    def _read(self, text: str) -> int | Invalid:
        groups = f"{grouped(self.thousands)}|" if self.thousands else ""
        if not re.fullmatch(rf"[+-]?(?:{groups}[0-9]+)", text):
            return Invalid("not_integer", f"'{{value}}' is not a whole number{why_not(text, self.thousands)}")
        digits = text.lstrip("+-").replace(self.thousands or ",", "").lstrip("0")
        # 19 digits reach the limit of 64 bits; int() is slow on thousands of digits, and refuses more
        value = int(digits or "0") if len(digits) <= 19 else 2**64
        value = -value if text.startswith("-") else value
        return value if -(2**63) <= value < 2**63 else _OUT_OF_RANGE
