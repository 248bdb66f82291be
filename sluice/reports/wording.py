"""Numbers and dates as a page shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
_LETTERS = {12: "T", 9: "G", 6: "M", 3: "k"}


def whole(number: int | None) -> str:
    """1234567 -> 1,234,567."""
    return NOTHING if number is None else f"{number:,}".replace("-", MINUS)


def things(number: int, one: str) -> str:
    """`1 file`, `2 files`."""
    return f"{whole(number)} {one}{'' if number == 1 else 's'}"


def money(amount: Decimal | float | None) -> str:
    """An amount with two digits: 1234.5 -> 1,234.50."""
    return NOTHING if amount is None else f"{amount:,.2f}".replace("-", MINUS)


def percent(share: Decimal | float | None) -> str:
    """A share of 1 as percent with one digit: 0.125 -> 12.5 %."""
    return NOTHING if share is None else f"{share * 100:.1f}\N{NO-BREAK SPACE}%".replace("-", MINUS)


def brief(amount: Decimal | int) -> str:
    """A round number on an axis: 2500 -> 2.5k."""
    exact = Decimal(amount)
    for power, letter in _LETTERS.items():
        if abs(exact) >= 10**power:
            return f"{exact.scaleb(-power).normalize():f}{letter}"
    return f"{exact.normalize():f}"


def month(first: date | None) -> str:
    """A month by its first day: 2023-04."""
    return NOTHING if first is None else f"{first:%Y-%m}"
