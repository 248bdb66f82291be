"""How a column's numbers are written: the separators, the marks of a currency, the negatives of accounting.

`sluice.engine.types.numbers.amounts` reads the common forms in the declared notation. The pattern here decides
everything else, one text at a time.
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
# typographic variants of the declared character
_VARIANTS = {"'": ("\u2019",), " ": ("\u00a0", "\u202f")}
_MARK = r"[^\d\s.,+()-]+"
_WORD = re.compile(r"(?![.,'_\u2019-])[^\d\s,+()]+(?: [^\d\s,+()]+)*")
# what may be before and after the digits, without marks; and whether that is a negative number
_SIGNS = {("", ""): False, ("+", ""): False, ("-", ""): True, ("(", ")"): True, ("", "-"): True}


class Written(NamedTuple):
    """The parts of a number: digits before and after the point (either may be empty), and its marks.

    It is `ambiguous` with two marks, and where the point follows a letter: that ends an abbreviation as often as it
    begins a fraction, and `Rs.500` is not 0.5.
    """

    negative: bool
    whole: str
    fraction: str
    marks: tuple[str, ...]
    ambiguous: bool


@dataclass(frozen=True)
class Notation:
    """One notation of numbers.

    `thousands` ("" for none) separates groups of three digits, of which the first does not begin with 0; `point` is
    before the fraction. One of `marks` may be before or after the number, case ignored. With `accounting` a negative
    number may also be in brackets or have its minus after it.
    """

    thousands: str = ""
    point: str = "."
    accounting: bool = False
    marks: tuple[str, ...] = ()

    def check(self, declared: ColumnType) -> None:
        """Raises ConfigError where one text could mean two numbers, or for an unknown separator."""
        if self.point not in _POINTS:
            raise ConfigError(f"{declared}: point={self.point!r} is neither '.' nor ','.")
        check_thousands(self.thousands, declared)
        if self.thousands == self.point:
            raise ConfigError(
                f"{declared}: thousands and point are both {self.point!r}; declare the separator of thousands too,"
                " or thousands='' for none."
            )

    def cells(self, text: pa.Array) -> Cells:
        """The column's cells, with typographic variants of the separator replaced by the declared one."""
        return separated_cells(text, self.thousands)

    def take_apart(self, text: str) -> Written | None:
        """The parts of a trimmed text, None if it is not a number in this notation.

        The marks may be any words, and two: the caller decides about marks that are not its own.
        """
        match = self._pattern.fullmatch(text)
        if match is None:
            return None
        opened, sign, inside, inner, tail, end = match.group("open", "sign", "inside", "inner", "tail", "end")
        negative = _SIGNS.get((opened + sign + inside + inner, tail + end))
        if negative is None:
            return None
        whole, fraction = match.group("whole", "fraction")
        marks = tuple(filter(None, match.group("before", "after"))) if self.marks else ()
        ambiguous = len(marks) > 1 or (not whole and text[: match.start("whole")][-1:].isalpha())
        whole = whole.replace(self.thousands, "") if self.thousands else whole
        return Written(negative, whole, fraction or "", marks, ambiguous)

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
    """The end of a reject's reason: explains a first group that begins with 0."""
    if not thousands or not re.search(rf"(?<![0-9])0[0-9]{{0,2}}{re.escape(thousands)}[0-9]", text):
        return "."
    advice = f" (is {thousands!r} its decimal point?)" if thousands in _POINTS else ""
    return f": a grouped number does not begin with 0{advice}."


def check_thousands(thousands: str, declared: ColumnType) -> None:
    """Raises ConfigError unless `thousands` is a known separator or empty."""
    if thousands not in ("", *_SEPARATORS):
        separators = " ".join(map(repr, _SEPARATORS))
        raise ConfigError(f"{declared}: thousands={thousands!r} is not one of {separators}, or '' for none.")


def check_words(words: tuple[str, ...], accounting: bool, declared: ColumnType) -> None:
    """Raises ConfigError for words that could be read as part of the number next to them."""
    for word in words:
        if not _WORD.fullmatch(word):
            raise ConfigError(
                f"{declared}: {word!r} cannot be a mark of an amount: it must begin with a letter or a symbol"
                " and have no digits, commas, signs or brackets."
            )
        if accounting and word.endswith("-"):
            raise ConfigError(f"{declared}: the end of {word!r} could be read as accounting's minus.")


def separated_cells(text: pa.Array, thousands: str) -> Cells:
    """See `Notation.cells`."""
    cells, variants = Cells.of(text), _VARIANTS.get(thousands, ())
    if not variants or not (cells.data >= NOT_ASCII).any():
        return cells
    for variant in variants:
        text = pc.replace_substring(text, variant, thousands)
    return Cells.of(text)
