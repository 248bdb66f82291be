"""Escape characters: each makes the next character a part of the value, in quotes and outside of them.

For the rules of quotes and line ends, an escape and the character behind it are replaced by letters, in a copy of the
same length. A value of `\\N` is empty. Faults, which are rejects: an escape before another letter or a digit, as
programs do not agree on what that means, and one with nothing behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluice.engine.formats.csv.quotes import CR, LF, Bytes, Fault, Positions, QuoteRules, Quotes, borders
from sluice.errors import PermanentError

UNKNOWN, DANGLING = "unknown_escape", "dangling_escape"
_LETTER, _NULL = ord("x"), ord("N")
_WORD = np.array([chr(byte).isalnum() and byte < 0x80 for byte in range(256)])
_UNUSED = (*range(1, 9), *range(14, 32), 127)  # bytes that text hardly ever has


@dataclass(frozen=True)
class Hidden:
    """A buffer with letters in the place of escapes and of what is behind them, and where the escapes are."""

    data: bytes
    at: Positions


def hidden(data: bytes, rules: QuoteRules) -> Hidden:
    """The buffer without the effect of its escapes; the same bytes if there are none."""
    if rules.escape is None or rules.escape.encode() not in data:
        return Hidden(data, np.zeros(0, np.int64))
    array = np.frombuffer(data, np.uint8)
    at = _places(array, ord(rules.escape))
    masked = array.copy()
    masked[at] = _LETTER
    behind = at[at + 1 < array.size] + 1
    # without line breaks a line end stays one
    masked[behind if rules.line_breaks else behind[~_is_line_end(array[behind])]] = _LETTER
    return Hidden(masked.tobytes(), at)


def escape_faults(data: bytes, found: Hidden, quotes: Quotes, rules: QuoteRules, *, final: bool) -> tuple[Fault, ...]:
    """The faults of the escapes of a buffer that begins with a record; `final` if it is the end of the file."""
    if not found.at.size:
        return ()
    array, at = np.frombuffer(data, np.uint8), found.at
    behind = array[np.minimum(at + 1, array.size - 1)]
    last = at == array.size - 1
    dangling = last & final
    if not rules.line_breaks:
        dangling |= ~last & _is_line_end(behind)
    unknown = ~last & _WORD[behind]
    unknown[unknown] = ~_is_null(data, found, at[unknown], quotes, rules)
    codes = [(each, DANGLING) for each in at[dangling].tolist()] + [(each, UNKNOWN) for each in at[unknown].tolist()]
    return tuple(Fault(each, code) for each, code in sorted(codes))


def readable(data: bytes, quotes: Quotes, found: Hidden, rules: QuoteRules) -> tuple[bytes, str | None]:
    """Records without a fault, with values of `\\N` as quoted empty values, and the quote to read them with."""
    if not found.at.size or rules.escape is None or f"{rules.escape}N".encode() not in data:
        return data, rules.quote
    nulls = found.at[_is_null(data, found, found.at, quotes, rules)]
    if not nulls.size:
        return data, rules.quote
    sign = rules.quote or _unused(data, rules)
    array = np.frombuffer(data, np.uint8).copy()
    array[nulls] = array[nulls + 1] = ord(sign)
    return array.tobytes(), sign


def _is_null(data: bytes, found: Hidden, at: Positions, quotes: Quotes, rules: QuoteRules) -> npt.NDArray[np.bool_]:
    """Which escapes begin a value of `\\N`: without quotes, and with nothing before and behind it."""
    array, masked = np.frombuffer(data, np.uint8), np.frombuffer(found.data, np.uint8)
    border, last = borders(rules.delimiter), array.size - 1
    begins = (at == 0) | border[masked[at - 1]]
    ends = (at + 1 >= last) | border[masked[np.minimum(at + 2, last)]]
    is_n = array[np.minimum(at + 1, last)] == _NULL
    nulls: npt.NDArray[np.bool_] = begins & ends & is_n & (at < last) & ~quotes.inside(at)
    return nulls


def _places(array: Bytes, escape: int) -> Positions:
    """Where the escapes are: of escapes in a row every second one is escaped."""
    at = np.flatnonzero(array == escape)
    order = np.arange(at.size)
    first = np.maximum.accumulate(np.where(np.diff(at, prepend=-2) > 1, order, 0))
    escapes: Positions = at[(order - first) % 2 == 0]
    return escapes


def _is_line_end(octets: Bytes) -> npt.NDArray[np.bool_]:
    ends: npt.NDArray[np.bool_] = (octets == LF) | (octets == CR)
    return ends


def _unused(data: bytes, rules: QuoteRules) -> str:
    """A character that the data do not have, to be a quote where none is declared."""
    for byte in _UNUSED:
        if byte not in data and chr(byte) not in (rules.delimiter, rules.escape):
            return chr(byte)
    raise PermanentError("Text with every control character, without a declared quote, cannot be read; declare one.")
