"""Which formats of dates and times a column fits: every different day is read by the type itself.

Where day and month can be exchanged in every cell, a person has to choose. Where some cells fit only one order and
some only the other, the column is mixed: no format reads it, and the cells that fit both would be guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from sluice.engine.propose.evidence.column import PACKED, ColumnEvidence
from sluice.engine.propose.evidence.forms import Dated, form_of
from sluice.engine.propose.evidence.tally import Tally
from sluice.engine.types import Date
from sluice.engine.types.base import Mask
from sluice.engine.types.times.formats import likely_first_year

_CLOCK = re.compile(r"( |A|, )99?([:.])99(?:\2(99))?([.,]9{1,6})?")
_PACKED = {"9999": "%H%M", "999999": "%H%M%S"}
_HALVES, _UTC = {"AM", "PM"}, {"Z", "UTC", "GMT"}
_OFFSET = re.compile(r"Z|[+-]\d\d(?::?\d\d)?")
_LATER = 30  # years by which the other hundred begin later, where a year of two digits may be of either
_MANY = 10  # different days
_YEARS = range(1900, 2101)  # of dates without separators: other numbers of 8 digits are seldom in it


@dataclass(frozen=True)
class Order:
    """One order of day, month and year for the days of a structure: which of them it reads."""

    pattern: str
    valid: Mask
    days: tuple[date | None, ...]
    first_year: int | None = None


@dataclass(frozen=True)
class Structure:
    """All days of a column that are written in one structure, in every order that may be meant."""

    kind: str
    texts: tuple[str, ...]
    counts: np.ndarray[tuple[int], np.dtype[np.int64]]
    lines: tuple[int, ...]
    orders: tuple[Order, ...]

    def fits(self, order: Order) -> int:
        """The cells that an order reads."""
        return int(self.counts[order.valid].sum())

    @property
    def rows(self) -> int:
        return int(self.counts.sum())

    @cached_property
    def best(self) -> tuple[Order, ...]:
        """The orders that read the most cells."""
        most = max(self.fits(order) for order in self.orders)
        best = _likely([order for order in self.orders if self.fits(order) == most])
        return best[:1] if self.kind.startswith("Y") else best  # nobody writes year, day, month where the other fits

    def only(self, order: Order, other: Order) -> Mask:
        """The days that one order reads and the other does not."""
        only: Mask = order.valid & ~other.valid
        return only

    @property
    def zeros(self) -> Mask:
        """Days such as 0000-00-00, which stand for an empty value."""
        return np.array([not text.strip("0-/. ") for text in self.texts], np.bool_)

    def unread(self) -> str:
        """A day that the best order does not read; empty if it reads all."""
        read = self.best[0].valid | self.zeros
        return min((text for text, valid in zip(self.texts, read, strict=True) if not valid), default="")

    def example(self) -> int:
        """The place of a day that the orders read differently, else of any."""
        first, *others = self.orders
        differ = [i for i, each in enumerate(first.days) if any(o.days[i] != each for o in others)]
        return min(differ or range(len(self.texts)), key=lambda i: self.texts[i])


def structures_of(evidence: ColumnEvidence) -> list[Structure]:
    """The structures of a column's dates, the most frequent first."""
    found = [_structure(kind, days) for kind, days in evidence.days.items() if not days.full]
    return sorted((each for each in found if each), key=lambda each: (-each.rows, each.kind))


def _structure(kind: str, days: Tally) -> Structure | None:
    texts, counts, lines = (tuple(each) for each in zip(*days, strict=True))
    column = pa.array(texts, pa.string())
    orders = [order for pattern in _patterns(kind) for order in _orders(pattern, column, kind)]
    if "b" in kind and orders:
        most = max(int(order.valid.sum()) for order in orders)  # short names of months, or whole ones
        orders = [order for order in orders if int(order.valid.sum()) == most]
        orders = [order for order in orders if order.pattern == orders[0].pattern]
    return Structure(kind, texts, np.array(counts, np.int64), lines, tuple(orders)) if orders else None


def _orders(pattern: str, column: pa.Array, kind: str) -> list[Order]:
    """What a format reads of the days of a structure: nothing, or one order, or one for each century that may be meant.

    A year of two digits may be long ago or soon: 45 in a birthday is another year than in the end of a contract.
    """
    first = likely_first_year() if "%y" in pattern else None
    centuries = [first] if first is None else [first, first + _LATER]
    orders: list[Order] = []
    for first_year in centuries:
        values = Date(pattern, first_year=first_year).parse(column).values.to_pylist()
        if kind == "8":
            values = [day if day and day.year in _YEARS else None for day in values]
        valid = np.array([day is not None for day in values], np.bool_)
        if valid.any() and all(order.days != tuple(values) for order in orders):
            orders.append(Order(pattern, valid, tuple(values), first_year))
    return orders


def _likely(orders: list[Order]) -> tuple[Order, ...]:
    """Without those that take years for days: the same day of each month, in many dates."""
    many = [order for order in orders if len({day.day for day in order.days if day}) > 1]
    return tuple(many if many and len(orders[0].days) >= _MANY else orders)


def _patterns(kind: str) -> tuple[str, ...]:
    if kind == "8":
        return PACKED
    if kind.startswith("Y"):
        return tuple(order.replace("-", kind[1]) for order in ("%Y-%m-%d", "%Y-%d-%m"))
    if kind.startswith("d"):
        return tuple(f"%d{kind[1:-2]}%{month}{kind[1:-2]}%{kind[-1]}" for month in "bB")
    if kind.startswith("b"):
        return tuple(f"%{month}{kind[1:]} %d, %Y" for month in "bB")
    orders: tuple[str, ...] = ("%d-%m-%Y", "%m-%d-%Y")
    if kind.endswith("y"):
        orders = ("%d-%m-%y", "%m-%d-%y", *(("%y-%m-%d",) if kind[0] in "-/" else ()))
    return tuple(order.replace("-", kind[0]) for order in orders)


@dataclass(frozen=True)
class Clock:
    """What comes after the day in a format, and the cells that have it."""

    format: str
    cells: int


def clocks_of(evidence: ColumnEvidence, kind: str) -> tuple[list[Clock], list[str]]:
    """The times that follow the days of a structure, the most frequent first; and shapes that no format reads."""
    cells: dict[str, int] = {}
    unread: list[str] = []
    zones = [text for text, _, _ in evidence.zones]
    for shape, count, _ in evidence.shapes:
        dated = form_of(shape).dated
        if dated is None or dated.kind != kind:
            continue
        after = _formats(dated, zones)
        if after is None:
            unread.append(shape)
            continue
        for text in after:
            cells[text] = cells.get(text, 0) + count
    clocks = [Clock(text, count) for text, count in cells.items()]
    return sorted(clocks, key=lambda each: (-each.cells, each.format)), unread


def _formats(dated: Dated, zones: list[str]) -> list[str] | None:
    """The formats of what follows a day; None if there are none."""
    if not dated.time and not dated.zone:
        return [""]
    text = _PACKED.get(dated.time)
    if text is None:
        found = _CLOCK.fullmatch(dated.time)
        if found is None:
            return None
        between, mark, seconds, fraction = found.groups()
        behind = f"{fraction[0]}%f" if fraction else ""
        text = f"{between.replace('A', 'T')}%H{mark}%M{f'{mark}%S' if seconds else ''}{behind}"
    return _with_zones(text, zones) if dated.zone else [text]


def _with_zones(text: str, zones: list[str]) -> list[str] | None:
    """The formats of a time and what is behind it: AM or PM, a name of UTC, or an offset from it."""
    bare = {zone.strip().upper() for zone in zones}
    blanks = sorted({zone[: len(zone) - len(zone.lstrip())] for zone in zones})
    if bare and bare <= _HALVES:
        return [text.replace("%H", "%I") + blank + "%p" for blank in blanks]
    if bare and bare <= _UTC:
        return [text + zone for zone in zones]
    if bare and all(_OFFSET.fullmatch(zone) for zone in bare):
        return [text + blank + "%z" for blank in blanks]
    return None
