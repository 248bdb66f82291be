"""An independent count of a shop's files: what loading them must come to, and the sums of the table built from them.

It imports nothing of Sluice: the csv module splits, plain rules judge, and all sums are whole cents. Slow and simple
on purpose, so that the samples' own record, and the engine, have something to be measured against.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

SETTLED = {"", "settled", "paid", "completed", "succeeded"}
# column -> (kind, whether it may be empty), in the order in which a row is judged
RULES = {
    "customers": {"customer_id": ("id", False), "date_of_birth": ("date", True)},
    "orders": {
        "order_id": ("id", False),
        "customer_id": ("id", False),
        "order_date": ("date", False),
        "price": ("price", True),
    },
    "payments": {
        "payment_id": ("id", False),
        "customer_id": ("id", True),
        "order_id": ("id", False),
        "payment_date": ("date", False),
        "amount": ("amount", False),
        "currency": ("currency", True),
    },
}
Row = dict[str, str]


@dataclass
class Counted:
    """read = len(rows) + duplicate + rejected, for the files of one source. `rejects` are lines by code."""

    read: int = 0
    duplicate: int = 0
    rejects: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[int, Row] = field(default_factory=dict)

    @property
    def books(self) -> tuple[int, int, int, int]:
        """Read, loaded, duplicate, rejected."""
        return self.read, len(self.rows), self.duplicate, sum(map(len, self.rejects.values()))


def count(source: str, path: Path, known: Mapping[int, Row] | None = None) -> Counted:
    """Count one file of `customers`, `orders` or `payments`; `known` are the rows of earlier files.

    A customer's later row replaces the earlier one. No record may span lines.
    """
    counted, earlier = Counted(), known or {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            counted.read += 1
            code = _fault(source, row)
            key = 0 if code else int(row[next(iter(RULES[source]))])
            first = counted.rows.get(key) or earlier.get(key)
            if first and first != row and source != "customers":
                code = "key_conflict"
            if code:
                counted.rejects[code].append(line)
            elif first:
                counted.duplicate += 1
                counted.rows[key] = row
            else:
                counted.rows[key] = row
    for key in earlier:
        counted.rows.pop(key, None)
    return counted


def _fault(source: str, row: Row) -> str | None:
    for column, (kind, optional) in RULES[source].items():
        text = row.get(column, "").strip()
        code = _judge(kind, text) if text else None if optional else "missing"
        if code:
            return code
    return None


def _judge(kind: str, text: str) -> str | None:
    if kind == "id":
        return None if re.fullmatch(r"\d+", text) else "not_integer"
    if kind == "date":
        return None if _is_date(text) else "bad_date"
    if kind == "currency":
        return None if text == "USD" else "currency"
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return "not_money"
    if not re.fullmatch(r"-?\d+(\.\d{1,2})?", text):
        return "too_precise"
    return "negative" if kind == "price" and text.startswith("-") else None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def cents(text: str) -> int:
    """`-12.5` -> -1250."""
    whole, _, rest = text.removeprefix("-").partition(".")
    return (-1 if text.startswith("-") else 1) * (int(whole) * 100 + int(rest.ljust(2, "0")))


def dollars(amount: int) -> str:
    """-1250 -> `-12.50`."""
    return f"{'-' * (amount < 0)}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def totals(
    customers: Iterable[int], orders: Mapping[int, Row], payments: Sequence[Row], as_of: str
) -> dict[str, int | str]:
    """The sums over the table customer_ltv, for a lifespan of 3 years and at least 1 observed year."""
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    first: dict[int, str] = {}
    seen: set[str] = set()
    for payment in payments:
        order = orders.get(int(payment["order_id"]))
        if order is None or payment.get("status", "").lower() not in SETTLED:
            continue
        if max(order["order_date"], payment["payment_date"]) > as_of:
            continue
        customer, amount = int(order["customer_id"]), cents(payment["amount"])
        sums[customer]["total"] += amount
        sums[customer]["refunds"] += max(-amount, 0)
        if order["order_id"] not in seen:
            seen.add(order["order_id"])
            sums[customer]["orders"] += 1
            first[customer] = min(first.get(customer, "9999"), order["order_date"])
    known = set(customers)
    found = {customer: theirs for customer, theirs in sums.items() if customer in known}
    ltv = sum(_ltv(theirs["total"], first[customer], as_of) for customer, theirs in found.items())
    return {
        "customers": len(known),
        "customers_with_orders": len(found),
        "total_orders": sum(theirs["orders"] for theirs in found.values()),
        "total_amount": dollars(sum(theirs["total"] for theirs in found.values())),
        "refunds": dollars(sum(theirs["refunds"] for theirs in found.values())),
        "ltv": dollars(ltv),
    }


def _ltv(total: int, first: str, as_of: str) -> int:
    """total / n x n / years x 3 in cents: n is on both sides. Four years are 1461 days, one at least 365.25."""
    top, bottom = abs(total) * 3 * 1461, max(4 * (date.fromisoformat(as_of) - date.fromisoformat(first)).days, 1461)
    nearest = (2 * top + bottom) // (2 * bottom)
    return nearest if total >= 0 else -nearest


def orphans(customers: Iterable[int], orders: Mapping[int, Row], payments: Sequence[Row], as_of: str) -> dict[str, int]:
    """How many payments and orders belong to nobody, of those with a date until `as_of`."""
    past, known = [row for row in payments if row["payment_date"] <= as_of], set(customers)
    owned = [(row, orders[int(row["order_id"])]) for row in past if int(row["order_id"]) in orders]
    return {
        "payment_without_order": len(past) - len(owned),
        "order_without_customer": sum(
            row["order_date"] <= as_of and int(row["customer_id"]) not in known for row in orders.values()
        ),
        "payment_of_another_customer": sum(
            bool(row["customer_id"]) and row["customer_id"] != order["customer_id"] for row, order in owned
        ),
    }
