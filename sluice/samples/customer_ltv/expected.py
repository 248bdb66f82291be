"""What loading a shop's files and building its table must come to, noted down block by block while they are written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypedDict

from sluice.samples.customer_ltv.reference import NOTHING, ORPHANS, Order, Payment, Row, orphans, rows
from sluice.samples.customer_ltv.sheet import FileBooks


class Totals(TypedDict):
    """Over all rows of the table: dollars as exact text with two decimals. `ltv` is the sum of the rounded values."""

    customers: int
    customers_with_orders: int
    total_orders: int
    total_amount: str
    refunds: str
    ltv: str


class Later(TypedDict):
    """After the late file too. `changed` is the number of customers whose row is another one than before."""

    files: list[FileBooks]
    orphans: dict[str, int]
    totals: Totals
    changed: int


class Expected(TypedDict):
    """The content of expected.json. The books and `totals` are those of `files`; the late file's are in `after_late`.

    `planted` counts what was put into the made-up world and what became of its rows; one row may count for several,
    and a row that was spoiled afterwards is in no table.
    """

    pipeline: str
    seed: int
    as_of: str
    lifespan_years: str
    files: list[FileBooks]
    read: int
    loaded: int
    duplicate: int
    rejected: int
    orphans: dict[str, int]
    totals: Totals
    after_late: Later
    planted: dict[str, int]


class Sums:
    """Totals while rows come in."""

    def __init__(self) -> None:
        self._customers = self._with_orders = self._orders = 0
        self._amount = self._refunds = self._ltv = NOTHING

    def add(self, row: Row, times: int = 1) -> None:
        """Count a row, or with `times=-1` take it out again."""
        self._customers += times
        self._with_orders += times * bool(row.total_orders)
        self._orders += times * row.total_orders
        self._amount += times * row.total_amount
        self._refunds += times * row.refunds
        self._ltv += times * row.ltv

    def totals(self) -> Totals:
        return {
            "customers": self._customers,
            "customers_with_orders": self._with_orders,
            "total_orders": self._orders,
            "total_amount": str(self._amount),
            "refunds": str(self._refunds),
            "ltv": str(self._ltv),
        }


class Record:
    """Totals and orphans of a shop while it is written, before and after its late payments."""

    def __init__(self, as_of: date) -> None:
        self.sums, self.sums_later = Sums(), Sums()
        self.orphans, self.orphans_later = dict.fromkeys(ORPHANS, 0), dict.fromkeys(ORPHANS, 0)
        self.changed = 0
        self._as_of = as_of

    def add(
        self, customers: Collection[int], orders: Sequence[Order], payments: Sequence[Payment], late: Sequence[Payment]
    ) -> None:
        """Count a block: what is loaded of it. No other block has orders or payments of its customers."""
        before = rows(customers, orders, payments, as_of=self._as_of)
        for row in before.values():
            self.sums.add(row)
            self.sums_later.add(row)
        for customer, row in self._later(orders, payments, late).items():
            if customer in before and row != before[customer]:
                self.changed += 1
                self.sums_later.add(before[customer], -1)
                self.sums_later.add(row)
        for counts, paid in ((self.orphans, payments), (self.orphans_later, [*payments, *late])):
            for kind, ids in orphans(customers, orders, paid, as_of=self._as_of).items():
                counts[kind] += len(ids)

    def _later(self, orders: Sequence[Order], payments: Sequence[Payment], late: Sequence[Payment]) -> dict[int, Row]:
        """The new rows of the customers whose orders have late payments."""
        concerned = {payment.order_id for payment in late}
        customers = {order.customer_id for order in orders if order.order_id in concerned}
        theirs = {order.order_id: order for order in orders if order.customer_id in customers}
        paid = [payment for payment in payments if payment.order_id in theirs]
        return rows(customers, theirs.values(), [*paid, *late], as_of=self._as_of)
