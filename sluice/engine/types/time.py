"""Dates, moments and durations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.types.base import ColumnType, Int64s, Mask, Parsed, Refused, spread
from sluice.engine.types.cells import Cells, column
from sluice.engine.types.clock import read_clocks
from sluice.engine.types.iso import FORMATS, read_moments
from sluice.engine.types.template import Fields, Layout, Template, template
from sluice.engine.types.zone import SECOND, check_zone, to_utc
from sluice.errors import ConfigError

Int32s = npt.NDArray[np.int32]
Number = TypeVar("Number", np.int32, np.int64)

_FIRST_US = -62_135_596_800 * SECOND  # 0001-01-01 00:00:00
_END_US = 253_402_300_800 * SECOND  # 10000-01-01 00:00:00


@dataclass(frozen=True, init=False)
class Date(ColumnType):
    """A day, written in one of the declared formats of %Y, %m and %d: `Date("%Y-%m-%d", "%d/%m/%Y")`.

    Each format is read strictly: no 30 February, nothing before or after it but white space. Next to a
    separator %m and %d may lack their leading zero. Years are 0001 to 9999. Rejects: `bad_date`, and
    `ambiguous_date` for a text that fits two formats with different days.
    """

    formats: tuple[str, ...]

    def __init__(self, *formats: str) -> None:
        _check_formats("Date", formats, "Ymd", "Ymd")
        object.__setattr__(self, "formats", formats)

    @property
    def pg_type(self) -> str:
        return "date"

    @property
    def arrow(self) -> pa.DataType:
        return pa.date32()

    def parse(self, text: pa.Array) -> Parsed:
        cells = Cells.of(text)
        readings = (_days(template(pattern), cells)[:2] for pattern in self.formats)
        days, fits, refused = _agree(readings, cells, "date")
        return Parsed(column(days, fits, self.arrow), refused)


@dataclass(frozen=True, init=False)
class Timestamp(ColumnType):
    """A moment, written as a local time of the zone `tz` in one of the declared formats, kept in UTC.

    Formats have %Y, %m, %d and may have %H, %M, %S and %f (1 to 6 digits); a missing one is zero. They are read
    strictly: no 30 February, no second 60. Next to a separator %m, %d and %H may lack their leading zero. A local
    time that occurs twice, when clocks are set back, is read as the first of the two.
    Rejects: `bad_date`, `ambiguous_date` (fits two formats with different results), `nonexistent_time`
    (clocks were set forward over it).
    """

    formats: tuple[str, ...]
    tz: str

    def __init__(self, *formats: str, tz: str = "UTC") -> None:
        _check_formats("Timestamp", formats, "Ymd", "YmdHMSf")
        check_zone(tz)
        object.__setattr__(self, "formats", formats)
        object.__setattr__(self, "tz", tz)

    @property
    def pg_type(self) -> str:
        return "timestamptz"

    @property
    def arrow(self) -> pa.DataType:
        return pa.timestamp("us", "UTC")

    def parse(self, text: pa.Array) -> Parsed:
        local, fits, refused = self._local(text)
        if not fits.all():
            # the values of the other rows must not widen the range of years
            local[~fits] = local[fits][0] if fits.any() else 0
        utc, gap = to_utc(local, self.tz)
        if gap is not None and (gap & fits).any():
            reason = f"'{{value}}' does not exist in {self.tz}: clocks were set forward over it."
            refused.append(Refused(gap & fits, "nonexistent_time", reason))
            fits &= ~gap
        beyond = fits & ((utc < _FIRST_US) | (utc >= _END_US)) if _is_wide(utc) else np.zeros(0, np.bool_)
        if beyond.any():
            reason = "'{value}' is, in UTC, outside the years 0001 to 9999."
            refused.append(Refused(beyond, "bad_date", reason))
            fits &= ~beyond
        return Parsed(column(utc, fits, self.arrow), refused)

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
        readings = (_micros(template(pattern), cells) for pattern in self.formats)
        return _agree(readings, cells, "date and time")


@dataclass(frozen=True)
class Duration(ColumnType):
    """A length of time in whole seconds: `HH:MM:SS` with 1 to 4 digits of hours.

    With `minutes=True` also `MM:SS` and `M:SS`. Minutes and seconds are below 60. Rejects: `bad_duration`.
    """

    minutes: bool = False

    @property
    def pg_type(self) -> str:
        return "integer"

    @property
    def arrow(self) -> pa.DataType:
        return pa.int32()

    def parse(self, text: pa.Array) -> Parsed:
        seconds, fits = read_clocks(text)
        rows = np.flatnonzero(~fits)
        if not len(rows):
            return Parsed(column(seconds, fits, self.arrow))
        cells = Cells.of(text.take(pa.array(rows)))
        seconds[rows], fits[rows] = self._by_templates(cells)
        bad = Refused(~fits[rows] & ~cells.empty, "bad_duration", f"'{{value}}' is not a duration ({self._forms}).")
        return Parsed(column(seconds, fits, self.arrow), [spread(bad, rows, len(text))] if bad.rows.any() else [])

    @property
    def _forms(self) -> str:
        return "HH:MM:SS or MM:SS" if self.minutes else "HH:MM:SS"

    def _by_templates(self, cells: Cells) -> tuple[Int32s, Mask]:
        """The seconds of cells in all forms, and which of them fit."""
        seconds, fits = _seconds(_hours(), cells)
        if self.minutes:
            short, fine = _seconds(_minutes(), cells)
            seconds, fits = np.where(fine, short, seconds), fits | fine
        return seconds, fits


def _is_wide(utc: Int64s) -> bool:
    return int(utc.min(initial=0)) < _FIRST_US or int(utc.max(initial=0)) >= _END_US


def _check_formats(kind: str, formats: tuple[str, ...], needed: str, allowed: str) -> None:
    if not formats:
        raise ConfigError(f'{kind}() needs a format, e.g. {kind}("%Y-%m-%d").')
    for pattern in formats:
        letters = {letter for letter, _, _ in template(pattern).layouts[0].fields}
        if not letters >= set(needed):
            raise ConfigError(f"{kind}({pattern!r}): a format has %Y, %m and %d.")
        if not letters <= set(allowed):
            raise ConfigError(f"{kind}({pattern!r}): a day has no time; that is what Timestamp is for.")


def _agree(
    readings: Iterator[tuple[npt.NDArray[Number], Mask]], cells: Cells, what: str
) -> tuple[npt.NDArray[Number], Mask, list[Refused]]:
    """The value that the formats give; null where two formats give different ones."""
    values, fits = next(readings)
    clash = np.zeros(len(fits), np.bool_)
    for other, fine in readings:
        clash |= fits & fine & (values != other)
        values, fits = np.where(fits, values, other), fits | fine
    bad, refused = ~fits & ~cells.empty, []
    if bad.any():
        refused.append(Refused(bad, "bad_date", f"'{{value}}' is not a {what} in a declared format."))
    if clash.any():
        reason = "'{value}' can be read by two declared formats, with different results."
        refused.append(Refused(clash, "ambiguous_date", reason))
    return values, fits & ~clash, refused


@cache
def _calendar() -> tuple[Int32s, npt.NDArray[np.int8]]:
    """Days since 1970 at the first of each month, and the month's length; entry 0 is January of year 0."""
    months = np.arange("0000-01", "10000-02", dtype="M8[M]").astype("M8[D]").astype(np.int32)
    return months[:-1], np.diff(months).astype(np.int8)


def _days(form: Template, cells: Cells) -> tuple[Int32s, Mask, Fields]:
    """Days since 1970, which cells are valid dates, and all fields."""
    fits, fields = form.read(cells)
    if not fits.any():
        return np.zeros(len(fits), np.int32), fits, {}
    firsts, lengths = _calendar()
    year, month, day = fields["Y"], fields["m"], fields["d"]
    fits &= (month >= 1) & (month <= 12) & (year >= 1) & (day >= 1)
    place = np.where(fits, year * 12 + month - 1, 0)
    fits &= day <= lengths[place]
    return firsts[place] + day - 1, fits, fields


def _micros(form: Template, cells: Cells) -> tuple[Int64s, Mask]:
    """Microseconds since 1970, in local time, and which cells are valid."""
    days, fits, fields = _days(form, cells)
    total = days.astype(np.int64)
    for letter, limit in (("H", 24), ("M", 60), ("S", 60)):
        total *= limit
        if letter in fields:
            fits &= fields[letter] < limit
            total += fields[letter]
    total *= SECOND
    if "f" in fields:
        total += fields["f"]
    return total, fits


def _seconds(form: Template, cells: Cells) -> tuple[Int32s, Mask]:
    fits, fields = form.read(cells)
    if not fits.any():
        return np.zeros(len(fits), np.int32), fits
    fits &= (fields["M"] < 60) & (fields["S"] < 60)
    seconds = fields["M"] * 60 + fields["S"]
    return (seconds + fields["H"] * 3600 if "H" in fields else seconds), fits


@cache
def _hours() -> Template:
    return Template("HH:MM:SS", tuple(_duration_layout(hours, 2) for hours in (2, 1, 3, 4)))


@cache
def _minutes() -> Template:
    return Template("MM:SS", tuple(_duration_layout(0, minutes) for minutes in (2, 1)))


def _duration_layout(hours: int, minutes: int) -> Layout:
    start = hours + 1 if hours else 0
    colons = [place for place in (hours, start + minutes) if place]
    fields = (("H", 0, hours),) * bool(hours) + (("M", start, minutes), ("S", start + minutes + 1, 2))
    return Layout(start + minutes + 3, fields, tuple((place, ord(":")) for place in colons))
