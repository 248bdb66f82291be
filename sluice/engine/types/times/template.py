"""Templates such as `%Y-%m-%d %H:%M:%S`, read with numpy: every byte of every cell is checked.

Directives are those of strftime: %Y %y %m %b %B %d %H %I %p %M %S %f %z. A template has one or more byte layouts
(padded, and without leading zeros where that is unambiguous); a cell is compared with the layouts of its own length.
Every byte must be as in the layout.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sluice.engine.types.base import Int64s, Mask
from sluice.engine.types.cells import Bytes, Cells
from sluice.engine.types.times import words
from sluice.errors import ConfigError

Fields = dict[str, npt.NDArray[np.int32]]

_TWO = dict.fromkeys("ymdHIMS", (2,))
_WIDTHS = {"Y": (4,), **_TWO, "f": (6, 1, 2, 3, 4, 5, 7, 8, 9), **words.WIDTHS}
_SHORT = {"m": (2, 1), "d": (2, 1), "H": (2, 1), "I": (2, 1)}
_ZERO = ord("0")
_MICRO_DIGITS = 6
_WORDS = "bBp"
_KNOWN = "%Y %y %m %b %B %d %H %I %p %M %S %f %z"
MEANS = {"y": "Y", "b": "m", "B": "m", "I": "H"}
"""Directives that mean the same as another one."""


@dataclass(frozen=True)
class Layout:
    """One exact form of `length` bytes: fields (letter, offset, width) of digits or words, literals (offset, byte)."""

    length: int
    fields: tuple[tuple[str, int, int], ...]
    literals: tuple[tuple[int, int], ...]

    def read(self, cells: Cells, rows: Int64s) -> tuple[Int64s, Fields]:
        """Of `rows` (all as long as the layout) those that fit it, and the numbers in their fields.

        `%f` is given in microseconds whatever its width.
        """
        starts = cells.starts[rows]
        for offset, byte in self.literals[:1]:
            # cheap check: cells with other separators are dropped before the whole text is copied
            same = cells.data[starts + offset] == byte
            rows, starts = rows[same], starts[same]
        lanes = _lanes(cells.data, starts, self.length)
        fits = np.ones(len(rows), np.bool_)
        for offset, byte in self.literals[1:]:
            fits &= lanes[offset] == byte
        fields = Fields()
        for letter, offset, width in self.fields:
            field = lanes[offset : offset + width]
            if letter in words.READERS:
                fields[letter], fine = words.READERS[letter](field)
                fits &= fine
            else:
                field -= _ZERO
                fits &= (field <= 9).all(axis=0)
                fits &= ~field[_MICRO_DIGITS:].any(axis=0)  # of %f: what PostgreSQL cannot keep
        if not fits.all():
            rows, lanes = rows[fits], lanes[:, fits]
            fields = {letter: values[fits] for letter, values in fields.items()}
        numbers = {each[0]: _number(lanes, *each) for each in self.fields if each[0] not in fields}
        return rows, {_canonical(letter): values for letter, values in (fields | numbers).items()}


def _canonical(letter: str) -> str:
    """The letter under which a field is given: a month's name is its number."""
    return "m" if letter in "bB" else letter


def _lanes(data: Bytes, starts: Int64s, length: int) -> npt.NDArray[np.uint8]:
    """The cells as columns: shape (length, rows), lane i holds each cell's byte i."""
    whole = np.ndarray((len(data) - length + 1,), f"V{length}", data, strides=(1,))[starts]
    return np.ascontiguousarray(whole.view(np.uint8).reshape(len(starts), length).T)


def _number(lanes: npt.NDArray[np.uint8], letter: str, offset: int, width: int) -> npt.NDArray[np.int32]:
    value: npt.NDArray[np.int32] = lanes[offset].astype(np.int32)
    for place in range(offset + 1, offset + min(width, _MICRO_DIGITS)):
        value *= 10
        value += lanes[place]
    if letter == "f":
        value *= 10 ** max(_MICRO_DIGITS - width, 0)
    return value


@dataclass(frozen=True)
class Template:
    """A declared format and its layouts, the padded one first."""

    text: str
    layouts: tuple[Layout, ...]

    def read(self, cells: Cells) -> tuple[Mask, Fields]:
        """Which cells fit, and the fields of all cells (0 where a cell does not fit), as int32."""
        lengths, fits, fields = cells.lengths, np.zeros(len(cells.empty), np.bool_), Fields()
        present = set(np.flatnonzero(np.bincount(np.minimum(lengths, 255), minlength=256)).tolist())
        for layout in self.layouts:
            if layout.length not in present:
                continue
            rows, parsed = layout.read(cells, np.flatnonzero((lengths == layout.length) & ~cells.empty))
            fits[rows] = True
            for letter, values in parsed.items():
                if len(rows) == len(fits):
                    return fits, parsed
                fields.setdefault(letter, np.zeros(len(fits), np.int32))[rows] = values
        return fits, fields


@dataclass(frozen=True)
class _Piece:
    """A piece of a format: a directive's letter, or literal text (letter "")."""

    letter: str
    literal: str

    @property
    def digits_first(self) -> bool:
        """Whether a digit before it could be read as part of it."""
        return self.letter not in "bBpz" if self.letter else any(map(str.isdigit, (self.literal[0], self.literal[-1])))

    @property
    def digits_last(self) -> bool:
        """Whether a digit behind it could be read as part of it."""
        return self.letter == "z" or self.digits_first


@lru_cache(maxsize=256)
def template(text: str) -> Template:
    """Compile a format of directives and literals; each year, month, and so on at most once.

    `%m`, `%d`, `%H` and `%I` may come without leading zero where no other digits touch them; `%f` has 1 to 9
    digits, zeros behind the sixth, `%z` is `+02:00`, `+0200`, `+02` or `Z`. Raises ConfigError for any other directive.
    """
    pieces = [_piece(each) for each in re.findall(r"%.|%|[^%]+", text, re.DOTALL)]
    letters = [piece.letter for piece in pieces if piece.letter]
    for letter in letters:
        if letter not in _WIDTHS:
            raise ConfigError(f"Format {text!r}: %{letter} is not known; use {_KNOWN}.")
        if [MEANS.get(each, each) for each in letters].count(MEANS.get(letter, letter)) > 1:
            raise ConfigError(f"Format {text!r}: %{letter} is there twice, or beside another directive for the same.")
    widths = [_widths(pieces, place) for place in range(len(pieces))]
    return Template(text, tuple(_layout(pieces, chosen) for chosen in itertools.product(*widths)))


def _piece(text: str) -> _Piece:
    if text == "%%":
        return _Piece("", "%")
    return _Piece(text[1:] or "%", "") if text.startswith("%") else _Piece("", text)


def _widths(pieces: list[_Piece], place: int) -> tuple[int, ...]:
    """The widths a piece may have, in bytes."""
    piece = pieces[place]
    if not piece.letter:
        return (len(piece.literal.encode()),)
    before, after = pieces[max(place - 1, 0) : place], pieces[place + 1 : place + 2]
    if piece.letter in _WORDS:
        return _WIDTHS[piece.letter]
    touched = piece.digits_first and any(each.digits_last for each in before)
    if touched or any(each.digits_first for each in after):
        return _WIDTHS[piece.letter][:1]
    return _SHORT.get(piece.letter, _WIDTHS[piece.letter])


def _layout(pieces: list[_Piece], widths: tuple[int, ...]) -> Layout:
    fields, literals, offset = [], [], 0
    for piece, width in zip(pieces, widths, strict=True):
        if piece.letter:
            fields.append((piece.letter, offset, width))
        else:
            literals += list(enumerate(piece.literal.encode(), offset))
        offset += width
    return Layout(offset, tuple(fields), tuple(literals))
