"""What loading the five sources and joining them must come to, noted down row by row while they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypedDict

from sluice.samples.unified_sales.books import SourceBooks
from sluice.samples.unified_sales.calendar import RATE_STATES, rate_state
from sluice.samples.unified_sales.customers import Customer
from sluice.samples.unified_sales.defects import of_money, of_quantity
from sluice.samples.unified_sales.planting import money
from sluice.samples.unified_sales.products import Product
from sluice.samples.unified_sales.sales import Sale
from sluice.samples.unified_sales.transactions import Transaction

FLAGS = (
    *("unit_price_negative", "unit_price_empty", "product_price_negative", "product_price_empty", "stock_negative"),
    *("total_amount_negative", "total_amount_empty", "quantity_minus_1", "quantity_0", "quantity_1000"),
)


class Standardized(TypedDict):
    """Of the table standardized_data. Money is exact text with two decimals; `flags` count rows, also in several."""

    rows: int
    by_source: dict[str, int]
    product_known: int
    product_unknown: int
    customer_known: int
    customer_unknown: int
    age_known: int
    date_known: int
    date_missing: int
    rate_states: dict[str, int]
    unit_price: str
    total_amount: str
    flags: dict[str, int]


class Expected(TypedDict):
    """The content of expected.json. `read`, `loaded`, `duplicate` and `rejected` are of all sources together."""

    pipeline: str
    seed: int
    read: int
    loaded: int
    duplicate: int
    rejected: int
    sources: dict[str, SourceBooks]
    standardized_data: Standardized


class Joined:
    """The rows of standardized_data, counted while they come in."""

    def __init__(self, customers: Mapping[int, Customer], products: Mapping[int, Product]) -> None:
        self._customers, self._products = customers, products
        self._rows = Counter(dict.fromkeys(("sales", "transactions"), 0))
        self._states = Counter(dict.fromkeys(RATE_STATES, 0))
        self._flags = Counter(dict.fromkeys(FLAGS, 0))
        self._known = Counter[str]()
        self._unit_price = self._total_amount = 0

    def add_sale(self, sale: Sale) -> None:
        self._add("sales", sale)
        self._flags.update(of_money("unit_price", sale.cents))
        self._unit_price += sale.cents or 0

    def add_transaction(self, transaction: Transaction) -> None:
        self._add("transactions", transaction)
        self._flags.update(of_money("total_amount", transaction.cents))
        self._total_amount += transaction.cents or 0
        customer = self._customers.get(transaction.customer_id)
        self._known["customer"] += customer is not None
        self._known["age"] += customer is not None and isinstance(customer.Age, int)

    def _add(self, source: str, event: Sale | Transaction) -> None:
        self._rows[source] += 1
        self._states[rate_state(event.day)] += 1
        self._known["date"] += event.day is not None
        self._flags.update(of_quantity(event.quantity))
        product = self._products.get(event.product_id)
        if product is not None:
            self._known["product"] += 1
            self._flags.update(of_money("product_price", product.cents))
            self._flags["stock_negative"] += product.stock < 0

    def standardized(self) -> Standardized:
        """What was counted."""
        rows, known = self._rows.total(), self._known
        return {
            "rows": rows,
            "by_source": dict(self._rows),
            "product_known": known["product"],
            "product_unknown": rows - known["product"],
            "customer_known": known["customer"],
            "customer_unknown": self._rows["transactions"] - known["customer"],
            "age_known": known["age"],
            "date_known": known["date"],
            "date_missing": rows - known["date"],
            "rate_states": dict(self._states),
            "unit_price": money(self._unit_price),
            "total_amount": money(self._total_amount),
            "flags": dict(self._flags),
        }
