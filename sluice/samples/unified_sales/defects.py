"""What is wrong with a row, by name: counted for each source of the sample while it is written."""

from __future__ import annotations

from collections.abc import Iterator

from sluice.samples.unified_sales.customers import GENDERS, UNLISTED_GENDER, Customer
from sluice.samples.unified_sales.products import Product
from sluice.samples.unified_sales.rates import Rate
from sluice.samples.unified_sales.sales import Sale
from sluice.samples.unified_sales.transactions import Transaction

# What preprocessing calls it, where it marks a row for it.
RULES = {
    "unit_price_negative": "unit_price_low",
    "product_price_negative": "product_price_low",
    "total_amount_negative": "total_amount_low",
    "stock_negative": "stock_available_low",
    "quantity_minus_1": "quantity_low",
    "quantity_0": "quantity_low",
    "quantity_1000": "quantity_outlier",
    "gender_unlisted": "gender_unlisted",
}
QUARANTINED = {"quantity_low", "quantity_outlier"}
ODD_QUANTITIES = {-1: "quantity_minus_1", 0: "quantity_0", 1_000: "quantity_1000"}


def of_money(name: str, cents: int | None) -> Iterator[str]:
    if cents is None:
        yield f"{name}_empty"
    elif cents < 0:
        yield f"{name}_negative"


def of_quantity(quantity: int) -> Iterator[str]:
    if quantity in ODD_QUANTITIES:
        yield ODD_QUANTITIES[quantity]


def of_customer(customer: Customer) -> Iterator[str]:
    if customer.Age is None:
        yield "age_null"
    elif customer.Age == "":
        yield "age_empty"
    if customer.Gender not in GENDERS:
        yield "gender_odd" if customer.Gender else "gender_empty"
    if customer.Gender == UNLISTED_GENDER:
        yield "gender_unlisted"
    if customer.Location in {"Unknown", ""}:
        yield "location_unknown" if customer.Location else "location_empty"
    if not customer.Date_Joined:
        yield "date_joined_empty"


def of_product(product: Product) -> Iterator[str]:
    yield from of_money("price", product.cents)
    if product.stock < 0:
        yield "stock_negative"


def of_joined_product(product: Product) -> Iterator[str]:
    """As it shows in a row that is joined with the product."""
    yield from of_money("product_price", product.cents)
    if product.stock < 0:
        yield "stock_negative"


def of_sale(sale: Sale) -> Iterator[str]:
    yield from of_money("price", sale.cents)
    yield from of_quantity(sale.quantity)
    if sale.day is None:
        yield "date_empty"
    elif sale.spelling:
        yield f"date_{sale.spelling.removesuffix('_either_way')}"
        if sale.day.day <= 12 and sale.day.day != sale.day.month:
            yield "date_reads_either_way"
    if sale.entered_again:
        yield "entered_again"


def of_transaction(transaction: Transaction) -> Iterator[str]:
    yield from of_money("total", transaction.cents)
    if transaction.day is None:
        yield "date_empty"
    if transaction.total is not None and len(repr(transaction.total).partition(".")[2]) > 2:
        yield "total_with_float_noise"
    if transaction.entered_again:
        yield "entered_again"


def of_rate(rate: Rate) -> Iterator[str]:
    if rate.Exchange_Rate is None:
        yield "rate_null"
    elif rate.Exchange_Rate < 0:
        yield "rate_negative"
    if not rate.Date:
        yield "date_empty"
