"""Customers as an API answers them: few names for many, ages missing or at an edge, words that stand for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from sluice.samples.unified_sales.calendar import RATE_DAYS
from sluice.samples.unified_sales.planting import below, one_of, planted

NAMES = ("Asha Temba", "Bruno Falk", "Celia Duarte", "Dov Lindqvist", "Enis Okello", "Zoë O'Malley")
GENDERS = ("Female", "Male", "Non-binary")
LOCATIONS = ("Kigali", "Lisbon", "Oslo", "Quito")
# What is planted, as it is written, and how often: one in so many customers.
ODD_AGES: dict[int | str | None, int] = {None: 40, "": 60} | dict.fromkeys((0, 17, 18, 30, 31, 100, 101, 120), 200)
UNLISTED_GENDER = "Femle"  # no other spelling of a word, but a mistake
ODD_GENDERS = {"": 4, "female": 100, "MALE": 100, "F": 100, "m": 100, UNLISTED_GENDER: 100}
ODD_LOCATIONS = {"Unknown": 6, "": 33}
NOT_JOINED = {"": 60}


class Customer(NamedTuple):
    """A customer as the API has it, in the order of its fields."""

    Customer_ID: int
    Customer_Name: str
    Age: int | str | None
    Gender: str
    Location: str
    Date_Joined: str


def draw_customers(random: Random, count: int) -> Iterator[Customer]:
    """Customers 1 to `count`."""
    ages, genders = planted(random, count, ODD_AGES), planted(random, count, ODD_GENDERS)
    locations, not_joined = planted(random, count, ODD_LOCATIONS), planted(random, count, NOT_JOINED)
    for n in range(count):
        joined = one_of(random, RATE_DAYS).replace(year=2020 + below(random, 3)).isoformat()
        yield Customer(
            n + 1,
            one_of(random, NAMES),
            ages[n] if n in ages else 16 + below(random, 75),
            genders[n] if n in genders else one_of(random, GENDERS),
            locations[n] if n in locations else one_of(random, LOCATIONS),
            not_joined.get(n, joined),
        )
