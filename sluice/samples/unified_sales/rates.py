"""Exchange rates as an API answers them: in no order, several for a day, below zero, null, without a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from sluice.samples.chance import some
from sluice.samples.unified_sales.calendar import BEFORE_RATES, PAUSE, RATE_DAYS
from sluice.samples.unified_sales.planting import below, one_of

CODES = ("AUD", "EUR", "GBP", "JPY", "USD")
# Of each currency, besides its rates.
SECOND, NEGATIVE, NULL, DATELESS = 10, 20, 6, 3
# An invalid rate, on a day without another: code that uses it has a rate where there should be none.
TRAPS = (*BEFORE_RATES, *PAUSE)


class Rate(NamedTuple):
    """A rate as the API has it, in the order of its fields."""

    Currency_Code: str
    Exchange_Rate: float | None
    Date: str


def refusal(rate: Rate) -> str | None:
    """The code that a rate must be refused with, None for a good one."""
    if rate.Exchange_Rate is None or not rate.Date:
        return "missing"
    return "negative" if rate.Exchange_Rate < 0 else None


def days_with_several(rates: Iterable[Rate]) -> int:
    """How many days of a currency have more than one good rate."""
    days = Counter((rate.Currency_Code, rate.Date) for rate in rates if refusal(rate) is None)
    return sum(count > 1 for count in days.values())


def draw_rates(random: Random) -> list[Rate]:
    """All rates of the year; every currency has some on the same days."""
    drawn = [rate for code in CODES for rate in _of_one_currency(random, code)]
    return some(random, drawn, len(drawn))


def _of_one_currency(random: Random, code: str) -> list[Rate]:
    rates = [Rate(code, _worth(random), day.isoformat()) for day in RATE_DAYS]
    # an odd number of ten-thousandths: never what the other one of that day has
    rates += [Rate(code, _worth(random, 1), day.isoformat()) for day in some(random, RATE_DAYS, SECOND)]
    for n in range(NEGATIVE + NULL):
        day = one_of(random, TRAPS if n % 2 else RATE_DAYS)
        rates.append(Rate(code, None if n < NULL else -_worth(random), day.isoformat()))
    return rates + [Rate(code, _worth(random), "") for _ in range(DATELESS)]


def _worth(random: Random, odd: int = 0) -> float:
    return (2_000 + 2 * below(random, 6_500) + odd) / 10_000
