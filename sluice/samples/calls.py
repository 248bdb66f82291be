"""Calls as the switches of a made-up network would log them: one clean call for each record number.

Every switch has its own customers and logs at most one call in `SLOT_S` seconds, so no two clean calls
share (call_date, customer_id), and nothing has to be remembered to keep keys unique.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

SWITCHES = 8
SLOT_S = 3
FIRST_CUSTOMER = 1001
CUSTOMERS_PER_SWITCH = 6_250
CENTS = 2_000
LONGEST_S = 3_600
FIRST_MINUTE = datetime(2022, 1, 1, 6, 0)  # noqa: DTZ001 - local time, as a switch writes it
DESTINATIONS = (
    *("Nairobi", "Mombasa", "Kisumu", "Nakuru", "Eldoret", "Thika", "Malindi", "Garissa"),
    *("Kampala", "Kigali", "Bujumbura", "Dodoma", "Dar es Salaam", "Arusha", "Juba", "Addis Ababa"),
    *("Lagos", "Accra", "Cairo", "London", "New York", "Dubai", "Mumbai", "Cape Town"),
)
# All choices of one call come out of one draw: random() is exact to 53 bits, these need 42.
DRAWS = CUSTOMERS_PER_SWITCH * CENTS * LONGEST_S * len(DESTINATIONS) * SLOT_S


class Call(NamedTuple):
    """A call's values, as they are to be in the table.

    `cost` is in ten-thousandths of a dollar, `destination` folded and NFC, `date` local time as text.
    """

    customer_id: int
    cost: int | None
    destination: str
    date: str
    duration_s: int | None


def draw_call(random: Callable[[], float], record: int) -> Call:
    """The clean call of a record number. Dates rise with it, but for a few seconds between switches."""
    slot, switch = divmod(record, SWITCHES)
    rest, customer = divmod(int(random() * DRAWS), CUSTOMERS_PER_SWITCH)
    rest, cents = divmod(rest, CENTS)
    rest, duration_s = divmod(rest, LONGEST_S)
    late_s, destination = divmod(rest, len(DESTINATIONS))
    minute, second = divmod(slot * SLOT_S + late_s, 60)
    return Call(
        FIRST_CUSTOMER + customer * SWITCHES + switch,
        cents * 100,
        DESTINATIONS[destination],
        f"{_minute(minute)}:{second:02d}",
        duration_s,
    )


@lru_cache(maxsize=16)
def _minute(minute: int) -> str:
    return (FIRST_MINUTE + timedelta(minutes=minute)).strftime("%Y-%m-%d %H:%M")
