"""Which notations of numbers a column's shapes fit, and whether two of them give different numbers.

`1,234` alone may be 1234 or 1.234. Where every cell can be read in two ways, other columns of the file decide if they
have a decimal mark; otherwise a person does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_VARIANTS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2019": "'"})
_MARK = r"(?:[Aa]{1,5}\$?|\$|[^\x00-\x7f]{1,3})"


class Written(NamedTuple):
    """A shape in one notation: digits before and after the point, and what else it has."""

    whole: int
    fraction: int
    zero: bool  # a zero before other digits of a whole number
    plus: bool
    accounting: bool
    marked: bool


@dataclass(frozen=True, order=True)
class Notation:
    """The separator of thousands and the decimal mark; plain ones sort first."""

    rank: int
    thousands: str
    point: str


NOTATIONS = tuple(
    Notation(rank, thousands, point)
    for rank, (thousands, point) in enumerate(
        [("", "."), ("", ","), (",", "."), (".", ","), (" ", ","), ("'", "."), (" ", "."), ("'", ","), ("_", ".")]
    )
)


@dataclass(frozen=True)
class Numbers:
    """A notation that fits, and what the numbers have in it. `fits` are the cells, `zeros` those with leading zeros."""

    notation: Notation
    fits: int
    whole: int
    fraction: int
    zeros: int
    plus: int
    accounting: bool
    grouped: bool
    different: str = ""  # a shape that another notation reads as another number


def readings_of(shapes: Iterable[tuple[str, int]], *, marks: bool) -> list[Numbers]:
    """The notations that read the most cells: one for each different result. `marks`: of a currency are allowed."""
    shapes = list(shapes)
    found: dict[tuple[object, ...], tuple[int, Notation]] = {}
    for notation in NOTATIONS:
        read = [(_read(shape, notation, marks), count) for shape, count in shapes]
        fits = sum(count for each, count in read if each)
        meaning = tuple((each.fraction, bool(each.marked)) if each else None for each, _ in read)
        if fits and meaning not in found:
            found[meaning] = fits, notation
    most = max((fits for fits, _ in found.values()), default=0)
    best = {meaning: notation for meaning, (fits, notation) in found.items() if fits == most}
    return [_numbers(shapes, notation, marks, _different(shapes, best)) for notation in sorted(best.values())]


def _different(shapes: Sequence[tuple[str, int]], best: dict[tuple[object, ...], Notation]) -> str:
    meanings = list(best)
    for at, (shape, _) in enumerate(shapes):
        if len({meaning[at] for meaning in meanings}) > 1:
            return shape
    return ""


def _numbers(shapes: Sequence[tuple[str, int]], notation: Notation, marks: bool, different: str) -> Numbers:
    read = [(shape, each, count) for shape, count in shapes if (each := _read(shape, notation, marks))]
    separated = [shape.translate(_VARIANTS) for shape, _, _ in read if notation.thousands]
    return Numbers(
        notation,
        fits=sum(count for _, _, count in read),
        whole=max(each.whole for _, each, _ in read),
        fraction=max(each.fraction for _, each, _ in read),
        zeros=sum(count for _, each, count in read if each.zero),
        plus=sum(count for _, each, count in read if each.plus),
        accounting=any(each.accounting for _, each, _ in read),
        grouped=any(notation.thousands in shape for shape in separated),
        different=different,
    )


@lru_cache(maxsize=1 << 14)
def _read(shape: str, notation: Notation, marks: bool) -> Written | None:
    if notation.thousands in (" ", "'"):
        shape = shape.translate(_VARIANTS)
    found = _pattern(notation, marks).fullmatch(shape)
    if found is None:
        return None
    opened, closed = found["open"] or found["inside"], ")" in (found["tail"], found["end"])
    minus_behind = "-" in (found["tail"], found["end"])
    signs = f"{found['sign']}{found['inner']}"
    if bool(opened) != closed or len(signs) + bool(opened) + minus_behind > 1:
        return None
    whole = found["whole"]
    digits = whole.replace(notation.thousands, "") if notation.thousands else whole
    zero = len(digits) > 1 and digits.startswith("0") and not found["fraction"]
    marked = marks and bool(found["before"] or found["after"])
    accounting = bool(opened) or minus_behind
    return Written(len(digits), len(found["fraction"] or ""), zero, "+" in signs, accounting, marked)


@lru_cache(maxsize=64)
def _pattern(notation: Notation, marks: bool) -> re.Pattern[str]:
    point, separator = re.escape(notation.point), re.escape(notation.thousands)
    grouped = rf"9{{1,3}}(?:{separator}9{{3}})+|" if separator else ""
    before, after = (
        (rf"(?P<before>{_MARK}[ \u00a0]?)?", rf"(?P<after>[ \u00a0]?{_MARK})?")
        if marks
        else ("(?P<before>)", "(?P<after>)")
    )
    return re.compile(
        rf"(?P<open>\(?)(?P<sign>[+-]?){before}(?P<inside>\(?)(?P<inner>[+-]?)"
        rf"(?P<whole>{grouped}[09]9*|(?={point}9))(?:{point}(?P<fraction>[09]+))?(?P<tail>[-)]?){after}(?P<end>[-)]?)"
    )
