"""Days."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.types.base import Grown, Mask, Parsed
from sluice.engine.types.cells import Cells, column
from sluice.engine.types.times.formats import agreed, check_formats, refusals
from sluice.engine.types.times.template import Fields, Template, template

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, init=False, repr=False)
class Date(Grown):
    """A day, written in one of the declared formats of %Y, %m and %d: `Date("%Y-%m-%d", "%d/%m/%Y")`.

    Each format is read strictly: no 30 February, nothing before or after it but white space. Next to a
    separator %m and %d may lack their leading zero. %b and %B are English names of months, short (Jan) and whole.
    %y is a year of two digits, of the hundred years that begin with `first_year`. Years are 0001 to 9999.
    Rejects: `bad_date`, and `ambiguous_date` for a text that fits two formats with different days.
    """

    formats: tuple[str, ...]
    first_year: int | None = field(default=None, repr=False)

    def __init__(self, *formats: str, first_year: int | None = None) -> None:
        check_formats("Date", formats, first_year, timed=False)
        object.__setattr__(self, "formats", formats)
        object.__setattr__(self, "first_year", first_year)

    @property
    def pg_type(self) -> str:
        return "date"

    @property
    def arrow(self) -> pa.DataType:
        return pa.date32()

    @property
    def named(self) -> dict[str, str | int]:
        """The arguments after the formats that are not as by default."""
        return {"first_year": self.first_year} if self.first_year is not None else {}

    def parse(self, text: pa.Array) -> Parsed:
        cells = Cells.of(text)
        days, fits, clash = agreed(days_of(template(each), cells, self.first_year)[:2] for each in self.formats)
        return Parsed(column(days, fits & ~clash, self.arrow), refusals(fits, clash, cells, "date"))


@cache
def _calendar() -> tuple[Int32s, npt.NDArray[np.int8]]:
    """Days since 1970 at the first of each month, and the month's length; entry 0 is January of year 0."""
    months = np.arange("0000-01", "10000-02", dtype="M8[M]").astype("M8[D]").astype(np.int32)
    return months[:-1], np.diff(months).astype(np.int8)


def days_of(form: Template, cells: Cells, first_year: int | None) -> tuple[Int32s, Mask, Fields]:
    """Days since 1970, which cells are valid dates, and all fields."""
    fits, fields = form.read(cells)
    if not fits.any():
        return np.zeros(len(fits), np.int32), fits, {}
    firsts, lengths = _calendar()
    year, month, day = _years(fields, first_year), fields["m"], fields["d"]
    fits &= (month >= 1) & (month <= 12) & (year >= 1) & (day >= 1)
    place = np.where(fits, year * 12 + month - 1, 0)
    fits &= day <= lengths[place]
    return firsts[place] + day - 1, fits, fields


def _years(fields: Fields, first_year: int | None) -> Int32s:
    """The years, those of two digits within the hundred that begin with `first_year`."""
    if "Y" in fields or first_year is None:
        return fields["Y"]
    years: Int32s = first_year + (fields["y"] - first_year) % 100
    return years.astype(np.int32)
