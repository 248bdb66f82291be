"""What loading the five sources and joining them must come to, noted down row by row while they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypedDict

from sluice.samples.unified_sales.books import SourceBooks
from sluice.samples.unified_sales.calendar import RATE_STATES, rate_state
from sluice.samples.unified_sales.customers import UNLISTED_GENDER, Customer
from sluice.samples.unified_sales.defects import QUARANTINED, RULES, of_joined_product, of_money, of_quantity
from sluice.samples.unified_sales.planting import money
from sluice.samples.unified_sales.products import Product
from sluice.samples.unified_sales.sales import Sale
from sluice.samples.unified_sales.transactions import Transaction

FLAGS = (
    *("unit_price_negative", "unit_price_empty", "product_price_negative", "product_price_empty", "stock_negative"),
    *("total_amount_negative", "total_amount_empty", "quantity_minus_1", "quantity_0", "quantity_1000"),
    "gender_unlisted",
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


class Preprocessed(TypedDict):
    """Of the table preprocessed_data, which has all rows of the other: how many are marked, and by which rules.

    A row is a duplicate when one before it says the same under another id.
    """

    rows: int
    abnormal: int
    quarantined: int
    duplicate: int
    age_was_missing: int
    rules: dict[str, int]


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
    preprocessed_data: Preprocessed


class Joined:
    """The rows of both tables, counted while sales and transactions come in."""

    def __init__(self, customers: Mapping[int, Customer], products: Mapping[int, Product]) -> None:
        self._customers, self._products = customers, products
        self._rows = Counter(dict.fromkeys(("sales", "transactions"), 0))
        self._states = Counter(dict.fromkeys(RATE_STATES, 0))
        self._flags = Counter(dict.fromkeys(FLAGS, 0))
        self._rules = Counter[str]()
        self._counts = Counter[str]()
        self._seen: set[int] = set()
        self._unit_price = self._total_amount = 0

    def add_sale(self, sale: Sale) -> None:
        self._unit_price += sale.cents or 0
        self._note_repeated(sale.product_id, sale.quantity, sale.cents, sale.day)
        self._add("sales", sale, of_money("unit_price", sale.cents))

    def add_transaction(self, transaction: Transaction) -> None:
        self._total_amount += transaction.cents or 0
        ids = (transaction.customer_id, transaction.product_id)
        self._note_repeated(*ids, transaction.quantity, transaction.cents, transaction.day)
        customer = self._customers.get(transaction.customer_id)
        unlisted = ["gender_unlisted"] if customer is not None and customer.Gender == UNLISTED_GENDER else []
        self._add("transactions", transaction, [*of_money("total_amount", transaction.cents), *unlisted])
        if customer is not None:
            self._counts["customer"] += 1
            self._counts["age" if isinstance(customer.Age, int) else "no_age"] += 1

    def _note_repeated(self, *event: object) -> None:
        """What was seen is remembered by hash: these are millions."""
        mark = hash(event)
        self._counts["repeated"] += mark in self._seen
        self._seen.add(mark)

    def _add(self, source: str, event: Sale | Transaction, flags: Iterable[str]) -> None:
        self._rows[source] += 1
        self._states[rate_state(event.day)] += 1
        self._counts["date"] += event.day is not None
        product = self._products.get(event.product_id)
        self._counts["product"] += product is not None
        found = [*flags, *of_quantity(event.quantity), *(of_joined_product(product) if product is not None else ())]
        self._flags.update(found)
        rules = {RULES[flag] for flag in found if flag in RULES}
        self._rules.update(rules)
        self._counts["abnormal"] += bool(rules)
        self._counts["quarantined"] += bool(rules & QUARANTINED)

    def standardized(self) -> Standardized:
        """What was counted of standardized_data."""
        rows, counts = self._rows.total(), self._counts
        return {
            "rows": rows,
            "by_source": dict(self._rows),
            "product_known": counts["product"],
            "product_unknown": rows - counts["product"],
            "customer_known": counts["customer"],
            "customer_unknown": self._rows["transactions"] - counts["customer"],
            "age_known": counts["age"],
            "date_known": counts["date"],
            "date_missing": rows - counts["date"],
            "rate_states": dict(self._states),
            "unit_price": money(self._unit_price),
            "total_amount": money(self._total_amount),
            "flags": dict(self._flags),
        }

    def preprocessed(self) -> Preprocessed:
        """What was counted of preprocessed_data."""
        return {
            "rows": self._rows.total(),
            "abnormal": self._counts["abnormal"],
            "quarantined": self._counts["quarantined"],
            "duplicate": self._counts["repeated"],
            "age_was_missing": self._counts["no_age"],
            "rules": dict(sorted(self._rules.items())),
        }
