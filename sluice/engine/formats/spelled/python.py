"""Python values as JSON that the reader of JSON lines gives to their declared type exactly, or refuses.

Numbers keep their digits. NaN and infinities are written as words that are not JSON, so that their row is refused:
every other spelling would be a value of a column of text. Dates and times are written for a whole column at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa

from sluice.engine.formats.spelled.moments import Instants, spell_dates, spell_moments, spell_times
from sluice.engine.formats.text.beyond import wrong_cell
from sluice.engine.types import Date, Integer, Text
from sluice.engine.types.base import ColumnType
from sluice.engine.types.numbers.spelling import spell_numbers

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the difference to local times
_DAY_S = 86_400
_FEW_DIGITS = 40  # more than any column has
_DOUBLE = 8  # bytes
_NOT_A_NUMBER, _ENDLESS = "NaN", ("Infinity", "-Infinity")


class Unwritable(ValueError):
    """A value of a type that no column has; `kind` names the type, never the value."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class WrongCell:
    """What stands where a value cannot be read: its row is refused, with `what` as the reason."""

    what: str


def is_moment(value: object) -> bool:
    """Whether a value is a date or a time with a date; NaT of pandas is null, and for Python a datetime."""
    return value is not pd.NaT and isinstance(value, date)


def as_json(value: object, declared: ColumnType) -> str:
    """One value, no date and no time with a date, as JSON for a column. Raises Unwritable."""
    write = _WRITERS.get(type(value))
    return write(value, declared) if write is not None else _other(value, declared)


def moments_as_json(values: Sequence[date], declared: ColumnType) -> list[str]:
    """Dates and times as JSON for a column: in its formats, in its zone, or so that it refuses them."""
    spelled: list[Any] = [None] * len(values)
    for kind, spell in (("day", _days), ("local", _local), ("zoned", _zoned)):
        places = [at for at, value in enumerate(values) if _kind(value, declared) == kind]
        if places:
            texts = spell([values[at] for at in places], declared).to_pylist()
            for at, text in zip(places, texts, strict=True):
                spelled[at] = quoted(text)
    return spelled


def _kind(value: date, declared: ColumnType) -> str:
    if not isinstance(value, datetime):
        return "day"
    # a day begins at the midnight of the value's own zone
    return "local" if value.utcoffset() is None or isinstance(declared, Date) else "zoned"


def _days(values: Sequence[Any], declared: ColumnType) -> pa.Array:
    return spell_dates(pa.array(values, pa.date32()), declared)


def _local(values: Sequence[Any], declared: ColumnType) -> pa.Array:
    return spell_moments(_instants(values, [timedelta()] * len(values), None), declared)


def _zoned(values: Sequence[Any], declared: ColumnType) -> pa.Array:
    return spell_moments(_instants(values, [value.utcoffset() or timedelta() for value in values], "UTC"), declared)


def _instants(values: Sequence[datetime], offsets: Sequence[timedelta], zone: str | None) -> Instants:
    """In whole numbers: a time of the year 1 or 9999 may be in another year in UTC, where Python has no time."""
    counts = [
        (plain.replace(tzinfo=None) - _EPOCH - offset, getattr(value, "nanosecond", 0))
        for value, plain, offset in zip(values, map(_plain, values), offsets, strict=True)
    ]
    seconds = np.array([passed.days * _DAY_S + passed.seconds for passed, _ in counts], np.int64)
    nanos = np.array([passed.microseconds * 1000 + more for passed, more in counts], np.int64)
    return Instants(seconds, nanos, np.ones(len(counts), np.bool_), zone)


def _plain(value: datetime) -> datetime:
    return value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value


def _text(value: Any, declared: ColumnType) -> str:  # noqa: ARG001 - as all writers
    return quoted(str.__str__(value))


def _integer(value: Any, declared: ColumnType) -> str:  # noqa: ARG001
    try:
        return int.__repr__(value)
    except ValueError as error:  # Python writes up to 4,300 digits
        raise Unwritable("a whole number of more than 4,300 digits") from error


def _float(value: Any, declared: ColumnType) -> str:
    if not math.isfinite(value):
        return _word(value)
    if isinstance(declared, Integer) and value.is_integer():
        return str(int(value))
    return float.__repr__(value)  # the fewest digits that identify it


def _decimal(value: Any, declared: ColumnType) -> str:
    if not value.is_finite():
        return _word(value)
    if isinstance(declared, Integer) and value.adjusted() < _FEW_DIGITS and value == value.to_integral_value():
        return str(int(value))
    return Decimal.__str__(value)


def _word(value: Any) -> str:
    return _NOT_A_NUMBER if math.isnan(value) else _ENDLESS[value < 0]


def _clock(value: Any, declared: ColumnType) -> str:
    """A time of day; with a zone as ISO 8601, which no type reads."""
    if value.tzinfo is None:
        return quoted(spell_times(pa.array([value], pa.time64("us")), declared)[0].as_py())
    return quoted(value.isoformat())


def _length(value: Any, declared: ColumnType) -> str:  # noqa: ARG001
    micros = abs(value) // timedelta(microseconds=1)
    seconds, fraction = divmod(micros, 1_000_000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    text += f".{fraction:06}" if fraction else ""
    return quoted(f"-{text}" if value < timedelta() else text)


def _nested(value: Any, declared: ColumnType) -> str:
    """An object or array is a text with its JSON."""
    try:
        text = _inner(value, declared)
    except RecursionError as error:
        raise Unwritable(f"a {type(value).__name__} that is nested too deep") from error
    return _NOT_A_NUMBER if text is None else quoted(text)


def _inner(value: Any, declared: ColumnType) -> str | None:
    """The JSON of a value within another; None where it has a number that is not JSON."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise Unwritable(f"a {type(value).__name__} with keys that are not text")
        inner = {key: _inner(each, declared) for key, each in value.items()}
        pairs = [f"{quoted(key)}: {each}" for key, each in inner.items() if each is not None]
        return f"{{{', '.join(pairs)}}}" if len(pairs) == len(inner) else None
    if isinstance(value, list | tuple):
        cells = [_inner(each, declared) for each in value]
        return None if None in cells else f"[{', '.join(cell for cell in cells if cell is not None)}]"
    if is_moment(value):
        return quoted(value.isoformat())
    text = as_json(value, _ANY)
    return None if text in (_NOT_A_NUMBER, *_ENDLESS) else text


def _other(value: Any, declared: ColumnType) -> str:
    """A value of a subclass, or of NumPy or pandas."""
    if value is pd.NaT or value is pd.NA:
        return "null"
    kind = value.dtype.kind if isinstance(value, np.generic) else None
    if kind == "f" and value.dtype.itemsize < _DOUBLE:
        if not np.isfinite(value):
            return _word(value)
        return _decimal(Decimal(spell_numbers(pa.array([value]), _ANY)[0].as_py()), declared)  # as short as its size
    if kind is not None and kind in "biu":
        return as_json(value.item(), declared)
    for base, write in _WRITERS.items():
        if isinstance(value, base) and base is not type(value):
            return write(value, declared)
    if isinstance(value, Mapping):
        return _nested(value, declared)
    raise Unwritable(type(value).__name__)


_ANY = Text()  # of a value within another one
_WRITERS: dict[type, Callable[[Any, ColumnType], str]] = {
    type(None): lambda value, declared: "null",  # noqa: ARG005
    str: _text,
    bool: lambda value, declared: "true" if value else "false",  # noqa: ARG005
    int: _integer,
    float: _float,
    Decimal: _decimal,
    UUID: lambda value, declared: quoted(str(value)),  # noqa: ARG005
    time: _clock,
    timedelta: _length,
    WrongCell: lambda value, declared: quoted(wrong_cell(value.what)),  # noqa: ARG005
    dict: _nested,
    list: _nested,
    tuple: _nested,
}
