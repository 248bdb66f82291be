"""`make_bench`: clean files for customer_ltv of any number of customers, orders and payments, and some payments more.

Orders and payments come by date, as a shop would write them down, and some customers order more than others. The
same arguments give the same bytes. Written in stretches, so memory does not grow with the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from sluice.samples.customer_ltv.draws import Draws, Int64s

AS_OF = date(2024, 12, 31)
DAYS = 6 * 365
STRETCH = 250_000
LATEST_PAYMENT = 30
REFUND_ONE_IN = 20
PRODUCTS = ("Phone", "Tablet", "TV", "Headphones", "Keyboard", "Laptop", "Printer", "Camera")
COUNTRIES = ("Kenya", "Rwanda", "Uganda", "USA", "Germany", "India", "Brazil", "Japan")
NAMES = ("Adams", "Baker", "Chen", "Diallo", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Jones", "Kamau", "Lopez")
_TEXTS = [(AS_OF - timedelta(days=DAYS - n)).isoformat() for n in range(DAYS + 1)]


@dataclass(frozen=True)
class Bench:
    """The files, and the dollars in them: the sum over all payments, and over those of the increment alone.

    Every order and payment is dated until AS_OF and counts.
    """

    customers: Path
    orders: Path
    payments: Path
    increment: Path
    paid: Decimal
    paid_more: Decimal


def make_bench(folder: Path, customers: int, orders: int, payments: int, seed: int = 1) -> Bench:
    """Write customer_data.csv, order_data.csv, payment_data.csv and payment_increment.csv into `folder`.

    The increment has a hundredth of the number of payments, at least one, for orders of any age. Raises ValueError
    for a number below 1.
    """
    for name, number in (("customers", customers), ("orders", orders), ("payments", payments)):
        if number < 1:
            raise ValueError(f"{name} {number}: give at least 1.")
    folder.mkdir(parents=True, exist_ok=True)
    draws = Draws(seed)
    names = ("customer_data.csv", "order_data.csv", "payment_data.csv", "payment_increment.csv")
    people, bought, paid, paid_later = (folder / name for name in names)
    _write(people, "customer_id,first_name,last_name,email,country,gender,date_of_birth", _customers(customers))
    # Who ordered what is drawn once, and looked up by its payments: 8 bytes an order.
    owner = np.minimum(draws.below(customers, orders), draws.below(customers, orders)) + 1
    _write(bought, "order_id,customer_id,order_date,product,price", _orders(draws, owner))
    order = np.arange(payments) * orders // payments
    late_order = np.sort(draws.below(orders, max(1, payments // 100)))
    return Bench(
        customers=people,
        orders=bought,
        payments=paid,
        increment=paid_later,
        paid=_write_payments(draws, paid, 1, order, owner),
        paid_more=_write_payments(draws, paid_later, payments + 1, late_order, owner),
    )


def _write(path: Path, header: str, blocks: Iterator[Sequence[Sequence[str]]]) -> None:
    """Write columns of text, stretch by stretch."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(header + "\n")
        for columns in blocks:
            file.write("\n".join(map(",".join, zip(*columns, strict=True))) + "\n")


def _stretches(count: int) -> Iterator[range]:
    for start in range(0, count, STRETCH):
        yield range(start, min(start + STRETCH, count))


def _customers(count: int) -> Iterator[list[list[str]]]:
    for places in _stretches(count):
        ids = [str(place + 1) for place in places]
        yield [
            ids,
            [NAMES[place % len(NAMES)] for place in places],
            [NAMES[place // len(NAMES) % len(NAMES)] for place in places],
            [f"c{id_}@example.com" for id_ in ids],
            [COUNTRIES[place % len(COUNTRIES)] for place in places],
            [("Female", "Male")[place % 2] for place in places],
            [f"{1950 + place % 55}-{1 + place % 12:02d}-15" for place in places],
        ]


def _orders(draws: Draws, owner: Int64s) -> Iterator[list[list[str]]]:
    for places in _stretches(len(owner)):
        yield [
            [str(place + 1) for place in places],
            list(map(str, owner[places.start : places.stop].tolist())),
            [_TEXTS[place * DAYS // len(owner)] for place in places],
            [PRODUCTS[n] for n in draws.below(len(PRODUCTS), len(places)).tolist()],
            _dollars(500 + draws.below(50_000, len(places))),
        ]


def _write_payments(draws: Draws, path: Path, first_id: int, bought: Int64s, owner: Int64s) -> Decimal:
    """Write a payment for each place of an order in `bought`. Returns their sum."""
    cents = 0

    def blocks() -> Iterator[list[list[str]]]:
        nonlocal cents
        for places in _stretches(len(bought)):
            order = bought[places.start : places.stop]
            amount = 100 + draws.below(50_000, len(order))
            amount *= np.where(draws.below(REFUND_ONE_IN, len(order)) == 0, -1, 1)
            cents += int(amount.sum())
            day = np.minimum(order * DAYS // len(owner) + draws.below(LATEST_PAYMENT, len(order)), DAYS)
            yield [
                [str(first_id + place) for place in places],
                list(map(str, owner[order].tolist())),
                list(map(str, (order + 1).tolist())),
                [_TEXTS[n] for n in day.tolist()],
                _dollars(amount),
            ]

    _write(path, "payment_id,customer_id,order_id,payment_date,amount", blocks())
    return Decimal(cents).scaleb(-2)


def _dollars(cents: Int64s) -> list[str]:
    return [f"{amount / 100:.2f}" for amount in cents.tolist()]
