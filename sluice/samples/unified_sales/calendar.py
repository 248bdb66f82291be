"""The days of a made-up year: when there are exchange rates, and on which days something is sold.

Rates begin late and pause in summer. What is sold then has no rate (`missing`) or only one that is too old (`stale`):
nothing is sold while it is debatable which, so any tolerance from 3 to 30 days gives the same states.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from sluice.samples.unified_sales.planting import one_of

RATES_EVERY_DAYS = 3


def _days(first: date, last: date, step: int = 1) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range(0, (last - first).days + 1, step))


BEFORE_RATES = _days(date(2023, 1, 1), date(2023, 1, 19))
PAUSE = _days(date(2023, 6, 4), date(2023, 8, 14))
IN_PAUSE = _days(date(2023, 7, 8), date(2023, 8, 14))
RATE_DAYS = (
    *_days(date(2023, 1, 20), date(2023, 6, 1), RATES_EVERY_DAYS),
    *_days(date(2023, 8, 15), date(2023, 12, 31), RATES_EVERY_DAYS),
)
WITH_RATES = (*_days(date(2023, 1, 20), date(2023, 6, 1)), *_days(date(2023, 8, 15), date(2023, 12, 31)))

RATE_STATES = ("ok", "stale", "missing", "no_date")
# What is planted in the dates of events: the days, and in sales how they are written.
DAYS = {"none": 32, "before_rates": 25, "in_pause": 12}
FORMATS = {"slash": 5, "dash": 6, "slash_either_way": 12, "dash_either_way": 14}
SPELLINGS = {"slash": "%d/%m/%Y", "dash": "%m-%d-%Y"}


def draw_day(random: Random, kind: str | None, spelling: str = "") -> date | None:
    """The day of an event; `..._either_way` is one that reads as another day when day and month are swapped."""
    if kind == "none":
        return None
    days: Sequence[date] = {"before_rates": BEFORE_RATES, "in_pause": IN_PAUSE}.get(kind or "", WITH_RATES)
    if spelling.endswith("_either_way"):
        days = [day for day in days if day.day <= 12 and day.day != day.month]
    return one_of(random, days)


def spelled(day: date | None, spelling: str = "") -> str:
    """The day as this source writes it; ISO unless said otherwise, empty where there is none."""
    if day is None:
        return ""
    form = SPELLINGS.get(spelling.removesuffix("_either_way"))
    return day.isoformat() if form is None else day.strftime(form)


def rate_state(day: date | None) -> str:
    """What becomes of the rate of an event on that day."""
    if day is None:
        return "no_date"
    if day < RATE_DAYS[0]:
        return "missing"
    return "stale" if day in PAUSE else "ok"
