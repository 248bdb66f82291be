"""The text before and after an amount, found with numpy: a minus, and a currency's symbol, code or word."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sluice.engine.types.base import Int64s, Mask
from sluice.engine.types.cells import BLANK, Bytes
from sluice.engine.types.numbers.notation import Notation

_MINUS = ord("-")
_NO_BREAK = (0xC2, 0xA0)  # U+00A0 in UTF-8
_CASE = 0x20  # the bit that differs between upper-case and lower-case ASCII letters

# the bytes of a word, ASCII letters in lower case, and for each byte the bits to ignore
_Word = tuple[tuple[int, int], ...]


def without_mark_before(data: Bytes, starts: Int64s, ends: Int64s, notation: Notation) -> tuple[Int64s, Mask, Mask]:
    """Starts after `-`, `$`, `-$`, `$-` or `USD `; which had a minus, and which a mark.

    The start of an ambiguous cell is its end.
    """
    negative: Mask = data[starts] == _MINUS
    starts = starts + negative
    marked = np.zeros(len(starts), np.bool_)
    for word in _words(notation.marks):
        hit = _stands(data, starts, ends, word) & ~marked
        starts += len(word) * hit
        marked |= hit
        if marked.all():
            break
    if not marked.any():
        return starts, negative, marked
    first = data[starts]
    ambiguous = marked & (first == ord(notation.point))
    if ambiguous.any():
        # after a letter, a point may end a short word: see `Written`
        ambiguous &= data[starts - 1] >= ord("A")
    starts += marked & (first == BLANK) & (starts < ends)
    if (first == _NO_BREAK[0]).any():
        starts += 2 * (marked & (first == _NO_BREAK[0]) & (data[starts + 1] == _NO_BREAK[1]) & (starts < ends))
    minus = marked & ~negative & (data[starts] == _MINUS) & (starts < ends)
    return np.where(ambiguous, ends, starts + minus), negative | minus, marked


def without_mark_behind(data: Bytes, starts: Int64s, ends: Int64s, notation: Notation) -> Int64s:
    """Ends before `€`, ` €` or ` USD`."""
    marked = np.zeros(len(starts), np.bool_)
    for word in _words(notation.marks):
        at = np.maximum(ends - len(word), starts)
        hit = _stands(data, at, ends, word) & ~marked
        ends = ends - len(word) * hit
        marked |= hit
        if marked.all():
            break
    last = data[ends - 1]
    blank = (marked & (last == BLANK) & (ends > starts)).astype(np.int64)
    if (last == _NO_BREAK[1]).any():
        blank += 2 * (marked & (last == _NO_BREAK[1]) & (data[ends - 2] == _NO_BREAK[0]) & (ends > starts))
    bare: Int64s = ends - blank
    return bare


@lru_cache(maxsize=256)
def _words(marks: tuple[str, ...]) -> tuple[_Word, ...]:
    """The marks as bytes; a longer one before a shorter one that it begins or ends with."""
    return tuple(_word(mark) for mark in sorted(marks, key=len, reverse=True))


def _word(mark: str) -> _Word:
    cases = [_CASE if chr(byte).isascii() and chr(byte).isalpha() else 0 for byte in mark.encode()]
    return tuple((byte | case, case) for byte, case in zip(mark.encode(), cases, strict=True))


def _stands(data: Bytes, at: Int64s, ends: Int64s, word: _Word) -> Mask:
    """Which cells have `word` at `at`, before `ends`."""
    (byte, case), *others = word
    matches: Mask = ((data[at] | case) == byte) & (at + len(word) <= ends)
    if not others:
        return matches
    left = at if matches.all() else at[matches]
    same = np.ones(len(left), np.bool_)
    for place, (byte, case) in enumerate(others, 1):
        same &= (data[left + place] | case) == byte
    matches[matches] = same
    return matches
