"""Where quoted text begins and ends, and where quotes are not as they have to be.

A quote opens a quoted field only at the start of a field; inside, two quotes are one; behind the closing quote
come blanks at most, and the field ends. What breaks this is a fault, and no well-formed file has one:

- text behind the closing quote (`"ab"c`): it belongs to the field, and the row goes on as Python's csv module has it;
- a quote that is never closed, or closed on a later line with text behind it, opens nothing: its record ends with its
  line, so that no later line is lost in it;
- a quote in an unquoted field (`5" pipe`) is a character like others, and a fault only where that is declared;
- where it is declared that no value has line breaks, a quote is closed on its line or not at all.

Where all is well, every second quote of a buffer closes, and numpy sees that at 1 GB/s. Otherwise one regular
expression walks from quoted field to quoted field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]

QUOTE, LF, CR = 34, 10, 13
UNCLOSED, TEXT_AFTER, BARE = "unclosed_quote", "text_after_quote", "bare_quote"
_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True)
class QuoteRules:
    """What ends a field, whether a quote in an unquoted field is a fault, and whether quoted text has line breaks."""

    delimiter: str
    strict: bool = False
    line_breaks: bool = True


@dataclass(frozen=True)
class Fault:
    """A fault by its code, and the byte where its field's quote stands."""

    at: int
    code: str


@dataclass(frozen=True)
class Quotes:
    """Of a buffer: opening and closing quotes in turn, and the faults, both in the order of their positions.

    An odd number of edges: the last quote is still open where the buffer ends, which is not the end of the file. A
    doubled quote may show up as a closing and an opening one.
    """

    edges: Positions
    faults: tuple[Fault, ...] = ()

    def inside(self, positions: Positions) -> npt.NDArray[np.bool_]:
        """Which of the positions (none of them a quote) lie between an opening and its closing quote."""
        return (np.searchsorted(self.edges, positions) & 1).astype(np.bool_)


def find_quotes(data: bytes, rules: QuoteRules, *, final: bool) -> Quotes:
    """Look at a buffer that starts where a record starts; `final` if no byte follows it in the file."""
    array = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(array == QUOTE)
    if marks.size == 0:
        return Quotes(marks)
    if _every_second_closes(array, marks, rules.delimiter) and not (final and marks.size % 2):
        plain = Quotes(marks)
        if rules.line_breaks or not plain.inside(np.flatnonzero((array == LF) | (array == CR))).any():
            return plain
    found = walk_quotes(data, rules, final=final)
    return Quotes(found.edges, _with_bare(found, marks)) if rules.strict else found


def walk_quotes(data: bytes, rules: QuoteRules, *, final: bool) -> Quotes:
    """The same field by field, and without quotes in unquoted fields. No doubled quote shows up."""
    edges: list[int] = []
    faults: list[Fault] = []
    at: int | None = 0
    while at is not None:
        start, at = at, None
        for field in _quoted_field(rules.delimiter).finditer(data, start):
            first, behind = field.start(), field.end("close")
            bad = field["well"] is None and (behind >= 0 or final)
            if bad or not rules.line_breaks:
                line_end = _LINE_END.search(data, first, behind if behind >= 0 else len(data))
                if line_end is not None or (bad and behind < 0):
                    faults.append(Fault(first, UNCLOSED))
                    at = None if line_end is None else line_end.end()
                    break
                faults += [Fault(first, TEXT_AFTER)] if bad else []
            edges += (first, behind - 1) if behind >= 0 else (first,)
    return Quotes(np.array(edges, np.int64), tuple(faults))


def _with_bare(found: Quotes, marks: Positions) -> tuple[Fault, ...]:
    """The faults, and every quote that neither opens nor closes nor stands in quoted text."""
    before = np.searchsorted(found.edges, marks, side="right")
    closes = np.isin(marks, found.edges[1::2])
    known = {fault.at for fault in found.faults}
    bare = [Fault(at, BARE) for at in marks[(before % 2 == 0) & ~closes].tolist() if at not in known]
    return tuple(sorted([*found.faults, *bare], key=lambda fault: fault.at))


def _every_second_closes(array: Bytes, marks: Positions, delimiter: str) -> bool:
    """Whether the first, third... quotes all open: at the start of a field, or doubling the one before.

    And whether the others close: at the end of a field, or doubled, or where the buffer ends. Then from an opening
    quote to the next one everything is text, and from a closing quote to the next one nothing is quoted.
    """
    opening, closing = marks[0::2], marks[1::2]
    borders = _borders(delimiter)
    doubled = opening[1:] - 1 == closing[: opening.size - 1]
    opens = borders[array[opening - 1]]
    opens[1:] |= doubled
    opens[0] |= opening[0] == 0
    if not opens.all():
        return False
    closes = borders[array[np.minimum(closing + 1, array.size - 1)]]
    closes[: doubled.size] |= doubled
    if closing.size:
        closes[-1] |= closing[-1] == array.size - 1
    return bool(closes.all())


@cache
def _borders(delimiter: str) -> npt.NDArray[np.bool_]:
    """Which bytes may stand on both sides of a field."""
    return np.isin(np.arange(256), [LF, CR, ord(delimiter)])


@cache
def _quoted_field(delimiter: str) -> re.Pattern[bytes]:
    # The quote comes before the look-behind: so the search for it runs at the speed of memchr.
    sign = re.escape(delimiter.encode())
    blanks = rb"[ ]*+" if delimiter == "\t" else rb"[ \t]*+"
    starts_field = rb'"(?<![^%b\r\n]")' % sign
    closes = rb'(?P<close>")(?P<well>(?=%b(?:[%b\r\n]|\Z)))?' % (blanks, sign)
    return re.compile(starts_field + rb'[^"]*+(?:""[^"]*+)*+(?:' + closes + rb"|\Z)")
