"""Moments, days and durations as text, in the declared formats.

The text is parsed again by the declared type and compared. If the result is another value (microseconds without a
format for them, the second of two equal hours when clocks are set back), ISO 8601 is written instead, which the type
refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.formats.spelled.local import DAY, to_local, zone_of
from sluice.engine.formats.text.beyond import beyond
from sluice.engine.types import Date, Time, Timestamp
from sluice.engine.types.base import ColumnType, Int64s, Mask
from sluice.engine.types.times.words import MONTHS
from sluice.engine.types.times.zone import SECOND, to_utc

_PER_SECOND = {"s": 1, "ms": 1000, "us": SECOND, "ns": 1000 * SECOND}
_NANOS = 1_000_000_000
_FIRST, _END = -62_135_596_800, 253_402_300_800  # seconds: years 0001 to 9999
_WRITTEN = 11_000_000 * DAY  # seconds before and after 1970 whose dates Arrow can write: years of 5 digits
_PLACES = {
    "Y": (0, 4), "y": (2, 4), "m": (5, 7), "d": (8, 10), "H": (11, 13), "M": (14, 16), "S": (17, 19), "f": (20, 26),
}  # fmt: skip
_HOURS = [f"{(hour - 1) % 12 + 1:02d}" for hour in range(24)]
_HALVES = [("AM", "PM")[hour // 12] for hour in range(24)]
_NAMES: dict[str, tuple[str, list[str]]] = {
    "b": ("m", ["", *(name[:3] for name in MONTHS)]),
    "B": ("m", ["", *MONTHS]),
    "I": ("H", _HOURS),
    "p": ("H", _HALVES),
}
"""Directives whose text is looked up by the number of another one."""


class Instants(NamedTuple):
    """Moments of any precision: whole seconds since 1970-01-01, nanoseconds behind them, and which are not null.

    `zone` is the file's zone for moments in UTC, None for local times without a zone.
    """

    seconds: Int64s
    nanos: Int64s
    valid: Mask
    zone: str | None = None

    @classmethod
    def of(cls, values: pa.Array) -> Instants:
        """The moments of an array of timestamps."""
        per_second = _PER_SECOND[values.type.unit]
        seconds, rest = np.divmod(_counts(values), per_second)
        valid = values.is_valid().to_numpy(zero_copy_only=False)
        return cls(seconds, rest * (_NANOS // per_second), valid, values.type.tz)


def spell_moments(moments: Instants, declared: ColumnType) -> pa.Array:
    """Moments as text. Those with a zone are converted to the declared zone, the others stay as they are.

    For a Date they must be midnight, in the file's own zone if it has one.
    """
    if not isinstance(declared, (Date, Timestamp)):
        return _iso(moments, beyond)
    micros, exact = _micros(moments)
    if moments.zone and isinstance(declared, Timestamp):
        utc, micros = micros, to_local(micros, zone_of(declared.tz))
        back, gap = to_utc(np.where(exact, micros, 0), declared.tz)
        exact &= back == utc
        exact &= ~gap if gap is not None else True
    elif moments.zone:
        micros = to_local(micros, zone_of(moments.zone))
    return _in_formats(micros, exact, _iso(moments), declared)


def spell_dates(values: pa.Array, declared: ColumnType) -> pa.Array:
    """Days as text; for a Timestamp the midnight at their beginning."""
    days = _counts(pc.cast(values, pa.date32()))
    moments = Instants(days * DAY, np.zeros_like(days), values.is_valid().to_numpy(zero_copy_only=False))
    if not isinstance(declared, (Date, Timestamp)):
        return _iso(moments, beyond, days_only=True)
    return _in_formats(*_micros(moments), _iso(moments, days_only=True), declared)


def spell_times(values: pa.Array, declared: ColumnType) -> pa.Array:
    """Times of day as text, in a format of a Time; else, and lengths of time, as HH:MM:SS."""
    text = spell_lengths(values)
    if not isinstance(declared, Time) or pa.types.is_duration(values.type):
        return text
    per_second = _PER_SECOND[values.type.unit]
    seconds, rest = np.divmod(_counts(values), per_second)
    nanos = rest * (_NANOS // per_second)
    moments = Instants(seconds, nanos, values.is_valid().to_numpy(zero_copy_only=False))
    return _in_formats(*_micros(moments), text, declared)


def spell_lengths(values: pa.Array) -> pa.Array:
    """Times of day and durations as HH:MM:SS, with a sign and a fraction if needed."""
    per_second = _PER_SECOND[values.type.unit]
    counts = _counts(values)
    # unsigned, because the least int64 has no opposite in int64
    seconds, rest = np.divmod(np.abs(counts).view(np.uint64), np.uint64(per_second))
    clock = [_padded(seconds // 3600, 2), _padded(seconds // 60 % 60, 2), _padded(seconds % 60, 2)]
    text = pc.binary_join_element_wise(*clock, ":")
    fraction = pc.binary_join_element_wise(text, _padded(rest, len(str(per_second)) - 1), ".")
    text = pc.if_else(pa.array(rest != 0), fraction, text)
    text = pc.if_else(pa.array(counts < 0), pc.binary_join_element_wise("-", text, ""), text)
    return pc.if_else(values.is_valid(), text, None)


def _padded(numbers: Int64s, width: int) -> pa.Array:
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def _counts(values: pa.Array) -> Int64s:
    """The numbers under the values, 0 for null."""
    kind = pa.int32() if values.type.bit_width == 32 else pa.int64()
    counts: Int64s = values.view(kind).fill_null(0).to_numpy().astype(np.int64)
    return counts


def _micros(moments: Instants) -> tuple[Int64s, Mask]:
    """Microseconds since 1970, and which of them are exact: not null, within the years, without nanoseconds."""
    exact = moments.valid & (moments.seconds >= _FIRST) & (moments.seconds < _END) & (moments.nanos % 1000 == 0)
    return np.where(exact, moments.seconds, 0) * SECOND + np.where(exact, moments.nanos, 0) // 1000, exact


def _in_formats(micros: Int64s, exact: Mask, iso: pa.Array, declared: Date | Time | Timestamp) -> pa.Array:
    """Local times in the first declared format that parses to the same value; otherwise `iso`, null for null."""
    clock = pc.cast(pa.array(np.where(exact, micros, 0), pa.timestamp("us")), pa.string())
    text, left = pa.nulls(len(iso), pa.string()), exact
    for pattern in _usable(declared):
        written = _written(clock, pattern)
        good = left & (_read(written, declared) == micros)
        text = written if good.all() else pc.if_else(pa.array(good), written, text)
        left = left & ~good
        if not left.any():
            break
    others = pa.array(~exact | left)
    if not pc.any(others).as_py():
        return text
    return pc.replace_with_mask(text, others, _refusable(iso.filter(others), declared))


def _iso(moments: Instants, far: Callable[[str], str] = str, *, days_only: bool = False) -> pa.Array:
    """ISO 8601, in UTC if there is a zone, without trailing zeros of a second; null for null.

    A moment beyond the range of dates is given in days, and `far` makes its text.
    """
    near = moments.valid & (moments.seconds > -_WRITTEN) & (moments.seconds < _WRITTEN)
    seconds = pa.array(np.where(near, moments.seconds, 0), pa.timestamp("s"))
    if days_only:
        text = pc.cast(pc.cast(seconds, pa.date32()), pa.string())
    else:
        text = pc.replace_substring_regex(pc.cast(seconds, pa.string()), r"(\d) (\d)", r"\1T\2")
        text = pc.binary_join_element_wise(text, _fractions(moments.nanos), "Z" if moments.zone else "", "")
    others = moments.valid & ~near
    if others.any():
        counted = [far(each) for each in _in_days(moments, others, days_only=days_only)]
        text = pc.replace_with_mask(text, pa.array(others), pa.array(counted, pa.string()))
    return pc.if_else(pa.array(moments.valid), text, None)


def _in_days(moments: Instants, rows: Mask, *, days_only: bool) -> list[str]:
    days, rest = np.divmod(moments.seconds[rows], DAY)
    texts = [f"{day} days since 1970-01-01" for day in days.tolist()]
    if days_only:
        return texts
    clocks = spell_lengths(pa.array(rest, pa.duration("s"))).to_pylist()
    behind = pc.binary_join_element_wise(_fractions(moments.nanos[rows]), "Z" if moments.zone else "", "").to_pylist()
    return [f"{text} {clock}{end}" for text, clock, end in zip(texts, clocks, behind, strict=True)]


def _fractions(nanos: Int64s) -> pa.Array:
    """A point and the fraction of a second without trailing zeros, or empty."""
    if not nanos.any():
        return pa.repeat("", len(nanos))
    digits = pc.ascii_rtrim(_padded(nanos, 9), "0")
    return pc.if_else(pa.array(nanos != 0), pc.binary_join_element_wise(".", digits, ""), "")


def _usable(declared: Date | Time | Timestamp) -> tuple[str, ...]:
    """The formats in which local times of the declared zone can be written: an offset is written for UTC alone."""
    return declared.local if isinstance(declared, Timestamp) and declared.tz != "UTC" else declared.formats


def _written(clock: pa.Array, pattern: str) -> pa.Array:
    """`clock` (2022-01-31 10:00:00.000000) in a format."""
    pieces = [_piece(clock, piece) for piece in re.findall(r"%.|[^%]+", pattern, re.DOTALL)]
    return pc.binary_join_element_wise(*pieces, "")


def _piece(clock: pa.Array, piece: str) -> pa.Array | str:
    letter = piece[1:] if piece.startswith("%") else ""
    if letter in _PLACES:
        return pc.utf8_slice_codeunits(clock, *_PLACES[letter])
    if letter in _NAMES:
        of, names = _NAMES[letter]
        return pa.array(names, pa.string()).take(pc.cast(pc.utf8_slice_codeunits(clock, *_PLACES[of]), pa.int32()))
    return {"%%": "%", "%z": "+00:00"}.get(piece, piece)


def _read(text: pa.Array, declared: Date | Time | Timestamp) -> Int64s:
    """The values that the declared type reads, as microseconds in local time; -1 for none.

    A nonexistent local time (clocks set forward) is read here: the type's own reason is better than one of the format.
    """
    reader: ColumnType = declared
    if isinstance(declared, Timestamp):
        reader = Timestamp(*declared.formats, first_year=declared.first_year)
    values = reader.parse(text).values
    if isinstance(declared, Date):
        days: npt.NDArray[np.int32] = values.cast(pa.int32()).fill_null(-1).to_numpy()
        return days.astype(np.int64) * DAY * SECOND
    counts: Int64s = values.cast(pa.int64()).fill_null(-1).to_numpy()
    return counts


def _refusable(text: pa.Array, declared: ColumnType) -> pa.Array:
    """The text with a mark that no format has, where a declared format like ISO 8601 could still read it."""
    readable = declared.parse(text).values.is_valid()
    return pc.if_else(readable, pc.binary_join_element_wise(text, "?", ""), text)
