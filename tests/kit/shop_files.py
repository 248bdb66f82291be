"""Random files of a small shop with few ids, so that collisions, duplicates, conflicts, orphans and refunds happen;
and a model of what loading them one run after the other comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.kit.ltv_by_hand import Bought, Paid

HEADERS = {
    "customers": "customer_id,first_name,last_name,email,country,gender,date_of_birth",
    "orders": "order_id,customer_id,order_date,product,price",
    "payments": "payment_id,customer_id,order_id,payment_date,amount,status,currency",
}
BROKEN = ("", "order_id\n", "customer_id,first_name\n", "<html>no table</html>\n")
STATUSES = ("", "", "paid", "Settled", "COMPLETED", "succeeded", "pending", "failed")
FIRST_DAY, DAYS = date(2022, 1, 1), 900
CUSTOMERS, ORDERS, PAYMENTS = 9, 25, 40


@dataclass(frozen=True)
class ShopFile:
    """A file that was written, and its good rows by line; none when it cannot be used."""

    path: Path
    source: str
    usable: bool
    rows: tuple[tuple[int, int, object], ...]  # line, key, what it says


@dataclass
class Shop:
    """What is loaded, after runs that did not overlap."""

    customers: set[int] = field(default_factory=set)
    orders: dict[int, Bought] = field(default_factory=dict)
    payments: dict[int, Paid] = field(default_factory=dict)

    def load(self, files: list[ShopFile]) -> None:
        """As one run: of equal keys the first row wins; customers are those of the files, if all could be used."""
        tables: Mapping[str, dict[int, object]] = {"orders": self.orders, "payments": self.payments}  # type: ignore[dict-item]
        for each in files:
            for _, key, row in each.rows if each.source != "customers" else ():
                tables[each.source].setdefault(key, row)
        lists = [each for each in files if each.source == "customers"]
        listed = {key for each in lists for _, key, _ in each.rows}
        if listed and all(each.usable for each in lists):
            self.customers = listed
        else:
            self.customers |= listed


def write(folder: Path, number: int, random: Random, source: str | None = None) -> ShopFile:
    """A new file, now and then one that cannot be used."""
    source = source or random.choice(("customers", "orders", "orders", "payments", "payments"))
    path = folder / f"{source.removesuffix('s')}_{number}.csv"
    if random.random() < 0.08:
        path.write_text(random.choice(BROKEN) or HEADERS[source] + "\n")
        return ShopFile(path, source, False, ())
    lines, rows = [HEADERS[source]], []
    for line in range(2, 2 + random.randint(1, 7)):
        key, text, row = {"customers": _customer, "orders": _order, "payments": _payment}[source](random)
        lines.append(text)
        if row is not None:
            rows.append((line, key, row))
    path.write_text("\n".join(lines) + "\n")
    return ShopFile(path, source, True, tuple(rows))


def day(random: Random) -> date:
    return FIRST_DAY + timedelta(days=random.randrange(DAYS))


def _customer(random: Random) -> tuple[int, str, object]:
    key, name = random.randint(1, CUSTOMERS), random.choice(("Ann", "Bob", "Eve"))
    if random.random() < 0.05:
        return key, f"{key},{name},Doe,,RW,F,someday", None
    return key, f"{key},{name},Doe,{random.choice(('', 'a@b.c'))},RW,F,1990-01-01", name


def _order(random: Random) -> tuple[int, str, Bought | None]:
    key = random.randint(1, ORDERS)
    steady = Random(key)  # mostly the same values for a key: a duplicate; else another row of the key
    by = steady if random.random() < 0.8 else random
    row = Bought(by.randint(1, CUSTOMERS + 2), day(by), by.choice((None, Decimal("9.99"), Decimal(12))))
    price = "" if row.price is None else str(row.price)
    if random.random() < 0.04:
        return key, f"{key},{row.customer_id},{row.order_date},x,-1", None
    return key, f"{key},{row.customer_id},{row.order_date},x,{price}", row


def _payment(random: Random) -> tuple[int, str, Paid | None]:
    key = random.randint(1, PAYMENTS)
    by = Random(1000 + key) if random.random() < 0.8 else random
    amount = Decimal(by.randint(-3000, 9000)) / 100
    whose = by.choice((None, None, by.randint(1, CUSTOMERS)))
    row = Paid(whose, by.randint(1, ORDERS + 3), day(by), amount, by.choice(STATUSES) or None)
    currency = by.choice(("", "USD"))
    good = random.random() > 0.04
    text = f"{key},{whose or ''},{row.order_id},{row.payment_date},{amount},{row.status or ''}"
    return key, f"{text},{currency if good else 'EUR'}", row if good else None
