"""`rows` and `orphans`: lifetime value by the book, one customer at a time and in exact numbers.

Slow and simple on purpose, and free of the engine, so that the engine's SQL has something to be measured against.
What is given is what is loaded: no key twice, nothing refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

SETTLED = frozenset({"", "settled", "paid", "completed", "succeeded"})
DAYS_PER_YEAR = Fraction(1461, 4)  # 365.25
LIFESPAN_YEARS = Decimal(3)
MIN_YEARS = Decimal(1)
ORPHANS = ("payment_without_order", "order_without_customer", "payment_of_another_customer")
NOTHING = Decimal("0.00")


class Order(NamedTuple):
    """A loaded order."""

    order_id: int
    customer_id: int
    order_date: date


class Payment(NamedTuple):
    """A loaded payment: dollars, negative for a refund. `status` "" or None is settled."""

    payment_id: int
    customer_id: int | None
    order_id: int
    payment_date: date
    amount: Decimal
    status: str | None = None


class Row(NamedTuple):
    """A customer's row of the table customer_ltv: dollars with 2 digits, orders per year with 6."""

    total_orders: int
    total_amount: Decimal
    avg_order_value: Decimal
    orders_per_year: Decimal
    ltv: Decimal
    first_order: date | None
    last_order: date | None
    refunds: Decimal


NO_ORDERS = Row(0, NOTHING, NOTHING, Decimal("0.000000"), NOTHING, None, None, NOTHING)


def rows(
    customers: Iterable[int],
    orders: Iterable[Order],
    payments: Iterable[Payment],
    *,
    as_of: date,
    lifespan: Decimal = LIFESPAN_YEARS,
    min_years: Decimal = MIN_YEARS,
) -> dict[int, Row]:
    """The row of every customer, by customer_id; of those without paid orders all 0.

    ltv = average order value x orders per year x lifespan in years, where orders per year are taken over the years
    from the first order to `as_of`, at least `min_years`. An order counts once it has a settled payment by `as_of`.
    Every number is rounded once, half away from zero, as PostgreSQL rounds numeric.
    """
    settled = defaultdict[int, list[Decimal]](list)
    for payment in payments:
        if payment.payment_date <= as_of and (payment.status or "").lower() in SETTLED:
            settled[payment.order_id].append(payment.amount)
    paid = defaultdict[int, list[Order]](list)
    for order in orders:
        if order.order_date <= as_of and order.order_id in settled:
            paid[order.customer_id].append(order)
    found = {}
    for customer in customers:
        theirs = paid.get(customer, ())
        amounts = [amount for order in theirs for amount in settled[order.order_id]]
        found[customer] = _row(theirs, amounts, as_of, lifespan, min_years) if theirs else NO_ORDERS
    return found


def _row(paid: Sequence[Order], amounts: Sequence[Decimal], as_of: date, lifespan: Decimal, min_years: Decimal) -> Row:
    first, last = min(order.order_date for order in paid), max(order.order_date for order in paid)
    years = max((as_of - first).days / DAYS_PER_YEAR, Fraction(min_years))
    total = sum(amounts, NOTHING)
    average, per_year = Fraction(total) / len(paid), len(paid) / years
    return Row(
        total_orders=len(paid),
        total_amount=total,
        avg_order_value=half_up(average, 2),
        orders_per_year=half_up(per_year, 6),
        ltv=half_up(average * per_year * Fraction(lifespan), 2),
        first_order=first,
        last_order=last,
        refunds=sum((-amount for amount in amounts if amount < 0), NOTHING),
    )


def half_up(value: Fraction, digits: int) -> Decimal:
    """The value with that many digits behind the point, ties away from zero."""
    top, bottom = abs(value.numerator) * 10**digits, value.denominator
    nearest = (2 * top + bottom) // (2 * bottom)
    return Decimal(nearest if value >= 0 else -nearest).scaleb(-digits)


def orphans(
    customers: Collection[int], orders: Iterable[Order], payments: Iterable[Payment], *, as_of: date
) -> dict[str, list[int]]:
    """The sorted ids of rows without a counterpart by `as_of`, for each of `ORPHANS`: payments and orders of any state.

    A payment is looked at from its own date on, an order from its own.
    """
    found: dict[str, list[int]] = {kind: [] for kind in ORPHANS}
    owner = {}
    for order in orders:
        owner[order.order_id] = order.customer_id
        if order.order_date <= as_of and order.customer_id not in customers:
            found["order_without_customer"].append(order.order_id)
    for payment in payments:
        if payment.payment_date > as_of:
            continue
        if payment.order_id not in owner:
            found["payment_without_order"].append(payment.payment_id)
        elif payment.customer_id is not None and payment.customer_id != owner[payment.order_id]:
            found["payment_of_another_customer"].append(payment.payment_id)
    return {kind: sorted(ids) for kind, ids in found.items()}
