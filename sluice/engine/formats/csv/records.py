"""Where records begin and end in a buffer of bytes, and on which physical line.

Lines end at LF, CR LF or a lone CR; records end at the line ends that are not inside quotes. A quote without a valid
closing quote opens nothing: its record ends with its line. An empty line is not a record. An undecided end of a buffer
(an open quote, a CR that may be half of a CR LF, a record without its line end) is decided with the bytes after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluice.engine.formats.csv.quotes import CR, LF, Fault, Positions, QuoteRules, find_quotes
from sluice.engine.formats.text.rules import Counted

_NO_FAULTS: tuple[Fault, ...] = ()


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


def line_end_mask(data: bytes, *, final: bool) -> npt.NDArray[np.bool_]:
    """True at the last byte of each line end. A CR as the very last byte counts only if `final`."""
    array = np.frombuffer(data, np.uint8)
    mask: npt.NDArray[np.bool_] = array == LF
    if b"\r" in data:
        lone = array == CR
        lone[:-1] &= ~mask[1:]
        if not final:
            lone[-1] = False
        mask |= lone
    return mask


def count_lines(data: bytes) -> int:
    """Physical lines in the last bytes of a file, or in whole lines; the last may lack its line end."""
    mask = line_end_mask(data, final=True)
    return int(np.count_nonzero(mask)) + bool(data and not mask[-1])


def count_records(data: bytes, rules: QuoteRules, *, final: bool) -> Counted:
    """Count the records; without quotes and CR at several GB/s, as no index is needed."""
    if b'"' in data or b"\r" in data:
        return index_records(data, rules, final=final).counted
    end = len(data) if final else data.rfind(b"\n") + 1
    if end == 0:
        return Counted(0, 0, 0)
    ends = np.frombuffer(data, np.uint8, end) == LF
    lines = int(np.count_nonzero(ends)) + (not ends[-1])
    blank = int(np.count_nonzero(ends[1:] & ends[:-1])) + bool(ends[0])
    return Counted(end, lines - blank, lines)


def index_records(data: bytes, rules: QuoteRules, *, final: bool) -> RecordIndex:
    """Index a buffer that begins with a record; `final` if it is the end of the file."""
    breaks = np.flatnonzero(line_end_mask(data, final=final))
    last, faults = breaks, _NO_FAULTS
    if b'"' in data:
        quotes = find_quotes(data, rules, final=final)
        last, faults = breaks[~quotes.inside(breaks)], quotes.faults
    ends, stops = last + 1, last - _second_of_two(data, last)
    if final and (ends[-1] if ends.size else 0) < len(data):
        ends, stops = np.append(ends, len(data)), np.append(stops, len(data))
    starts = np.empty_like(ends)
    starts[:1], starts[1:] = 0, ends[:-1]
    lines = np.searchsorted(breaks, starts)
    end = int(ends[-1]) if ends.size else 0
    all_lines = int(np.searchsorted(breaks, end)) + (end > 0 and data[end - 1] not in b"\r\n")
    keep = stops > starts
    faults = tuple(fault for fault in faults if fault.at < end)
    counted = Counted(end, int(np.count_nonzero(keep)), all_lines, not faults)
    return RecordIndex(starts[keep], stops[keep], ends[keep], lines[keep], counted, faults)


def _second_of_two(data: bytes, breaks: Positions) -> npt.NDArray[np.bool_]:
    """Which line ends are the LF of a CR LF."""
    if b"\r" not in data:
        return np.zeros(breaks.size, np.bool_)
    array = np.frombuffer(data, np.uint8)
    second: npt.NDArray[np.bool_] = (array[breaks] == LF) & (breaks > 0) & (array[breaks - 1] == CR)
    return second
