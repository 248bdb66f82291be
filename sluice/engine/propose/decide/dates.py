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

_CLOCK = re.compile(r"( |A|, )(99?:99)(:99)?([.,]9{1,6})?")
_PACKED = {"9999": "%H%M", "999999": "%H%M%S"}
_YEARS = range(1900, 2101)  # of dates without separators: other numbers of 8 digits are seldom in it


@dataclass(frozen=True)
class Order:
    """One order of day, month and year for the days of a structure: which of them it reads."""

    pattern: str
    valid: Mask
    days: tuple[date | None, ...]


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
        best = tuple(order for order in self.orders if self.fits(order) == most)
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
    """The structures of a column's dates, the most frequent first. Of years with two digits no type reads any."""
    found = [_structure(kind, days) for kind, days in evidence.days.items() if not days.full and not kind.endswith("y")]
    return sorted((each for each in found if each), key=lambda each: (-each.rows, each.kind))


def _structure(kind: str, days: Tally) -> Structure | None:
    texts, counts, lines = (tuple(each) for each in zip(*days, strict=True))
    column = pa.array(texts, pa.string())
    orders = []
    for pattern in _patterns(kind):
        read = Date(pattern).parse(column).values
        values = read.to_pylist()
        if kind == "8":
            values = [day if day and day.year in _YEARS else None for day in values]
        valid = np.array([day is not None for day in values], np.bool_)
        if valid.any():
            orders.append(Order(pattern, valid, tuple(values)))
    return Structure(kind, texts, np.array(counts, np.int64), lines, tuple(orders)) if orders else None


def _patterns(kind: str) -> tuple[str, ...]:
    if kind == "8":
        return PACKED
    if kind.startswith("Y"):
        return tuple(order.replace("-", kind[1]) for order in ("%Y-%m-%d", "%Y-%d-%m"))
    return tuple(order.replace("-", kind[0]) for order in ("%d-%m-%Y", "%m-%d-%Y"))


@dataclass(frozen=True)
class Clock:
    """What comes after the day in a format, and the cells that have it. `tz` is the zone of a constant offset."""

    format: str
    cells: int
    tz: str = "UTC"


def clocks_of(evidence: ColumnEvidence, kind: str) -> tuple[list[Clock], list[str]]:
    """The times that follow the days of a structure, the most frequent first; and shapes that no format reads."""
    clocks: dict[str, Clock] = {}
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
        for text, tz in after:
            before = clocks.get(text)
            clocks[text] = Clock(text, count + (before.cells if before else 0), tz)
    return sorted(clocks.values(), key=lambda each: (-each.cells, each.format)), unread


def _formats(dated: Dated, zones: list[str]) -> list[tuple[str, str]] | None:
    """The formats of what follows a day, each with its zone; None if there are none."""
    if not dated.time and not dated.zone:
        return [("", "UTC")]
    text = _PACKED.get(dated.time)
    if text is None:
        found = _CLOCK.fullmatch(dated.time)
        if found is None:
            return None
        between, _, seconds, fraction = found.groups()
        behind = f"{fraction[0]}%f" if fraction else ""
        text = f"{between.replace('A', 'T')}%H:%M{':%S' if seconds else ''}{behind}"
    if not dated.zone:
        return [(text, "UTC")]
    offsets = [(zone, _zone(zone)) for zone in zones]
    if not offsets or any(tz is None for _, tz in offsets) or len({tz for _, tz in offsets}) > 1:
        return None
    return [(text + zone, tz or "UTC") for zone, tz in offsets]


def _zone(text: str) -> str | None:
    """The time zone of what is behind a time: UTC, or that of an offset of whole hours."""
    bare = text.strip().upper()
    if bare in ("Z", "UTC", "GMT"):
        return "UTC"
    found = re.fullmatch(r"([+-])(\d\d)(?::?00)?", bare)
    if found is None or int(found[2]) > 12:
        return None
    hours = int(found[2])
    # the names of these zones have the opposite sign: Etc/GMT-2 is two hours east of Greenwich
    return f"Etc/GMT{'-' if found[1] == '+' else '+'}{hours}" if hours else "UTC"
