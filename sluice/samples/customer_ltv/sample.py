"""`make_customer_ltv`: the files of a shop of any size with known faults in them, and the record of what was planted.

The shop is made in blocks of customers, each with its orders and payments by date, so memory does not grow with it.
First a block is drawn as it happened; then an outcome is drawn for some rows on the way into the files; what is left
goes through the reference, which knows each number of the table before any engine has seen a file.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from sluice.samples.customer_ltv.draws import Draws, Int64s, Lots, Planted
from sluice.samples.customer_ltv.expected import Expected, Record
from sluice.samples.customer_ltv.orders import AS_OF, ORDER_HEADER, TODAY, Orders, draw_orders
from sluice.samples.customer_ltv.outcomes import draw_outcomes, lost_or_refused
from sluice.samples.customer_ltv.payments import PAYMENT_HEADER, draw_payments
from sluice.samples.customer_ltv.people import CUSTOMER_HEADER, draw_people
from sluice.samples.customer_ltv.rates import ONE_IN
from sluice.samples.customer_ltv.reference import LIFESPAN_YEARS, Order, Payment
from sluice.samples.customer_ltv.sheet import Sheet

PIPELINE = "customer_ltv"
BLOCK = 10_000
CUSTOMERS, ORDERS, PAYMENTS = "customer_data.csv", "order_data.csv", "payment_data.csv"
LATE_PAYMENTS = "late/payment_data_late.csv"


def make_customer_ltv(out: Path, *, customers: int, seed: int = 1) -> Expected:
    """Write a shop's three files, late/payment_data_late.csv and expected.json into `out`.

    `customers` is the number that loads; about 5 orders and 6 payments come with each. The same arguments give the
    same bytes. Raises ValueError for other arguments.
    """
    for name, number, least in (("customers", customers, 1), ("seed", seed, 0)):
        if number < least:
            raise ValueError(f"{name} {number}: give at least {least}.")
    with ExitStack() as files:
        sample = _Sample(out, seed, files)
        for start in range(0, customers, BLOCK):
            sample.write_block(min(BLOCK, customers - start))
    expected = sample.expected(seed)
    text = json.dumps(expected, indent=2) + "\n"
    (out / "expected.json").write_text(text, encoding="utf-8", newline="\n")
    return expected


class _Sample:
    """A shop while it is written."""

    def __init__(self, out: Path, seed: int, files: ExitStack) -> None:
        self._draws, self._planted, self._record = Draws(seed), Planted(ONE_IN), Record(AS_OF)
        self._next_customer = self._next_order = self._next_payment = 1
        self._customers = files.enter_context(Sheet(out, CUSTOMERS, "customers", CUSTOMER_HEADER))
        self._orders = files.enter_context(Sheet(out, ORDERS, "orders", ORDER_HEADER))
        self._payments = files.enter_context(Sheet(out, PAYMENTS, "payments", PAYMENT_HEADER))
        self._late = files.enter_context(Sheet(out, LATE_PAYMENTS, "payments", PAYMENT_HEADER))

    def write_block(self, count: int) -> None:
        """Write `count` customers, a few more that do not load, and their orders and payments."""
        ids, lots, known = self._write_customers(count)
        orders, ordered = self._write_orders(ids, lots)
        paid, late = self._write_payments(orders, ids)
        self._record.add(known, ordered, paid, late)

    def _write_customers(self, count: int) -> tuple[Int64s, Lots, set[int]]:
        """All ids, the places of those that load (by lot), and the ids that load."""
        more = sum(self._planted.due(f"customers_{outcome}", count) for outcome in lost_or_refused("customers"))
        ids = self._next_customer + np.arange(count + more)
        lots = self._draws.lots(len(ids))
        columns = draw_people(self._draws, self._planted, ids)
        outcomes = draw_outcomes(self._draws, self._planted, "customers", columns, lots, rows=count)
        self._customers.write(columns, outcomes)
        self._next_customer += len(ids)
        return ids, lots, {id_ for place, id_ in enumerate(ids.tolist()) if outcomes.loads(place)}

    def _write_orders(self, ids: Int64s, lots: Lots) -> tuple[Orders, list[Order]]:
        """All orders, and those that load."""
        orders = draw_orders(self._draws, self._planted, ids, lots, self._next_order)
        columns, places = orders.columns(), self._draws.lots(len(orders))
        outcomes = draw_outcomes(self._draws, self._planted, "orders", columns, places, rows=len(orders))
        self._orders.write(columns, outcomes)
        self._next_order += len(orders)
        return orders, [order for place, order in enumerate(orders.typed()) if outcomes.loads(place)]

    def _write_payments(self, orders: Orders, ids: Int64s) -> tuple[list[Payment], list[Payment]]:
        """The payments that load, and those that the late file brings."""
        payments = draw_payments(self._draws, self._planted, orders, ids)
        typed = payments.typed(self._next_payment, orders.first_id)
        columns, places = payments.columns(typed), self._draws.lots(len(typed))
        past = payments.day <= TODAY
        outcomes = draw_outcomes(self._draws, self._planted, "payments", columns, places, rows=len(typed), past=past)
        lines = self._payments.write(columns, outcomes)
        self._late.write_loaded([lines[place] for place in outcomes.late_rows])
        self._late.write_odd(outcomes.late_lines)
        self._next_payment += len(typed)
        paid = [payment for place, payment in enumerate(typed) if outcomes.loads(place)]
        return paid, [typed[place] for place in outcomes.late_rows]

    def expected(self, seed: int) -> Expected:
        """What is known of all that was written."""
        files = [sheet.books() for sheet in (self._customers, self._orders, self._payments)]
        record = self._record
        return {
            "pipeline": PIPELINE,
            "seed": seed,
            "as_of": AS_OF.isoformat(),
            "lifespan_years": str(LIFESPAN_YEARS),
            "files": files,
            "read": sum(books["read"] for books in files),
            "loaded": sum(books["loaded"] for books in files),
            "duplicate": sum(books["duplicate"] for books in files),
            "rejected": sum(books["rejected"] for books in files),
            "orphans": record.orphans,
            "totals": record.sums.totals(),
            "after_late": {
                "files": [self._late.books()],
                "orphans": record.orphans_later,
                "totals": record.sums_later.totals(),
                "changed": record.changed,
            },
            "planted": dict(self._planted.counts),
        }
