"""How a column's numbers are written: the separators, the marks of a currency, the negatives of accounting.

`sluice.engine.types.numbers.amounts` reads what is written plainly in the declared notation. The pattern here is the
last word on everything else, one text at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import ColumnType
from sluice.engine.types.cells import NOT_ASCII, Cells
from sluice.errors import ConfigError

_POINTS = (".", ",")
_SEPARATORS = (",", ".", "'", " ", "_")
# How software writes the declared character where typography asks for another one.
_VARIANTS = {"'": ("\u2019",), " ": ("\u00a0", "\u202f")}
_MARK = r"[^\d\s.,+()-]+"
_WORD = re.compile(r"(?![.,'_\u2019-])[^\d\s,+()]+(?: [^\d\s,+()]+)*")
# What stands before and behind the digits, without marks; and whether that is a negative number.
_SIGNS = {("", ""): False, ("+", ""): False, ("-", ""): True, ("(", ")"): True, ("", "-"): True}


class Written(NamedTuple):
    """A number taken apart: digits before and behind the point (either may be none), and the marks beside it.

    It is `doubtful` with two marks, and where the point stands behind a letter: that ends a short word as often
    as it begins a fraction, and `Rs.500` is not 0.5.
    """

    negative: bool
    whole: str
    fraction: str
    marks: tuple[str, ...]
    doubtful: bool


@dataclass(frozen=True)
class Notation:
    """One notation of numbers.

    `thousands` ("" for none) stands between groups of three digits, of which the first does not begin with 0;
    `point` stands before the fraction. One of
    `marks` may stand before or behind the number, case ignored. With `accounting` a negative number may also
    stand in brackets or have its minus behind it.
    """

    thousands: str = ""
    point: str = "."
    accounting: bool = False
    marks: tuple[str, ...] = ()

    def check(self, declared: ColumnType) -> None:
        """Raises ConfigError where one text could mean two numbers, or the separators are none we know."""
        if self.point not in _POINTS:
            raise ConfigError(f"{declared}: point={self.point!r} is neither '.' nor ','.")
        check_thousands(self.thousands, declared)
        if self.thousands == self.point:
            raise ConfigError(
                f"{declared}: thousands and point are both {self.point!r}; declare the separator of thousands too,"
                " or thousands='' for none."
            )

    def cells(self, text: pa.Array) -> Cells:
        """The column's cells, with the declared separator in place of its typographic variants."""
        return separated_cells(text, self.thousands)

    def take_apart(self, text: str) -> Written | None:
        """The parts of a trimmed text, None for what is no number in this notation.

        The marks may be any words, and two: who asks decides what those that are not its own mean.
        """
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        opened, sign, inside, inner, tail, end = found.group("open", "sign", "inside", "inner", "tail", "end")
        negative = _SIGNS.get((opened + sign + inside + inner, tail + end))
        if negative is None:
            return None
        whole, fraction = found.group("whole", "fraction")
        marks = tuple(filter(None, found.group("before", "after"))) if self.marks else ()
        doubtful = len(marks) > 1 or (not whole and text[: found.start("whole")][-1:].isalpha())
        whole = whole.replace(self.thousands, "") if self.thousands else whole
        return Written(negative, whole, fraction or "", marks, doubtful)

    def own(self, mark: str) -> bool:
        """Whether a word is one of the marks."""
        return mark.casefold() in self._folded

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(mark.casefold() for mark in self.marks)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        point = re.escape(self.point)
        whole = rf"[0-9]+|(?={point}[0-9])"
        if self.thousands:
            whole = rf"{grouped(self.thousands)}|{whole}"
        before = after = ""
        if self.marks:
            own = sorted(map(re.escape, self.marks), key=len, reverse=True)
            mark = "|".join([*own, _MARK])
            before, after = rf"(?:(?P<before>{mark})[ \xa0]?)?", rf"(?:[ \xa0]?(?P<after>{mark}))?"
        opening, closing = (r"\(?", "[-)]?") if self.accounting else ("", "")
        return re.compile(
            rf"(?P<open>{opening})(?P<sign>[+-]?){before}(?P<inside>{opening})(?P<inner>[+-]?)(?P<whole>{whole})"
            rf"(?:{point}(?P<fraction>[0-9]+))?(?P<tail>{closing}){after}(?P<end>{closing})",
            re.IGNORECASE if self.marks else 0,
        )


def grouped(thousands: str) -> str:
    """The pattern of a number in groups. The first group does not begin with 0: `0,673` has a decimal comma."""
    return rf"[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})+"


def why_not(text: str, thousands: str) -> str:
    """The end of a sentence that says what a text is not: with the reason where the text begins a group with 0."""
    if not thousands or not re.search(rf"(?<![0-9])0[0-9]{{0,2}}{re.escape(thousands)}[0-9]", text):
        return "."
    advice = f" (is {thousands!r} its decimal point?)" if thousands in _POINTS else ""
    return f": a grouped number does not begin with 0{advice}."


def check_thousands(thousands: str, declared: ColumnType) -> None:
    """Raises ConfigError unless `thousands` is a separator that people use, or none."""
    if thousands not in ("", *_SEPARATORS):
        known = " ".join(map(repr, _SEPARATORS))
        raise ConfigError(f"{declared}: thousands={thousands!r} is not one of {known}, or '' for none.")


def check_words(words: tuple[str, ...], accounting: bool, declared: ColumnType) -> None:
    """Raises ConfigError for words that could be taken for a part of the number beside them."""
    for word in words:
        if not _WORD.fullmatch(word):
            raise ConfigError(
                f"{declared}: {word!r} is not a word to stand beside an amount; it begins with a letter or a symbol"
                " and has no digits, commas, signs or brackets."
            )
        if accounting and word.endswith("-"):
            raise ConfigError(f"{declared}: the end of {word!r} cannot be told from accounting's minus.")


def separated_cells(text: pa.Array, thousands: str) -> Cells:
    """See `Notation.cells`."""
    cells, variants = Cells.of(text), _VARIANTS.get(thousands, ())
    if not variants or not (cells.data >= NOT_ASCII).any():
        return cells
    for variant in variants:
        text = pc.replace_substring(text, variant, thousands)
    return Cells.of(text)
