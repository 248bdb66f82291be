"""Numbers of double precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import ColumnType, Mask, Parsed, Refused
from sluice.engine.types.cells import column
from sluice.errors import ConfigError

_FORM = r"^[+-]?(?:[0-9]+(?:\{point}[0-9]*)?|\{point}[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_NOT_ZERO = r"^[+-]?[0.]*[1-9]"
_POINTS = (".", ",")


@dataclass(frozen=True)
class Float(ColumnType):
    """A measured number: `0.1`, `-1.5e-05`, `6.02E23`, kept as the nearest number of double precision: 15 digits are
    exact. `point` is the decimal mark, `.` or `,`. Amounts and counts are better as Decimal or Integer, which keep
    every digit. It must not be in the key. Rejects: `not_float`, also for NaN and infinity, and `out_of_range` for
    what is too large, or too small to differ from 0.
    """

    point: str = "."

    in_keys: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.point not in _POINTS:
            raise ConfigError(f"{self}: point must be . or ,")

    @property
    def pg_type(self) -> str:
        return "double precision"

    @property
    def arrow(self) -> pa.DataType:
        return pa.float64()

    @property
    def decimal_mark(self) -> str:
        return self.point

    def parse(self, text: pa.Array) -> Parsed:
        text = pc.utf8_trim_whitespace(text.fill_null("") if text.null_count else text)
        fits = _mask(pc.match_substring_regex(text, _FORM.replace("{point}", self.point)))
        plain = pc.replace_substring(pc.if_else(pa.array(fits), text, "0"), self.point, ".")
        values = pc.cast(pc.ascii_ltrim(plain, "+"), pa.float64()).to_numpy(zero_copy_only=False)
        lost = fits & (np.isinf(values) | ((values == 0) & _mask(pc.match_substring_regex(plain, _NOT_ZERO))))
        bad = ~fits & _mask(pc.not_equal(text, ""))
        refused = []
        if bad.any():
            refused.append(Refused(bad, "not_float", "'{value}' is not a number such as 0.1 or 1.5e-05."))
        if lost.any():
            refused.append(Refused(lost, "out_of_range", "'{value}' is outside the range of double precision."))
        return Parsed(column(values, fits & ~lost, self.arrow), refused)


def _mask(found: pa.Array) -> Mask:
    mask: Mask = found.to_numpy(zero_copy_only=False)
    return mask
