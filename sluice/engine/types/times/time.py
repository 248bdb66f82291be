"""Times of day."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from sluice.engine.types.base import ColumnType, Int64s, Mask, Parsed, Refused
from sluice.engine.types.cells import Cells, column
from sluice.engine.types.times.clocks import micros_of_day
from sluice.engine.types.times.formats import agreed, check_clock
from sluice.engine.types.times.template import template


@dataclass(frozen=True, init=False)
class Time(ColumnType):
    """A time of day, written in one of the declared formats: `Time("%H:%M:%S", "%I:%M %p")`. It has no zone.

    Formats have %H, or %I with %p, and may have %M, %S and %f, as of Timestamp. 24:00 is not read. Rejects: `bad_time`,
    and `ambiguous_time` for a text that fits two formats with different times.
    """

    formats: tuple[str, ...]

    def __init__(self, *formats: str) -> None:
        check_clock(formats)
        object.__setattr__(self, "formats", formats)

    @property
    def pg_type(self) -> str:
        return "time without time zone"

    @property
    def arrow(self) -> pa.DataType:
        return pa.time64("us")

    @property
    def named(self) -> dict[str, str | int]:
        """The arguments after the formats: none."""
        return {}

    def parse(self, text: pa.Array) -> Parsed:
        cells = Cells.of(text)
        micros, fits, clash = agreed(_read(pattern, cells) for pattern in self.formats)
        bad, refused = ~fits & ~cells.empty, []
        if bad.any():
            refused.append(Refused(bad, "bad_time", "'{value}' is not a time of day in a declared format."))
        if clash.any():
            reason = "'{value}' can be read by two declared formats, with different results."
            refused.append(Refused(clash, "ambiguous_time", reason))
        return Parsed(column(micros, fits & ~clash, self.arrow), refused)


def _read(pattern: str, cells: Cells) -> tuple[Int64s, Mask]:
    """Microseconds since midnight, and which cells are valid."""
    fits, fields = template(pattern).read(cells)
    return micros_of_day(fields, fits), fits
