"""Moments."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import Grown, Int64s, Mask, Parsed, Refused, spread
from sluice.engine.types.cells import Cells, column
from sluice.engine.types.times.clocks import micros_of_day
from sluice.engine.types.times.day import days_of
from sluice.engine.types.times.formats import agreed, check_formats, letters_of, refusals
from sluice.engine.types.times.iso import FORMATS, read_moments
from sluice.engine.types.times.template import Template, template
from sluice.engine.types.times.zone import SECOND, check_zone, to_utc
from sluice.errors import ConfigError

_FIRST_US = -62_135_596_800 * SECOND  # 0001-01-01 00:00:00
_END_US = 253_402_300_800 * SECOND  # 10000-01-01 00:00:00


@dataclass(frozen=True, init=False, repr=False)
class Timestamp(Grown):
    """A moment, written in one of the declared formats, kept in UTC. Without %z it is a local time of the zone `tz`.

    Formats have %Y, %m, %d and may have %H, %M, %S and %f (1 to 9 digits, zeros behind the sixth); a missing one is
    zero. %I and %p are hours of 12 with AM or PM, %z is an offset from UTC (`+02:00`, `+0200`, `+02`, `Z`); %b, %B and
    %y are as with Date. They are read strictly: no 30 February, no second 60. Next to a separator %m, %d, %H and %I may
    lack their leading zero.
    A local time that occurs twice, when clocks are set back, is read as the first of the two.
    Rejects: `bad_date`, `ambiguous_date` (fits two formats with different results), `nonexistent_time`
    (clocks were set forward over it).
    """

    formats: tuple[str, ...]
    tz: str
    first_year: int | None = field(default=None, repr=False)

    def __init__(self, *formats: str, tz: str = "UTC", first_year: int | None = None) -> None:
        check_formats("Timestamp", formats, first_year, timed=True)
        check_zone(tz)
        if tz != "UTC" and not any("z" not in letters_of(pattern) for pattern in formats):
            raise ConfigError(f"Timestamp(tz={tz!r}): every format has %z, the offset from UTC, so no zone is needed.")
        object.__setattr__(self, "formats", formats)
        object.__setattr__(self, "tz", tz)
        object.__setattr__(self, "first_year", first_year)

    @property
    def pg_type(self) -> str:
        return "timestamptz"

    @property
    def arrow(self) -> pa.DataType:
        return pa.timestamp("us", "UTC")

    @property
    def named(self) -> dict[str, str | int]:
        """The arguments after the formats that are not as by default."""
        zone: dict[str, str | int] = {"tz": self.tz} if self.tz != "UTC" else {}
        return zone | ({"first_year": self.first_year} if self.first_year is not None else {})

    @property
    def zoned(self) -> tuple[str, ...]:
        """The formats with an offset from UTC."""
        return tuple(pattern for pattern in self.formats if "z" in letters_of(pattern))

    @property
    def local(self) -> tuple[str, ...]:
        """The formats of local times."""
        return tuple(pattern for pattern in self.formats if "z" not in letters_of(pattern))

    def parse(self, text: pa.Array) -> Parsed:
        utc, fits, refused = self._with_offsets(text) if self.zoned else self._in_zone(*self._local(text))
        beyond = fits & ((utc < _FIRST_US) | (utc >= _END_US)) if _is_wide(utc) else np.zeros(0, np.bool_)
        if beyond.any():
            reason = "'{value}' is, in UTC, outside the years 0001 to 9999."
            refused.append(Refused(beyond, "bad_date", reason))
            fits &= ~beyond
        return Parsed(column(utc, fits, self.arrow), refused)

    def _in_zone(self, local: Int64s, fits: Mask, refused: list[Refused]) -> tuple[Int64s, Mask, list[Refused]]:
        """Local times in UTC; those that do not exist are refused."""
        if not fits.all():
            # the values of the other rows must not widen the range of years
            local[~fits] = local[fits][0] if fits.any() else 0
        utc, gap = to_utc(local, self.tz)
        if gap is not None and (gap & fits).any():
            reason = f"'{{value}}' does not exist in {self.tz}: clocks were set forward over it."
            refused.append(Refused(gap & fits, "nonexistent_time", reason))
            fits &= ~gap
        return utc, fits, refused

    def _local(self, text: pa.Array) -> tuple[Int64s, Mask, list[Refused]]:
        """Local times in microseconds since 1970, which cells have one, and those that are refused."""
        quick = read_moments(text, self.formats[0]) if len(self.formats) == 1 and self.formats[0] in FORMATS else None
        if quick is None:
            return self._by_templates(text)
        local, fits = quick
        rows = np.flatnonzero(~fits)
        if len(rows):
            local[rows], fits[rows], few = self._by_templates(text.take(pa.array(rows)))
            return local, fits, [spread(each, rows, len(text)) for each in few]
        return local, fits, []

    def _by_templates(self, text: pa.Array) -> tuple[Int64s, Mask, list[Refused]]:
        cells = Cells.of(text)
        local, fits, clash = agreed(_micros(template(each), cells, self.first_year) for each in self.formats)
        return local, fits & ~clash, refusals(fits, clash, cells, "date and time")

    def _with_offsets(self, text: pa.Array) -> tuple[Int64s, Mask, list[Refused]]:
        """Moments in UTC where some formats have an offset."""
        cells = Cells.of(text)
        refused: list[Refused] = []
        readings = [_micros(template(each), cells, self.first_year) for each in self.zoned]
        both = np.zeros(len(text), np.bool_)
        if self.local:
            local, fits, both = agreed(_micros(template(each), cells, self.first_year) for each in self.local)
            utc, fits, refused = self._in_zone(local, fits & ~both, [])
            readings.append((utc, fits))
        utc, fits, clash = agreed(readings)
        clash |= both
        missing = refused[0].rows if refused else np.zeros(len(text), np.bool_)
        refused += refusals(fits | missing | clash, clash & ~missing, cells, "date and time")
        return utc, fits & ~clash & ~missing, refused


def _is_wide(utc: Int64s) -> bool:
    return int(utc.min(initial=0)) < _FIRST_US or int(utc.max(initial=0)) >= _END_US


def _micros(form: Template, cells: Cells, first_year: int | None) -> tuple[Int64s, Mask]:
    """Microseconds since 1970 and which cells are valid: in UTC where the format has an offset, else in local time."""
    days, fits, fields = days_of(form, cells, first_year)
    total = micros_of_day(fields, fits)
    total += days * np.int64(86_400 * SECOND)
    if "z" in fields:
        total -= fields["z"] * np.int64(60 * SECOND)
    return total, fits
