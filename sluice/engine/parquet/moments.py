"""Moments, days and lengths of time, written in the formats that were declared for them.

What was written is read again by the declared type and compared. Where that does not give the same value back
(microseconds that no format has, the second of two equal hours when clocks are set back), ISO 8601 is
written instead, which the type refuses.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.parquet.local import DAY, to_local, zone_of
from sluice.engine.types import Date, Timestamp
from sluice.engine.types.base import ColumnType, Int64s, Mask
from sluice.engine.types.zone import SECOND, to_utc

_PER_SECOND = {"s": 1, "ms": 1000, "us": SECOND, "ns": 1000 * SECOND}
_FIRST, _END = -62_135_596_800, 253_402_300_800  # seconds: years 0001 to 9999
_PLACES = {"Y": (0, 4), "m": (5, 7), "d": (8, 10), "H": (11, 13), "M": (14, 16), "S": (17, 19), "f": (20, 26)}


def spell_moments(values: pa.Array, declared: ColumnType) -> pa.Array:
    """Timestamps as text. Those of a zone become local times of the declared zone, the others stay as they are.

    For a Date they must be midnight, in the file's own zone where it has one.
    """
    if not isinstance(declared, (Date, Timestamp)):
        return _iso(values)
    micros, held = _micros(values)
    tz = values.type.tz
    if tz and isinstance(declared, Timestamp):
        utc, micros = micros, to_local(micros, zone_of(declared.tz))
        back, gap = to_utc(np.where(held, micros, 0), declared.tz)
        held &= back == utc
        held &= ~gap if gap is not None else True
    elif tz:
        micros = to_local(micros, zone_of(tz))
    return _in_formats(micros, held, values, declared)


def spell_dates(values: pa.Array, declared: ColumnType) -> pa.Array:
    """Days as text; for a Timestamp the midnight that they begin with."""
    days = pc.cast(values, pa.date32())
    if not isinstance(declared, (Date, Timestamp)):
        return _iso(days)
    return _in_formats(*_micros(pc.cast(days, pa.timestamp("s"))), days, declared)


def spell_lengths(values: pa.Array) -> pa.Array:
    """Times of day and lengths of time as HH:MM:SS, with a sign and a fraction where there are any."""
    per_second = _PER_SECOND[values.type.unit]
    counts = _counts(values)
    seconds, rest = np.divmod(np.abs(counts), per_second)
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
    found: Int64s = values.view(kind).fill_null(0).to_numpy().astype(np.int64)
    return found


def _micros(values: pa.Array) -> tuple[Int64s, Mask]:
    """Microseconds since 1970, and which of them are the whole truth: not null, not beyond years, not of less."""
    per_second = _PER_SECOND[values.type.unit]
    counts = _counts(values)
    held: Mask = values.is_valid().to_numpy(zero_copy_only=False)
    held &= (counts // per_second >= _FIRST) & (counts // per_second < _END)
    counts = np.where(held, counts, 0)
    if per_second <= SECOND:
        return counts * (SECOND // per_second), held
    micros, rest = np.divmod(counts, per_second // SECOND)
    return micros, held & (rest == 0)


def _in_formats(micros: Int64s, held: Mask, values: pa.Array, declared: Date | Timestamp) -> pa.Array:
    """Local times in the first declared format that gives the same back; else ISO 8601, null for null."""
    clock = pc.cast(pa.array(np.where(held, micros, 0), pa.timestamp("us")), pa.string())
    text, left = pa.nulls(len(values), pa.string()), held
    for pattern in declared.formats:
        written = _written(clock, pattern)
        good = left & (_read(written, declared) == micros)
        text = written if good.all() else pc.if_else(pa.array(good), written, text)
        left = left & ~good
        if not left.any():
            break
    others = pa.array(~held | left)
    if not pc.any(others).as_py():
        return text
    return pc.replace_with_mask(text, others, _refusable(_iso(values.filter(others)), declared))


def _iso(values: pa.Array) -> pa.Array:
    """Timestamps, those of a zone in UTC, and days in ISO 8601, with no more digits of a second than there are."""
    if pa.types.is_date(values.type):
        return pc.cast(values, pa.string())
    text = pc.cast(values.view(pa.timestamp(values.type.unit)), pa.string())
    text = pc.replace_substring_regex(text, r"(\d) (\d)", r"\1T\2")
    text = pc.replace_substring_regex(text, r"\.0+$|(\.\d*?)0+$", r"\1")
    return pc.binary_join_element_wise(text, "Z", "") if values.type.tz else text


def _written(clock: pa.Array, pattern: str) -> pa.Array:
    """`clock` (2022-01-31 10:00:00.000000) in a format."""
    pieces = []
    for piece in re.findall(r"%.|[^%]+", pattern, re.DOTALL):
        place = _PLACES.get(piece[1:]) if piece.startswith("%") else None
        literal = "%" if piece == "%%" else piece
        pieces.append(pc.utf8_slice_codeunits(clock, *place) if place else literal)
    return pc.binary_join_element_wise(*pieces, "")


def _read(text: pa.Array, declared: Date | Timestamp) -> Int64s:
    """What the declared type reads, as microseconds on the clock that the text was written by; -1 for nothing.

    A time that the zone's clocks jumped over is read here: its own reason is a better one than its format.
    """
    reader = Timestamp(*declared.formats) if isinstance(declared, Timestamp) else declared
    values = reader.parse(text).values
    if isinstance(declared, Date):
        days: npt.NDArray[np.int32] = values.cast(pa.int32()).fill_null(-1).to_numpy()
        return days.astype(np.int64) * DAY * SECOND
    found: Int64s = values.cast(pa.int64()).fill_null(-1).to_numpy()
    return found


def _refusable(text: pa.Array, declared: ColumnType) -> pa.Array:
    """Where a format looks like ISO 8601, so that the text can be read all the same, with a mark that no format has."""
    readable = declared.parse(text).values.is_valid()
    return pc.if_else(readable, pc.binary_join_element_wise(text, "?", ""), text)
