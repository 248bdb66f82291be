"""Which currency the marks of a column's amounts are of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sluice.engine.types.numbers.currency import CODES, marks

_USUAL = ("USD", "EUR", "GBP", "JPY", "CHF", "INR", "SEK", "ZAR", "CNY")  # of several with one symbol the first


@dataclass(frozen=True)
class Currency:
    """A currency; `others` have the same symbols. `foreign` are marks of other currencies, with their counts."""

    code: str
    others: tuple[str, ...]
    foreign: tuple[tuple[str, int], ...]


def currency_of(found: Iterable[tuple[str, int, int]]) -> Currency | None:
    """The currency of most of the marks (text, count, line); None if most are not of a currency."""
    counts = {mark: count for mark, count, _ in found}
    if not counts:
        return None
    own = {code: {mark.casefold() for mark in marks(code)} for code in CODES}
    sums = {code: sum(n for mark, n in counts.items() if mark.casefold() in known) for code, known in own.items()}
    most = max(sums.values())
    if 2 * most <= sum(counts.values()):
        return None
    codes = sorted(code for code, total in sums.items() if total == most)
    code = next((each for each in _USUAL if each in codes), codes[0])
    foreign = tuple((mark, n) for mark, n in counts.items() if mark.casefold() not in own[code])
    return Currency(code, tuple(each for each in codes if each != code), foreign)
