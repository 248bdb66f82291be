"""Transactions as the source database has them: totals in floating point, below zero or missing, days missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from sluice.samples.unified_sales.calendar import DAYS, draw_day, spelled
from sluice.samples.unified_sales.planting import below, planted

TRANSACTION_HEADER = "transaction_id,customer_id,product_id,quantity,transaction_date,total_amount\n"
TOTALS = {"negative": 10, "empty": 22}
UNKNOWN = {"product": 200, "customer": 200}
ENTERED_AGAIN = {"transaction": 100}


class Transaction(NamedTuple):
    """A transaction; its total in cents, and as the source computed it, in floating point."""

    transaction_id: int
    customer_id: int
    product_id: int
    quantity: int
    day: date | None
    cents: int | None
    total: float | None
    entered_again: bool = False

    def line(self) -> str:
        ids = f"{self.transaction_id},{self.customer_id},{self.product_id}"
        return f"{ids},{self.quantity},{spelled(self.day)},{'' if self.total is None else repr(self.total)}\n"


def draw_transactions(random: Random, count: int, customers: int, products: int) -> Iterator[Transaction]:
    """Transactions 1 to `count`, and among them a few of a product or a customer that is not there."""
    totals, days = planted(random, count, TOTALS), planted(random, count, DAYS)
    unknown = planted(random, count, UNKNOWN)
    again = planted(random, count, ENTERED_AGAIN, but={0, *totals, *days, *unknown})
    transaction: Transaction | None = None
    for n in range(count):
        if transaction is not None and n in again:
            transaction = transaction._replace(transaction_id=n + 1, entered_again=True)
        else:
            product = products if unknown.get(n) == "product" else below(random, products)
            # everybody buys something first: what is wrong with a customer shows
            customer = n if n < customers else below(random, customers)
            customer = customers if unknown.get(n) == "customer" else customer
            quantity, worth = 1 + below(random, 10), 500 + below(random, 19_500)
            cents, total = _total(quantity, worth, totals.get(n))
            day = draw_day(random, days.get(n))
            transaction = Transaction(n + 1, customer + 1, product + 1, quantity, day, cents, total)
        yield transaction


def _total(quantity: int, worth: int, kind: str | None) -> tuple[int | None, float | None]:
    """The total in cents, and in floating point, as bad as it gets there: 3 x 80.69 is 242.07000000000002."""
    if kind == "empty":
        return None, None
    sign = -1 if kind == "negative" else 1
    return sign * quantity * worth, sign * quantity * (worth / 100)
