"""`make_unified_sales`: what five sources would give, with every known defect in it, and a record of what was planted.

Sales are CSV files; customers and rates are what an API answers; products and transactions are for a source database.
Each row is drawn as it is meant, noted down, and only then written as its source would write it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from sluice.samples.chance import Memory
from sluice.samples.unified_sales import defects
from sluice.samples.unified_sales.books import Books
from sluice.samples.unified_sales.customers import Customer, draw_customers
from sluice.samples.unified_sales.expected import Expected, Joined
from sluice.samples.unified_sales.products import PRODUCT_HEADER, Product, draw_products
from sluice.samples.unified_sales.rates import days_with_several, draw_rates, refusal
from sluice.samples.unified_sales.sales import SALES_HEADER, draw_sales
from sluice.samples.unified_sales.transactions import TRANSACTION_HEADER, Transaction, draw_transactions

PIPELINE = "unified_sales"
LEAST_ROWS = 80
SALES = ("sales_1.csv", "sales_2.csv")
CUSTOMERS, RATES = "customers.json", "exchange_rates.json"
PRODUCTS, TRANSACTIONS = "products.csv", "transactions.csv"
FILES = (*SALES, CUSTOMERS, RATES, PRODUCTS, TRANSACTIONS)
SOURCES = ("sales", "customers", "rates", "products", "transactions")
REPEATED_ONE_IN = 200


def make_unified_sales(out: Path, *, rows: int, seed: int = 1) -> Expected:
    """Write the five sources and expected.json into `out`; the same arguments give the same bytes.

    `rows` is the number of sales that load, and of transactions; there is a customer and a product for every four of
    them, and about 640 rates, whatever the size. Raises ValueError for other arguments.
    """
    for name, number, least in (("rows", rows, LEAST_ROWS), ("seed", seed, 0)):
        if number < least:
            raise ValueError(f"{name} {number}: give at least {least}.")
    out.mkdir(parents=True, exist_ok=True)
    expected = _Sample(out, Random(seed), rows).write(seed)
    text = json.dumps(expected, indent=2) + "\n"
    (out / "expected.json").write_text(text, encoding="utf-8", newline="\n")
    return expected


class _Sample:
    """A sample while it is written."""

    def __init__(self, out: Path, random: Random, rows: int) -> None:
        self._out, self._random, self._rows, self._others = out, random, rows, rows // 4
        self._books = {source: Books() for source in SOURCES}

    def write(self, seed: int) -> Expected:
        """Write every source. Returns what they must come to."""
        self._write_rates()
        joined = Joined(self._write_customers(), self._write_products())
        self._write_sales(joined)
        self._write_transactions(joined)
        books = self._books.values()
        return {
            "pipeline": PIPELINE,
            "seed": seed,
            "read": sum(each.read for each in books),
            "loaded": sum(each.loaded for each in books),
            "duplicate": sum(each.duplicate for each in books),
            "rejected": sum(each.rejected.total() for each in books),
            "sources": {source: each.books() for source, each in self._books.items()},
            "standardized_data": joined.standardized(),
            "preprocessed_data": joined.preprocessed(),
        }

    def _write_rates(self) -> None:
        books = self._books["rates"]
        rates = list(books.noted(draw_rates(self._random), defects.of_rate))
        books.rejected.update(code for code in map(refusal, rates) if code)
        books.planted["day_with_several"] = days_with_several(rates)
        _write_array(self._out / RATES, (rate._asdict() for rate in rates))

    def _write_customers(self) -> dict[int, Customer]:
        drawn = draw_customers(self._random, self._others)
        customers = list(self._books["customers"].noted(drawn, defects.of_customer))
        _write_array(self._out / CUSTOMERS, (customer._asdict() for customer in customers))
        return {customer.Customer_ID: customer for customer in customers}

    def _write_products(self) -> dict[int, Product]:
        drawn = draw_products(self._random, self._others)
        products = list(self._books["products"].noted(drawn, defects.of_product))
        _write_lines(self._out / PRODUCTS, PRODUCT_HEADER, (product.line() for product in products))
        return {product.product_id: product for product in products}

    def _write_sales(self, joined: Joined) -> None:
        """Half of the sales go into each file; some lines come once more at the end of the second."""
        memory, half = Memory[str](self._random), self._rows // 2
        repeated = max(1, self._rows // REPEATED_ONE_IN)
        lines = self._sales_lines(joined, memory)
        _write_lines(self._out / SALES[0], SALES_HEADER, islice(lines, half))
        _write_lines(self._out / SALES[1], SALES_HEADER, _and_again(lines, memory, repeated))
        self._books["sales"].repeated(repeated)

    def _sales_lines(self, joined: Joined, memory: Memory[str]) -> Iterator[str]:
        drawn = draw_sales(self._random, self._rows, self._others)
        for sale in self._books["sales"].noted(drawn, defects.of_sale):
            joined.add_sale(sale)
            line = sale.line()
            memory.keep(line)
            yield line

    def _write_transactions(self, joined: Joined) -> None:
        drawn = draw_transactions(self._random, self._rows, self._others, self._others)
        _write_lines(self._out / TRANSACTIONS, TRANSACTION_HEADER, self._transaction_lines(joined, drawn))

    def _transaction_lines(self, joined: Joined, drawn: Iterator[Transaction]) -> Iterator[str]:
        for transaction in self._books["transactions"].noted(drawn, defects.of_transaction):
            joined.add_transaction(transaction)
            yield transaction.line()


def _and_again(lines: Iterator[str], memory: Memory[str], count: int) -> Iterator[str]:
    """The lines, and then `count` of all that were kept so far."""
    yield from lines
    for _ in range(count):
        yield memory.recall()


def _write_lines(path: Path, header: str, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header)
        file.writelines(lines)


def _write_array(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """A JSON array, one record a line."""
    text = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text(f"[\n{text}\n]\n", encoding="utf-8", newline="\n")
