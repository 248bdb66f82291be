"""Where quoted text begins and ends, and faults in quotes.

A quote opens a quoted field only at the start of a field; inside, two quotes are one; after the closing quote only
blanks may follow before the field ends. Other cases are faults, which a well-formed file does not have:

- text after the closing quote (`"ab"c`): it belongs to the field, and the row continues as in Python's csv module;
- a quote that is never closed, or closed on a later line with text after it, opens nothing: its record ends with its
  line, so that no later line is lost in it;
- a quote in an unquoted field (`5" pipe`) is an ordinary character, and a fault only with `strict_quotes`;
- with `line_breaks=False`, a quote is closed on its line or not at all.

In a well-formed buffer every second quote closes, without those in unquoted fields: numpy verifies that at 1 GB/s.
Otherwise one regular expression goes from quoted field to quoted field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from sluice.engine.declare.sources.files import QUOTE

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]

LF, CR = 10, 13
UNCLOSED, TEXT_AFTER, BARE = "unclosed_quote", "text_after_quote", "bare_quote"
_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True)
class QuoteRules:
    """The delimiter, whether a quote in an unquoted field is a fault, and whether a value may have line breaks.

    `quote` is None where no character is one; `escape` makes the character behind it a part of the value.
    """

    delimiter: str
    strict: bool = False
    line_breaks: bool = True
    quote: str | None = QUOTE
    escape: str | None = None

    def without_signs(self, data: bytes) -> bool:
        """Whether a buffer has neither quotes nor escapes."""
        return not any(sign is not None and sign.encode() in data for sign in (self.quote, self.escape))


@dataclass(frozen=True)
class Fault:
    """The code of a fault, and the byte of its field's quote."""

    at: int
    code: str


@dataclass(frozen=True)
class Quotes:
    """The quotes of a buffer: alternating opening and closing quotes, and the faults, both in order of position.

    With an odd number of edges the last quote is still open at the end of the buffer, which is not the end of the file.
    A doubled quote may be listed as a closing and an opening one.
    """

    edges: Positions
    faults: tuple[Fault, ...] = ()

    def inside(self, positions: Positions) -> npt.NDArray[np.bool_]:
        """Which of the positions (none of them a quote) are between an opening and its closing quote."""
        return (np.searchsorted(self.edges, positions) & 1).astype(np.bool_)


def find_quotes(data: bytes, rules: QuoteRules, *, final: bool) -> Quotes:
    """The quotes of a buffer that begins with a record; `final` if it is the end of the file."""
    if rules.quote is None:
        return Quotes(np.zeros(0, np.int64))
    array = np.frombuffer(data, np.uint8)
    marks = places_of_few(array == ord(rules.quote))
    if marks.size == 0:
        return Quotes(marks)
    edges = _plain_edges(array, marks, rules)
    if edges is not None and not (final and edges.size % 2):
        plain = Quotes(edges)
        if rules.line_breaks or not plain.inside(np.flatnonzero((array == LF) | (array == CR))).any():
            return plain
    quotes = walk_quotes(data, rules, final=final)
    return Quotes(quotes.edges, _with_bare(quotes, marks)) if rules.strict else quotes


def places_of_few(mask: npt.NDArray[np.bool_]) -> Positions:
    """As `np.flatnonzero`, and faster where few bytes are True: eight are looked at together."""
    whole = mask.size // 8
    eights = np.flatnonzero(mask[: whole * 8].view(np.uint64) != 0)
    if eights.size * 32 > whole:
        return np.flatnonzero(mask)
    near = np.append((eights[:, None] * 8 + np.arange(8)).ravel(), np.arange(whole * 8, mask.size))
    return near[mask[near]]


def walk_quotes(data: bytes, rules: QuoteRules, *, final: bool) -> Quotes:
    """The same field by field, without quotes in unquoted fields and doubled quotes."""
    edges: list[int] = []
    faults: list[Fault] = []
    at: int | None = 0 if rules.quote is not None else None
    while at is not None:
        start, at = at, None
        for field in _quoted_field(rules.delimiter, rules.quote or QUOTE).finditer(data, start):
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


def _with_bare(quotes: Quotes, marks: Positions) -> tuple[Fault, ...]:
    """The faults, and every quote that neither opens nor closes nor is inside quoted text."""
    before = np.searchsorted(quotes.edges, marks, side="right")
    closes = np.isin(marks, quotes.edges[1::2])
    listed = {fault.at for fault in quotes.faults}
    bare = [Fault(at, BARE) for at in marks[(before % 2 == 0) & ~closes].tolist() if at not in listed]
    return tuple(sorted([*quotes.faults, *bare], key=lambda fault: fault.at))


def _plain_edges(array: Bytes, marks: Positions, rules: QuoteRules) -> Positions | None:
    """The marks if every second closes; or those that do so without the quotes in unquoted fields. Else None."""
    if _every_second_closes(array, marks, rules.delimiter):
        return marks
    if rules.strict:
        return None
    neither = ~borders(rules.delimiter) & (np.arange(256) != ord(rules.quote or QUOTE))
    bare = neither[array[marks - 1]] & neither[array[np.minimum(marks + 1, array.size - 1)]] & (marks > 0)
    edges, within = marks[~bare], marks[bare]
    if not edges.size or not _every_second_closes(array, edges, rules.delimiter):
        return None
    return None if Quotes(edges).inside(within).any() else edges


def _every_second_closes(array: Bytes, marks: Positions, delimiter: str) -> bool:
    """Whether the first, third... quotes all open: at the start of a field, or doubling the one before.

    And whether the others close: at the end of a field, or doubled, or at the end of the buffer. Then the bytes from an
    opening quote to the next quote are quoted text, and those from a closing quote to the next are not.
    """
    opening, closing = marks[0::2], marks[1::2]
    border = borders(delimiter)
    doubled = opening[1:] - 1 == closing[: opening.size - 1]
    opens = border[array[opening - 1]]
    opens[1:] |= doubled
    opens[0] |= opening[0] == 0
    if not opens.all():
        return False
    closes = border[array[np.minimum(closing + 1, array.size - 1)]]
    closes[: doubled.size] |= doubled
    if closing.size:
        closes[-1] |= closing[-1] == array.size - 1
    return bool(closes.all())


@cache
def borders(delimiter: str) -> npt.NDArray[np.bool_]:
    """Which bytes may be on both sides of a field."""
    return np.isin(np.arange(256), [LF, CR, ord(delimiter)])


@cache
def _quoted_field(delimiter: str, quote: str) -> re.Pattern[bytes]:
    # the quote is before the look-behind, so that the search for it has the speed of memchr
    sign, mark = re.escape(delimiter.encode()), re.escape(quote.encode())
    blanks = rb"[ ]*+" if delimiter == "\t" else rb"[ \t]*+"
    starts_field = rb"%b(?<![^%b\r\n]%b)" % (mark, sign, mark)
    closes = rb"(?P<close>%b)(?P<well>(?=%b(?:[%b\r\n]|\Z)))?" % (mark, blanks, sign)
    inside = rb"[^%b]*+(?:%b[^%b]*+)*+" % (mark, mark * 2, mark)
    return re.compile(starts_field + inside + rb"(?:" + closes + rb"|\Z)")
