"""A made-up shop, what its tables must come to, and what is promised of every run that loads and builds it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from sluice.samples.customer_ltv import make_customer_ltv
from sluice.samples.customer_ltv.reference import Order, Payment, Row, rows
from tests.faults.checks import assert_all_books_balance, assert_nothing_is_left
from tests.kit.independent_ltv import Counted, count
from tests.kit.stack import Stack

AS_OF = "2024-12-31"
DERIVED = ("customer_ltv", "customer_ltv_orphan")
FILES = {"customers": "customer_data.csv", "orders": "order_data.csv", "payments": "payment_data.csv"}
BOOKS = "read, loaded, duplicate, rejected"
SUMS = (
    "count(*), count(*) filter (where total_orders > 0), sum(total_orders)::bigint, sum(total_amount)::text,"
    " sum(refunds)::text, sum(ltv)::text"
)
TOTALS = ("customers", "customers_with_orders", "total_orders", "total_amount", "refunds", "ltv")


@dataclass(frozen=True)
class Shop:
    """The three files of a shop, its late payments, and expected.json, which was written along with them."""

    folder: Path

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(self.folder / name for name in FILES.values())

    @property
    def late(self) -> Path:
        return self.folder / "late" / "payment_data_late.csv"

    @cached_property
    def expected(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "expected.json").read_text())
        return found

    @cached_property
    def counted(self) -> dict[str, Counted]:
        """The rows that load, by source, by the independent count."""
        found = {source: count(source, self.folder / name) for source, name in FILES.items()}
        return found | {"late": count("payments", self.late, found["payments"].rows)}

    def rows(self, *, late: bool) -> dict[int, Row]:
        """The table customer_ltv by the book: every row, in exact numbers."""
        paid = [*self.counted["payments"].rows.values(), *(self.counted["late"].rows.values() if late else ())]
        return rows(
            self.counted["customers"].rows,
            [
                Order(int(row["order_id"]), int(row["customer_id"]), date.fromisoformat(row["order_date"]))
                for row in self.counted["orders"].rows.values()
            ],
            [
                Payment(
                    int(row["payment_id"]),
                    int(row["customer_id"]) if row["customer_id"] else None,
                    int(row["order_id"]),
                    date.fromisoformat(row["payment_date"]),
                    Decimal(row["amount"]),
                    row["status"],
                )
                for row in paid
            ],
            as_of=date.fromisoformat(AS_OF),
        )


def make_shop(folder: Path, *, customers: int, seed: int = 1) -> Shop:
    """A fresh shop with that many customers; about 5 orders and 6 payments come with each."""
    make_customer_ltv(folder, customers=customers, seed=seed)
    return Shop(folder)


def assert_shop_is_well(stack: Stack, shop: Shop, run: int, *, unacked: bool = False, frames: bool = False) -> None:
    """A run that brought the shop's three files has done all that expected.json says, once, and left nothing behind."""
    assert_built_once(stack, run)
    for books in shop.expected["files"]:
        assert_file(stack, run, books)
    assert_books_add_up(stack)
    assert_tables(stack, shop)
    assert_nothing_is_left(stack, unacked=unacked, frames=frames)


def assert_built_once(stack: Stack, run: int) -> None:
    """The run is done, and has built each of its tables once."""
    found = stack.sql("select state, error from sluice.run where id = %s", run)
    assert found == [("done", None)], found
    built = stack.sql("select derived from sluice.build where run_id = %s order by id", run)
    assert built == [(name,) for name in DERIVED]


def assert_file(stack: Stack, run: int, books: dict[str, Any]) -> None:
    """The books of one file, and which of its lines were rejected for what."""
    ask = f"select id, source, {BOOKS}, updated + unchanged from sluice.input where run_id = %s and uri like %s"
    ((one, *found),) = stack.sql(ask, run, f"%/{books['name']}")
    assert found == [*(books[name] for name in ("source", *BOOKS.split(", "))), 0]
    lines = stack.sql(
        "select code, array_agg(line order by line) from sluice.reject where input_id = %s group by 1", one
    )
    assert dict(lines) == {code: rejects["lines"] for code, rejects in books["rejects"].items()}
    assert stack.sql(f"select count(*) from {books['source']} where _input_id = %s", one) == [(books["loaded"],)]


def assert_books_add_up(stack: Stack) -> None:
    """Each part, input and run balances; parts come to their input, inputs to their run, and loaded rows are there."""
    assert_all_books_balance(stack)
    for source in FILES:
        assert stack.sql(f"select _input_id, _line from {source} group by 1, 2 having count(*) > 1") == []
        ((loaded,),) = stack.sql("select sum(loaded)::bigint from sluice.input where source = %s", source)
        assert stack.sql(f"select count(*) from {source}") == [(loaded,)]


def assert_tables(stack: Stack, shop: Shop, *, late: bool = False) -> None:
    """Every row of customer_ltv, its sums, the orphans, and what the newest build says of both."""
    expected = shop.expected["after_late"] if late else shop.expected
    columns = ", ".join(Row._fields)
    found = stack.sql(f"select customer_id, {columns} from customer_ltv where as_of = %s", AS_OF)
    assert {customer: Row(*values) for customer, *values in found} == shop.rows(late=late)
    assert len(found) == len({customer for customer, *_ in found})
    totals = tuple(expected["totals"][name] for name in TOTALS)
    assert stack.sql(f"select {SUMS} from customer_ltv where as_of = %s", AS_OF) == [totals]
    kinds = stack.sql("select kind, count(*) from customer_ltv_orphan where as_of = %s group by 1", AS_OF)
    assert dict(kinds) == expected["orphans"]
    said = (
        "select distinct on (derived) rows, sum_after::text, counts from sluice.build"
        " where as_of = %s order by derived, id desc"
    )
    assert stack.sql(said, AS_OF) == [
        (totals[0], totals[-1], {}),
        (sum(expected["orphans"].values()), None, expected["orphans"]),
    ]
