"""Other declarations of a column that may fit how its texts are written, the nearest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product

from sluice.engine.types import ColumnType, Date, Decimal, Duration, Integer, Money, Text, Timestamp
from sluice.engine.types.numbers.currency import CODES, marks
from sluice.engine.types.numbers.decimal import MAX_PRECISION
from sluice.engine.types.times.formats import likely_first_year
from sluice.errors import ConfigError

_DAYS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d%m%Y",
    "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_SHORT = ("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%y/%m/%d", "%d-%b-%y")
_CLOCKS = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H.%M", "%I:%M %p", "%I:%M:%S %p", "%H:%M%z", "%H:%M:%S%z", "%H:%M:%S.%f%z",
)  # fmt: skip
_SEPARATORS = ("", ".", ",", " ", "'", "_")
_FIRST = ("USD", "EUR", "GBP", "JPY", "CHF", "SEK")  # of currencies that share a sign
_MARK = re.compile(r"[^\d\s.,+()'_-]+")
_LOOKED_AT = 50


def other_types(kind: ColumnType, texts: Sequence[str], *, keep: bool) -> Iterator[ColumnType]:
    """Types near `kind`; with `keep` what it reads now must be read still, so formats are added, not replaced."""
    find = _FINDERS.get(type(kind))
    if find is not None:
        yield from find(kind, texts, keep)


def _dates(kind: Date, _: Sequence[str], keep: bool) -> Iterator[ColumnType]:
    before, first = (kind.formats, kind.first_year) if keep else ((), None)
    yield from (Date(*before, day, first_year=first) for day in _DAYS if day not in kind.formats)
    yield from (Date(*before, day, first_year=first or likely_first_year()) for day in _SHORT)
    if not keep:
        yield from (Timestamp(moment) for moment in _moments())


def _timestamps(kind: Timestamp, _: Sequence[str], keep: bool) -> Iterator[ColumnType]:
    before, first = (kind.formats, kind.first_year) if keep else ((), None)
    for each in (*_moments(), *_DAYS):
        if each not in kind.formats:
            tz = kind.tz if before or not each.endswith("%z") else "UTC"  # an offset needs no zone
            yield Timestamp(*before, each, tz=tz, first_year=first)


def _moments() -> list[str]:
    return [f"{day}{between}{clock}" for between, clock, day in product((" ", "T"), _CLOCKS, _DAYS)]


def _decimals(kind: Decimal, texts: Sequence[str], _: bool) -> Iterator[ColumnType]:
    yield from _notations(lambda thousands, point: replace(kind, thousands=thousands, point=point))
    yield from _notations(lambda thousands, point: replace(kind, thousands=thousands, point=point, accounting=True))
    yield from _sizes(kind)
    for code in _currencies(texts):
        yield from _notations(_money_maker(Money(code, kind.precision, kind.scale)))


def _moneys(kind: Money, texts: Sequence[str], _: bool) -> Iterator[ColumnType]:
    yield from _notations(lambda thousands, point: replace(kind, thousands=thousands, point=point))
    yield from _notations(lambda thousands, point: replace(kind, thousands=thousands, point=point, accounting=True))
    yield from _sizes(kind)
    for code in _currencies(texts):
        yield from _notations(_money_maker(replace(kind, currency=code)))


def _money_maker(kind: Money) -> Callable[[str, str], ColumnType]:
    return lambda thousands, point: replace(kind, thousands=thousands, point=point)


def _integers(kind: Integer, _: Sequence[str], __: bool) -> Iterator[ColumnType]:
    yield from (replace(kind, thousands=each) for each in _SEPARATORS if each != kind.thousands)
    yield from _notations(lambda thousands, point: Decimal(18, 2, thousands=thousands, point=point))


def _durations(kind: Duration, _: Sequence[str], __: bool) -> Iterator[ColumnType]:
    if not kind.minutes:
        yield Duration(minutes=True)


def _texts(kind: Text, texts: Sequence[str], _: bool) -> Iterator[ColumnType]:
    if kind.max_length is not None:
        yield replace(kind, max_length=max(map(len, texts)))


_FINDERS: dict[type, Callable[..., Iterator[ColumnType]]] = {
    Date: _dates,
    Timestamp: _timestamps,
    Decimal: _decimals,
    Money: _moneys,
    Integer: _integers,
    Duration: _durations,
    Text: _texts,
}


def _notations(make: Callable[[str, str], ColumnType]) -> Iterator[ColumnType]:
    for thousands, point in product(_SEPARATORS, (".", ",")):
        with suppress(ConfigError):
            yield make(thousands, point)


def _sizes(kind: Decimal | Money) -> Iterator[ColumnType]:
    """More digits behind the point, then before it."""
    for more in range(1, 9):
        if kind.precision + more <= MAX_PRECISION:
            yield replace(kind, precision=kind.precision + more, scale=kind.scale + more)
    for more in range(1, 13):
        if kind.precision + more <= MAX_PRECISION:
            yield replace(kind, precision=kind.precision + more)


def _currencies(texts: Sequence[str]) -> list[str]:
    """Currencies whose signs or codes are in the texts, one for each sign."""
    found = {mark.casefold() for text in texts[:_LOOKED_AT] for mark in _MARK.findall(text)}
    codes: list[str] = []
    for mark in sorted(found):
        of_mark = [code for code in (*_FIRST, *sorted(CODES - {*_FIRST})) if mark in map(str.casefold, marks(code))]
        codes += [code for code in of_mark[:1] if code not in codes]
    return codes
