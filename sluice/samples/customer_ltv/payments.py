"""Payments of the made-up shop: at once or in pieces, given back in part or whole, and not all of them settled."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

import numpy as np

from sluice.samples.customer_ltv.draws import Draws, Int64s, Planted
from sluice.samples.customer_ltv.orders import DATE_TEXTS, DATES, TODAY, Orders
from sluice.samples.customer_ltv.reference import Payment

PAYMENT_HEADER = "payment_id,customer_id,order_id,payment_date,amount,status,currency"
STATUSES = ("", "settled", "paid", "completed", "succeeded", "Paid", "COMPLETED", "pending", "failed")
USUAL, SETTLED, PENDING, FAILED = 12, 7, STATUSES.index("pending"), STATUSES.index("failed")
CURRENCIES = ("USD", "USD", "")
NOBODY = 0


@dataclass
class Payments:
    """A block's payments. `order` is the order's place in the block, `amount` in cents, `customer` 0 where empty."""

    order: Int64s
    customer: Int64s
    day: Int64s
    amount: Int64s
    status: Int64s
    currency: Int64s

    def __len__(self) -> int:
        return len(self.day)

    def by_date(self) -> Payments:
        """The same payments, the oldest first."""
        turn = np.argsort(self.day, kind="stable")
        return Payments(*(getattr(self, field.name)[turn] for field in fields(self)))

    def typed(self, first_id: int, first_order: int) -> list[Payment]:
        """The payments as they are to be loaded, where the block's orders are numbered from `first_order`."""
        ids = range(first_id, first_id + len(self))
        customers = [id_ or None for id_ in self.customer.tolist()]
        days = [DATES[day] for day in self.day.tolist()]
        amounts = [Decimal(cents).scaleb(-2) for cents in self.amount.tolist()]
        statuses = [STATUSES[n] for n in self.status.tolist()]
        return list(map(Payment, ids, customers, (self.order + first_order).tolist(), days, amounts, statuses))

    def columns(self, typed: list[Payment]) -> list[list[str]]:
        """The seven columns of payment_data.csv, as text."""
        return [
            [str(payment.payment_id) for payment in typed],
            [str(payment.customer_id or "") for payment in typed],
            [str(payment.order_id) for payment in typed],
            [DATE_TEXTS[day] for day in self.day.tolist()],
            [str(payment.amount) for payment in typed],
            [payment.status or "" for payment in typed],
            [CURRENCIES[n] for n in self.currency.tolist()],
        ]


def draw_payments(draws: Draws, planted: Planted, orders: Orders, ids: Int64s) -> Payments:
    """Payments for a block's orders, by date. `ids` are the customers of the block."""
    pieces, refunded = np.ones(len(orders), np.int64), draws.lots(len(orders))
    lots = draws.lots(len(orders))
    pieces[planted.take("order_without_payment", lots)] = 0
    pieces[planted.take("paid_in_two", lots)] = 2
    pieces[planted.take("paid_in_three", lots)] = 3
    partly = planted.take("refund_of_a_part", refunded, pieces > 0)
    whole = planted.take("refund_of_all", refunded, pieces > 0)
    tried = planted.take("failed_before", refunded, pieces > 0)
    order = np.concatenate([np.repeat(np.arange(len(orders)), pieces), partly, whole, tried])
    amount, day = _pieces(draws, orders, pieces)
    share = 10 + draws.below(80, len(partly))
    amount = np.concatenate([amount, -(orders.price[partly] * share // 100), -orders.price[whole], orders.price[tried]])
    back = np.concatenate([partly, whole])
    returned = orders.day[back] + 30 * pieces[back] + draws.below(60, len(back))
    day = np.concatenate([day, returned, orders.day[tried]])
    status = np.maximum(draws.below(USUAL + SETTLED, len(order)) - USUAL, 0)
    status[len(order) - len(tried) :] = FAILED
    payments = Payments(order, orders.customer[order], day, amount, status, draws.below(len(CURRENCIES), len(order)))
    _make_odd(draws, planted, payments, orders, ids)
    return payments.by_date()


def _pieces(draws: Draws, orders: Orders, pieces: Int64s) -> tuple[Int64s, Int64s]:
    """Amounts and days of the payments that settle each order in so many pieces, about a month apart."""
    order = np.repeat(np.arange(len(orders)), pieces)
    nth = np.arange(len(order)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    price, parts = orders.price[order], pieces[order]
    amount = price // parts + np.where(nth == 0, price % parts, 0)
    delay = np.maximum(draws.below(75, len(order)) - 45, 0)
    return amount, orders.day[order] + 30 * nth + delay


def _make_odd(draws: Draws, planted: Planted, payments: Payments, orders: Orders, ids: Int64s) -> None:
    """Plant what is out of the ordinary, each in payments of its own: dates, states, customers."""
    lots, ordered = draws.lots(len(payments)), orders.day[payments.order]
    early = planted.take("payment_before_order", lots, payments.amount > 0)
    payments.day[early] = ordered[early] - 1 - draws.below(20, len(early))
    late = planted.take("payment_after_as_of", lots, ordered <= TODAY)
    payments.day[late] = TODAY + 1 + draws.below(30, len(late))
    waiting = planted.take("pending", lots, payments.status != FAILED)
    payments.status[waiting] = PENDING
    payments.customer[planted.take("payment_of_nobody", lots)] = NOBODY
    if len(ids) > 1:
        due = (payments.day <= TODAY) & (ordered <= TODAY)
        wrong = planted.take("payment_of_another_customer", lots, due)
        owner = orders.owner[payments.order[wrong]]
        payments.customer[wrong] = ids[(owner + 1 + draws.below(len(ids) - 1, len(wrong))) % len(ids)]
