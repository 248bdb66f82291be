"""customer_ltv by the book, in exact fractions and without the engine: every column of both derived tables.

What is given are loaded rows; nothing here knows SQL, inputs or runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any, NamedTuple

SETTLED = ("settled", "paid", "completed", "succeeded")
YEAR = Fraction(36525, 100)
LIFESPAN = 3


class Bought(NamedTuple):
    """A loaded order, and where it came from."""

    customer_id: int
    order_date: date
    price: Decimal | None
    place: tuple[int, int] = (0, 0)


class Paid(NamedTuple):
    """A loaded payment, and where it came from."""

    customer_id: int | None
    order_id: int
    payment_date: date
    amount: Decimal
    status: str | None
    place: tuple[int, int] = (0, 0)


Row = tuple[Any, ...]


def values(
    customers: Iterable[int], orders: Mapping[int, Bought], payments: Iterable[Paid], as_of: date
) -> dict[int, Row]:
    """customer_id -> total_orders, total_amount, avg_order_value, orders_per_year, lifespan_years, ltv, first_order,
    last_order, refunds.
    """
    received: dict[int, list[Decimal]] = {}
    for paid in payments:
        if paid.payment_date <= as_of and (not paid.status or paid.status.lower() in SETTLED):
            received.setdefault(paid.order_id, []).append(paid.amount)
    found = {}
    for customer in customers:
        theirs = [n for n, o in orders.items() if o.customer_id == customer and o.order_date <= as_of and n in received]
        amounts = [amount for n in theirs for amount in received[n]]
        found[customer] = _row([orders[n].order_date for n in theirs], amounts, as_of)
    return found


def _row(dates: list[date], amounts: list[Decimal], as_of: date) -> Row:
    years = Decimal("3.0000")
    if not dates:
        return (0, Decimal(0), Decimal(0), Decimal(0), years, Decimal(0), None, None, Decimal(0))
    total, orders = sum(amounts, Decimal(0)), len(dates)
    per_year = orders / max(Fraction((as_of - min(dates)).days) / YEAR, Fraction(1))
    average = Fraction(total) / orders
    refunds = sum((-amount for amount in amounts if amount < 0), Decimal(0))
    value = _rounded(average * per_year * LIFESPAN, 2)
    return (
        orders,
        total,
        _rounded(average, 2),
        _rounded(per_year, 6),
        years,
        value,
        min(dates),
        max(dates),
        refunds,
    )


def _rounded(exact: Fraction, digits: int) -> Decimal:
    """Half away from zero. 60 digits are more than any quotient here needs to tell a tie from none."""
    with localcontext() as context:
        context.prec = 60
        quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
        return quotient.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def orphans(
    customers: Iterable[int], orders: Mapping[int, Bought], payments: Mapping[int, Paid], as_of: date
) -> dict[tuple[str, int], Row]:
    """(kind, id) -> order_id, customer_id, amount, on_date, input, line."""
    known, found = set(customers), {}
    for number, paid in payments.items():
        if paid.payment_date > as_of:
            continue
        what = (paid.order_id, paid.customer_id, paid.amount, paid.payment_date, *paid.place)
        if paid.order_id not in orders:
            found["payment_without_order", number] = what
        elif paid.customer_id is not None and paid.customer_id != orders[paid.order_id].customer_id:
            found["payment_of_another_customer", number] = what
    for number, order in orders.items():
        if order.order_date <= as_of and order.customer_id not in known:
            listed = (number, order.customer_id, order.price, order.order_date, *order.place)
            found["order_without_customer", number] = listed
    return found
