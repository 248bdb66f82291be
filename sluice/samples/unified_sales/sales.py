"""Sales as branches write them: three ways to write a date, prices below zero or missing, odd quantities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from sluice.samples.unified_sales.calendar import DAYS, FORMATS, draw_day, spelled
from sluice.samples.unified_sales.planting import below, money, planted

SALES_HEADER = "Transaction_ID,Product_ID,Quantity,Price,Transaction_Date\r\n"
PRICES = {"negative": 8, "empty": 22}
QUANTITIES = {-1: 110, 0: 330, 1_000: 140}
UNKNOWN = {"product": 4}
ENTERED_AGAIN = {"sale": 100}
UNKNOWN_PRODUCTS = 5


class Sale(NamedTuple):
    """A sale; its price in cents. `spelling` is how its date is written."""

    transaction_id: int
    product_id: int
    quantity: int
    cents: int | None
    day: date | None
    spelling: str
    entered_again: bool = False

    def line(self) -> str:
        day = spelled(self.day, self.spelling)
        return f"{self.transaction_id},{self.product_id},{self.quantity},{money(self.cents)},{day}\r\n"


def draw_sales(random: Random, count: int, products: int) -> Iterator[Sale]:
    """Sales 1 to `count` of products 1 to `products`, and of some that are not there."""
    prices, quantities = planted(random, count, PRICES), planted(random, count, QUANTITIES)
    days, spellings = planted(random, count, DAYS), planted(random, count, FORMATS)
    unknown = planted(random, count, UNKNOWN)
    # under another id: not where something else is planted, which would be lost
    again = planted(random, count, ENTERED_AGAIN, but={0, *prices, *quantities, *days, *spellings, *unknown})
    sale: Sale | None = None
    for n in range(count):
        if sale is not None and n in again:
            sale = sale._replace(transaction_id=n + 1, entered_again=True)
        else:
            spelling = spellings.get(n, "")
            product = products + below(random, UNKNOWN_PRODUCTS) if n in unknown else below(random, products)
            sale = Sale(
                n + 1,
                product + 1,
                quantities[n] if n in quantities else 1 + below(random, 10),
                _cents(random, prices.get(n)),
                draw_day(random, days.get(n), spelling),
                spelling,
            )
        yield sale


def _cents(random: Random, kind: str | None) -> int | None:
    if kind == "empty":
        return None
    return -1 - below(random, 5_000) if kind else 50 + below(random, 14_950)
