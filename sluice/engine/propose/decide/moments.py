"""Dates and times: the type for a column whose shapes have days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from sluice.engine.propose.decide.dates import Clock, Order, Structure, clocks_of, structures_of
from sluice.engine.propose.decide.reading import Decision, Reading, share
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.types import Date, Integer, Text, Timestamp
from sluice.engine.types.base import ColumnType

_SLIPS = 0.01  # of the days fit only the other order of day and month: typing errors; more is a mixture
_SURE = 5  # different days without separators that are all dates: then they are not numbers by chance
_NAMED = ("date", "day", "datum", "dob", "birth", "fecha", "data", "dato")
_MOST_FORMATS = 4


def moments(evidence: ColumnEvidence, wanted: int) -> Decision | None:
    """The proposal, if most of the column's cells have a date. Two readings where day and month can be exchanged."""
    structures = [each for each in structures_of(evidence) if 20 * each.rows > wanted or not each.best[1:]]
    if not structures or any(each.kind == "8" and not _is_date(each) for each in structures):
        return None
    mixed = [each for each in structures if _is_mixed(each)]
    if mixed:
        return _text(mixed[0])
    clocks = {each.kind: clocks_of(evidence, each.kind)[0] for each in structures}
    if not any(clocks.values()):
        return None
    fits = sum(min(each.fits(each.best[0]), sum(clock.cells for clock in clocks[each.kind])) for each in structures)
    zeros = sum(int(each.counts[each.zeros].sum()) for each in structures)
    many = max(len(each.best) for each in structures)
    readings = [_reading(structures, clocks, at) for at in range(many)]
    if structures[0].kind == "8" and not _is_sure(evidence, structures[0]):
        readings.append(Reading(Integer(), "a number"))
    notes = _notes(structures, clocks, many)
    padded = len({len(text) for each in structures for text in each.texts}) == 1 and len(evidence.shapes) == 1
    exact = padded and len(structures) == 1 and many == 1
    unread = min(filter(None, (each.unread() for each in structures)), default="")
    nulls = tuple(_zeros(structures, clocks)) if zeros else ()
    return Decision(tuple(readings), fits + zeros, tuple(notes), nulls, exact=exact, unread=unread)


def _zeros(structures: list[Structure], clocks: dict[str, list[Clock]]) -> Iterator[str]:
    """Cells such as `0000-00-00 00:00:00`, which stand for an empty value."""
    for each in structures:
        for text in (text for text, zero in zip(each.texts, each.zeros, strict=True) if zero):
            for clock in clocks[each.kind]:
                yield text + re.sub("%[HMS]", "00", clock.format).replace("%f", "0")


def _is_date(structure: Structure) -> bool:
    """Whether numbers of eight digits are dates: all of them have to be."""
    return structure.fits(structure.best[0]) == structure.rows


def _is_sure(evidence: ColumnEvidence, structure: Structure) -> bool:
    return len(structure.texts) >= _SURE or any(word in evidence.name.casefold() for word in _NAMED)


def _is_mixed(structure: Structure) -> bool:
    if len({order.pattern for order in structure.orders}) < 2 or structure.kind == "8":
        return False
    first, second = _two(structure)
    one, other = (int(structure.counts[structure.only(*pair)].sum()) for pair in ((first, second), (second, first)))
    return min(one, other) > _SLIPS * structure.rows


def _two(structure: Structure) -> tuple[Order, Order]:
    """The two orders of day and month that read the most days."""
    one_each = {order.pattern: order for order in structure.orders}
    first, second, *_ = sorted(one_each.values(), key=lambda order: -structure.fits(order))
    return first, second


def _text(structure: Structure) -> Decision:
    """Text, because days and months are in both orders."""
    first, second = _two(structure)
    parts, seen = [], []
    for order, other in ((first, second), (second, first)):
        only = structure.only(order, other)
        at = min((i for i in range(len(structure.texts)) if only[i]), key=lambda i: structure.texts[i])
        part = share(int(structure.counts[only].sum()), structure.rows)
        parts.append(f"{part} only {order.pattern} ({structure.texts[at]})")
        seen.append(f"only {order.pattern}: {structure.texts[at]} on line {structure.lines[at]:,}")
    both = share(int(structure.counts[first.valid & second.valid].sum()), structure.rows)
    best = structure.best[0]
    rejects = f"{best.pattern} would reject {structure.rows - structure.fits(best):,} rows and guess others"
    note = f"MIXED: {', '.join(parts)}, {both} either; {rejects}"
    return Decision((Reading(Text()),), structure.rows, (note,), seen=tuple(seen))


def _reading(structures: list[Structure], clocks: dict[str, list[Clock]], at: int) -> Reading:
    """The type with the order of number `at` where there are several."""
    orders = [each.best[min(at, len(each.best) - 1)] for each in structures]
    formats = [
        order.pattern + clock.format
        for each, order in zip(structures, orders, strict=True)
        for clock in clocks[each.kind]
    ]
    timed = any(clock.format for each in structures for clock in clocks[each.kind])
    first_year = next((order.first_year for order in orders if order.first_year), None)
    kind: ColumnType = (Timestamp if timed else Date)(*formats[:_MOST_FORMATS], first_year=first_year)
    open_one = next((each for each in structures if len(each.best) > 1), None)
    return Reading(kind, _meaning(open_one, orders[structures.index(open_one)]) if open_one else "")


def _meaning(structure: Structure, order: Order) -> str:
    at = structure.example()
    day = order.days[at]
    assert day is not None  # noqa: S101 - orders to choose from read every day
    return f"{structure.texts[at]} is {day.day} {day:%B} {day.year}"


def _notes(structures: list[Structure], clocks: dict[str, list[Clock]], many: int) -> list[str]:
    notes = []
    first = structures[0]
    if len(first.orders) > 1 and many == 1 and not first.kind.startswith("Y"):
        notes.append(", ".join(f"{order.pattern} fits {share(first.fits(order), first.rows)}"
                               for order in sorted(first.orders, key=lambda each: -first.fits(each))))  # fmt: skip
    days: list[date] = [day for each in structures for day in each.best[0].days if day]
    notes.append(f"{min(days)} to {max(days)}" if many == 1 else "day and month can be exchanged in every row")
    times = [clock for each in structures for clock in clocks[each.kind] if clock.format]
    if times and all(clock.format[-1:] in "SMfp" for clock in times):
        notes.append("no zone: read as UTC")
    return notes
