"""What a shape may be: a number, also with a mark such as a currency's or an exponent, a date and time, a duration.

A shape may be several of these: `99999999` is a number, and may be a date without separators.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MARK = r"(?:[Aa]{1,5}\$?|\$|[^\x00-\x7f]{1,3})"
_DIGITS = r"[09][9]*(?:[.,'_ \u00a0\u202f\u2019]9+)*|[.,]9+"
_NUMBER = re.compile(
    rf"[(]?[+-]?(?P<before>{_MARK}[. ]?)?[(]?[+-]?(?P<digits>{_DIGITS})-?[)]?(?P<after>[ \u00a0]?(?:{_MARK}))?[)-]?"
)
_EXPONENT = re.compile(r"[+-]?(?:[09]*[.,][09]*[Aa][+-]?|[09]+[Aa][+-])[09]+")  # 12E4 is rather a code
_WORD = "[Aa]{3,9}"  # a month's name: May to September
_DAY = (
    r"(?P<day>9{4}(?P<first>[-/. ])99?(?P=first)99?|99?(?P<last>[-/. ])99?(?P=last)(?:9{4}|99)|9{8}(?![.,:])"
    rf"|99?(?P<gap>[-/. ]?){_WORD}(?P=gap)(?P<year>9{{4}}|99)|(?P<month>{_WORD})(?P<stop>\.?) 99?, 9{{4}})"
)
_TIME = (
    r"(?:(?P<between> |A|, )(?P<clock>99?(?::99(?::99(?:[.,]9{1,9})?)?|\.99\.99(?:[.,]9{1,9})?))|(?P<packed>9{4}|9{6}))"
)
_DATED = re.compile(rf"{_DAY}(?:{_TIME}(?P<zone> ?(?:[Aa]{{1,5}}|[+-]99(?::?99)?))?)?")
_CLOCK = re.compile(r"9{1,4}:99(?::99(?:\.9{1,6})?)?(?: ?[Aa]{2})?")
_LONGEST = 64
_WHOLE_YEAR = 4
_NO_DIGITS = re.compile(r"[^0-9.,'_ ()+-]+")  # in ASCII


@dataclass(frozen=True)
class Dated:
    """A shape with a date: its first `length` characters, of the structure `kind`.

    `kind` is `Y` and the separator where the year is first, the separator and `Y` where it is last, the separator and
    `y` for a year of two digits, `8` without separators. With a month's name it is `d`, the separator, `b` and `Y` or
    `y`; where the name is first `b` and what follows it. `time` is the shape of what comes between date and zone.
    """

    kind: str
    length: int
    time: str
    zone: int  # where a zone begins; 0 without one


@dataclass(frozen=True)
class Form:
    """What one shape may be."""

    number: bool
    marked: bool
    exponent: bool
    dated: Dated | None
    clock: bool

    @property
    def odd(self) -> bool:
        """Whether it is none of these: a word, a code, free text."""
        return not (self.number or self.exponent or self.dated or self.clock)


@lru_cache(maxsize=1 << 14)
def form_of(shape: str) -> Form:
    """What a shape may be."""
    if len(shape) > _LONGEST:
        return Form(number=False, marked=False, exponent=False, dated=None, clock=False)
    number = _NUMBER.fullmatch(shape)
    marked = number is not None and bool(number["before"] or number["after"])
    clock = _CLOCK.fullmatch(shape.replace("0", "9")) is not None
    return Form(number is not None, marked, _EXPONENT.fullmatch(shape) is not None, _dated(shape), clock)


@lru_cache(maxsize=1 << 14)
def mark_of(shape: str) -> tuple[int, int] | None:
    """The first character of the mark of a number, counted from 0, and the one behind it; None if it is in pieces, or
    the shape is not ASCII, so that its characters have no fixed places."""
    found = _NO_DIGITS.findall(shape) if shape.isascii() else []
    if len(found) != 1:
        return None
    start = shape.index(found[0])
    return start, start + len(found[0])


def _dated(shape: str) -> Dated | None:
    found = _DATED.fullmatch(shape.replace("0", "9"))
    if found is None:
        return None
    first, last = found["first"], found["last"]
    year = "Y" if first or found["day"].endswith("9999") else "y"
    kind = f"Y{first}" if first else f"{last}{year}" if last else "8"
    if found["year"]:
        kind = f"d{found['gap']}b{'Y' if len(found['year']) == _WHOLE_YEAR else 'y'}"
    elif found["month"]:
        kind = f"b{found['stop']}"
    zone = found.start("zone") if found["zone"] else 0
    end = zone or len(shape)
    return Dated(kind, len(found["day"]), shape[len(found["day"]) : end], zone)
