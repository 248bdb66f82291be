"""Products as the source database has them: prices and stocks below zero, missing prices."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from sluice.samples.unified_sales.planting import below, money, one_of, planted

PRODUCT_HEADER = "product_id,product_name,category,price,stock_available\n"
NAMES = ("Lamp", "Kettle", "Spade", "Notebook", "Tent", "Flute", "Chair", "Basket")
COLOURS = ("Amber", "Blue", "Coral", "Green", "Ivory", "Teal")
CATEGORIES = ("Garden", "Kitchen", "Music", "Office", "Outdoor")
PRICES = {"negative": 10, "empty": 50}
STOCKS = {"negative": 80}


class Product(NamedTuple):
    """A product; its price in cents."""

    product_id: int
    name: str
    category: str
    cents: int | None
    stock: int

    def line(self) -> str:
        return f"{self.product_id},{self.name},{self.category},{money(self.cents)},{self.stock}\n"


def draw_products(random: Random, count: int) -> Iterator[Product]:
    """Products 1 to `count`."""
    prices, stocks = planted(random, count, PRICES), planted(random, count, STOCKS)
    for n in range(count):
        name = f"{one_of(random, COLOURS)} {one_of(random, NAMES)} {n + 1}"
        cents, stock = 500 + below(random, 19_500), below(random, 1_000)
        if n in prices:
            cents = -50 - below(random, 1_900)
        yield Product(
            n + 1,
            name,
            one_of(random, CATEGORIES),
            None if prices.get(n) == "empty" else cents,
            -1 - below(random, 10) if n in stocks else stock,
        )
