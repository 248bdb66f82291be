"""Where records begin and end in a buffer of bytes, and on which physical line.

Lines end at LF, CR LF or a lone CR; records end at the line ends that are not inside quotes and not
escaped. A quote without a valid closing quote opens nothing: its record ends with its line. An empty line is not a
record. An undecided end of a buffer (an open quote, a CR that may be half of a CR LF, a record without its line end) is
decided with the bytes after it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluice.engine.formats.csv.escapes import escape_faults, hidden
from sluice.engine.formats.csv.quotes import CR, LF, Fault, Positions, QuoteRules, Quotes, find_quotes, places_of_few
from sluice.engine.formats.text.rules import Counted

Mask = npt.NDArray[np.bool_]

_NO_FAULTS: tuple[Fault, ...] = ()
_FEW = 512  # bytes for each quote or blank line: if there are fewer, they are looked at one by one
_NEAR = 1 << 9
_BLOCK = 1 << 18  # bytes whose masks fit the processor's cache


@dataclass(frozen=True)
class RecordIndex:
    """The records of a buffer: record i is `[starts[i]:stops[i]]`, and with its line end `[starts[i]:ends[i]]`.

    `lines[i]` is its first physical line, counted from 0 at the start of the buffer. `faults` are those of
    their quotes.
    """

    starts: Positions
    stops: Positions
    ends: Positions
    lines: Positions
    counted: Counted
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Ends:
    """Line ends of a buffer as masks over its bytes: an index of its records would cost five times as much.

    `lines` is True at the last byte of each line end, `records` where that is not inside quotes, and `blank` at the
    first byte of the line end of each blank line.
    """

    lines: Mask
    records: Mask
    blank: Mask
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, data: bytes, rules: QuoteRules, *, final: bool) -> Ends:
        """The line ends of a buffer that begins with a record; `final` if it is the end of the file."""
        records = lines = line_end_mask(data, final=final)
        faults = _NO_FAULTS
        if not rules.without_signs(data):
            plain = hidden(data, rules)
            quotes = find_quotes(plain.data, rules, final=final)
            outside = lines if plain.data is data else line_end_mask(plain.data, final=final)
            records, faults = _outside(outside, quotes), quotes.faults
            if plain.at.size:
                faults = _in_order(faults + escape_faults(data, plain, quotes, rules, final=final))
        first = lines | (np.frombuffer(data, np.uint8) == CR) if b"\r" in data else lines
        blank = np.empty_like(first)
        blank[:1] = first[:1]
        np.logical_and(first[1:], records[:-1], out=blank[1:])
        return cls(lines, records, blank, faults)

    def count(self, data: bytes, *, final: bool) -> Counted:
        """The whole records, and the physical lines of these and of blank lines."""
        last = _behind_last(self.records)
        end = len(data) if final else last
        ended = lines = int(np.count_nonzero(self.records))
        records = ended - int(np.count_nonzero(self.blank[:end])) + (end > last)
        if self.lines is not self.records:
            lines = int(np.count_nonzero(self.lines[:end]))
        lines += end > 0 and data[end - 1] not in b"\r\n"
        return Counted(end, records, lines, all(fault.at >= end for fault in self.faults))

    def record_lines(self, records: int) -> Positions:
        """The first physical line of each of so many records, counted from 0: more than its number for each blank
        line and each line break inside quotes before it."""
        odd = self.blank if self.records is self.lines else self.blank | (self.lines ^ self.records)
        places = places_of_few(odd)
        if not places.size:
            return np.arange(records)
        blank = self.blank[places]
        before = self._ends_before(places) - np.cumsum(blank) + 1  # the number of the first record behind it
        more = np.bincount(before, minlength=records + 1)[:records]
        return np.arange(records) + np.cumsum(more)

    def _ends_before(self, places: Positions) -> Positions:
        """How many line ends that are not inside quotes are before each of the places."""
        if places.size * _FEW > self.records.size:
            return np.searchsorted(np.flatnonzero(self.records), places)
        borders = [0, *places.tolist()]
        between = [np.count_nonzero(self.records[a:b]) for a, b in itertools.pairwise(borders)]
        return np.cumsum(between, dtype=np.int64)


def _in_order(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.at))


def _outside(lines: Mask, quotes: Quotes) -> Mask:
    """The line ends that are not inside quotes."""
    if quotes.edges.size * _FEW > lines.size:
        breaks = np.flatnonzero(lines)
        outside = np.zeros(lines.size, np.bool_)
        outside[breaks[~quotes.inside(breaks)]] = True
        return outside
    outside, edges = lines.copy(), quotes.edges.tolist()
    for opening, closing in itertools.zip_longest(edges[0::2], edges[1::2]):
        outside[opening:closing] = False
    return outside


def _behind_last(mask: Mask) -> int:
    """The place behind the last True; 0 if there is none."""
    for stop in range(mask.size, 0, -_NEAR):
        start = max(stop - _NEAR, 0)
        found = np.flatnonzero(mask[start:stop])
        if found.size:
            return start + int(found[-1]) + 1
    return 0


def line_end_mask(data: bytes, *, final: bool) -> Mask:
    """True at the last byte of each line end. A CR as the very last byte counts only if `final`."""
    array = np.frombuffer(data, np.uint8)
    mask: Mask = array == LF
    if b"\r" in data:
        lone = array == CR
        lone[:-1] &= ~mask[1:]
        if not final:
            lone[-1] = False
        mask |= lone
    return mask


def count_lines(data: bytes) -> int:
    """Physical lines in the last bytes of a file, or in whole lines; the last may lack its line end."""
    if b"\r" in data:
        ends = int(np.count_nonzero(line_end_mask(data, final=True)))
    else:
        array = np.frombuffer(data, np.uint8)
        ends = sum(int(np.count_nonzero(array[at : at + _BLOCK] == LF)) for at in range(0, len(data), _BLOCK))
    return ends + (data[-1:] not in (b"", b"\r", b"\n"))


def count_records(data: bytes, rules: QuoteRules, *, final: bool) -> Counted:
    """Count the records; at several GB/s, as no index is needed."""
    return Ends.of(data, rules, final=final).count(data, final=final)


def record_lines(data: bytes, rules: QuoteRules, *, longest: int) -> Positions | None:
    """The first line of each record, counted from 0, of whole records up to the end of a file or part.

    None if there is a fault in the quotes, or if a record may be longer than `longest` bytes.
    """
    found, at, line, block_bytes = [np.zeros(0, np.int64)], 0, 0, min(_BLOCK, longest)
    while at < len(data):
        final = at + block_bytes >= len(data)
        block = data[at : at + block_bytes]
        ends = Ends.of(block, rules, final=final)
        counted = ends.count(block, final=final)
        if not counted.sound or not counted.end:
            return None
        found.append(ends.record_lines(counted.records) + line)
        at += counted.end
        line += counted.lines
    return np.concatenate(found)


def index_records(data: bytes, rules: QuoteRules, *, final: bool) -> RecordIndex:
    """Index a buffer that begins with a record; `final` if it is the end of the file."""
    found = Ends.of(data, rules, final=final)
    counted = found.count(data, final=final)
    breaks = np.flatnonzero(found.lines)
    which = np.flatnonzero(found.records[breaks])
    last = breaks[which]
    ends, stops = last + 1, last - _second_of_two(hidden(data, rules).data, last)
    if (ends[-1] if ends.size else 0) < counted.end:
        ends, stops = np.append(ends, counted.end), np.append(stops, counted.end)
    starts, lines = (np.append(0, behind)[: ends.size] for behind in (ends, which + 1))
    keep = stops > starts
    faults = tuple(fault for fault in found.faults if fault.at < counted.end)
    return RecordIndex(starts[keep], stops[keep], ends[keep], lines[keep], counted, faults)


def _second_of_two(data: bytes, breaks: Positions) -> npt.NDArray[np.bool_]:
    """Which line ends are the LF of a CR LF."""
    if b"\r" not in data:
        return np.zeros(breaks.size, np.bool_)
    array = np.frombuffer(data, np.uint8)
    second: npt.NDArray[np.bool_] = (array[breaks] == LF) & (breaks > 0) & (array[breaks - 1] == CR)
    return second
