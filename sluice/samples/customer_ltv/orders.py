"""Orders of the made-up shop: few of most customers, many of some, over six years and a little beyond as_of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sluice.samples.customer_ltv.draws import Draws, Int64s, Lots, Mask, Planted
from sluice.samples.customer_ltv.reference import Order
from sluice.samples.spelling import quoted_if_needed

ORDER_HEADER = "order_id,customer_id,order_date,product,price"
AS_OF = date(2024, 12, 31)
FIRST_ORDER = date(2019, 1, 1)
AFTER_DAYS = 60
# 974 days are 8/3 years of 365.25 days, so ltv is 9/8 of an order: with 4 cents more than a multiple of 8 exactly half
# a cent is to be rounded, and who rounds the years, or the orders per year, on the way rounds it the wrong way.
TIE_DAYS = 974
# Days are numbered from this one: a payment may come some weeks before the first order, or after the last.
_ZERO = FIRST_ORDER - timedelta(days=31)
DATES = [_ZERO + timedelta(days=n) for n in range((AS_OF - _ZERO).days + 366)]
DATE_TEXTS = [day.isoformat() for day in DATES]
OPENING, TODAY = (FIRST_ORDER - _ZERO).days, (AS_OF - _ZERO).days
# Products and their prices in cents.
PRODUCTS = (
    *(("Phone", 49_900), ("Tablet", 69_900), ("TV", 89_950), ("Headphones", 9_990), ("Keyboard", 4_500)),
    *(("Mouse", 1_999), ("USB cable", 799), ("Laptop", 129_900), ("Printer", 15_900), ("Camera", 54_900)),
    *(("Desk lamp", 2_450), ("Café grinder", 6_475), ("Desk, oak", 34_900), ('Monitor 27"', 24_900), ("Notebook", 333)),
)
_NAMES = [quoted_if_needed(name) for name, _ in PRODUCTS]
_PRICES = np.array([price for _, price in PRODUCTS], np.int64)
# The share of customers with at least k orders is 30 / ((k + 4) (k + 5)): 6 on average, 1 % have more than 50.
MOST_ORDERS = 400
_AT_LEAST = np.array([30 * 2**31 // ((k + 4) * (k + 5)) for k in range(MOST_ORDERS, 0, -1)], np.int64)


@dataclass(frozen=True)
class Orders:
    """A block's orders by date. `owner` is the customer's place in the block, `day` one in DATES, `price` in cents."""

    first_id: int
    owner: Int64s
    customer: Int64s
    day: Int64s
    product: Int64s
    price: Int64s

    def __len__(self) -> int:
        return len(self.day)

    def columns(self) -> list[list[str]]:
        """The five columns of order_data.csv, as text."""
        return [
            [str(id_) for id_ in range(self.first_id, self.first_id + len(self))],
            [str(id_) for id_ in self.customer.tolist()],
            [DATE_TEXTS[day] for day in self.day.tolist()],
            [_NAMES[product] for product in self.product.tolist()],
            [f"{cents // 100}.{cents % 100:02d}" for cents in self.price.tolist()],
        ]

    def typed(self) -> list[Order]:
        """The orders as they are to be loaded."""
        dates = [DATES[day] for day in self.day.tolist()]
        ids = range(self.first_id, self.first_id + len(self))
        return list(map(Order, ids, self.customer.tolist(), dates))


def draw_orders(draws: Draws, planted: Planted, ids: Int64s, lots: Lots, first_id: int) -> Orders:
    """Orders of the customers `ids`, numbered by date; `lots` says whose orders may be other than chance has it."""
    counts = MOST_ORDERS - np.searchsorted(_AT_LEAST, draws.below(2**31, len(ids)), side="right")
    counts[planted.take("customer_without_orders", lots)] = 0
    tied = np.zeros(len(ids), np.bool_)
    tied[planted.take("ltv_on_a_tie", lots, counts > 0)] = True
    counts[tied] = 1
    owner = np.repeat(np.arange(len(ids)), counts)
    day = _days(draws, planted, owner, tied)
    by_date = np.argsort(day, kind="stable")
    owner, day = owner[by_date], day[by_date]
    product = draws.below(len(PRODUCTS), len(owner))
    price = _PRICES[product] * (80 + draws.below(41, len(owner))) // 100
    price[tied[owner]] += (4 - price[tied[owner]]) % 8
    return Orders(first_id, owner, ids[owner], day, product, price)


def _days(draws: Draws, planted: Planted, owner: Int64s, tied: Mask) -> Int64s:
    """The days of orders of customers who began at any time, and then went on until as_of or a little beyond."""
    since = OPENING + draws.below(TODAY - OPENING + 1, len(tied))
    days = since[owner] + draws.below(TODAY + 1 - since[owner], len(owner))
    days[tied[owner]] = TODAY - TIE_DAYS
    later = planted.take("order_after_as_of", draws.lots(len(owner)), ~tied[owner])
    days[later] = TODAY + 1 + draws.below(AFTER_DAYS, len(later))
    return days
