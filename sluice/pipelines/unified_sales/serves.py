"""The tables of this dataset in the JSON API: docs/how-to/results/serve.md."""

from pathlib import Path

from sluice.engine.declare import Range, Serve

SQL = Path(__file__).parent / "sql"
EXPLAINED = {
    "source": "Which of the two kinds of event.",
    "transaction_id": "Its number; sales and transactions have separate numbers.",
    "customer_id": "Transactions only.",
    "age": "Years.",
    "product_known": "Whether the product is in products.",
    "product_price": "As products has it; may be negative, see abnormal.",
    "unit_price": "Sales only, as it came; may be negative, see abnormal.",
    "total_amount": "Transactions only, as it came; may be negative, see abnormal.",
    "currency_code": "ISO 4217.",
    "exchange_rate": "Null where rate_state is not ok.",
    "rate_state": "Whether there is a rate for the date.",
    "_input_id": "The input that the row was read from,",
    "_line": "and its line there.",
    "is_duplicate": "Equal to an earlier row except for its number.",
    "is_abnormal": "Whether a rule of abnormal fits.",
    "abnormal": "The rules, separated by commas; null: none.",
    "quarantined": "Kept, but not to be counted.",
    "month": "1 to 12.",
    "weekday": "ISO: 1 is Monday, 7 is Sunday.",
    "price_scaled": "Deviations from the mean price.",
    "customer_transactions": "Of this customer.",
    "customer_total": "Of this customer.",
}

SERVES = [
    Serve(
        "prices",
        route="/prices/products/",
        by=("id",),
        filters=(),
        sql=(SQL / "prices.sql").read_text(encoding="utf-8"),
        columns={"id": "bigint", "name": "text", "price": "numeric"},
        required=("id", "price"),
        leave_out="price is null or price < 0 or price = 'NaN'",
        describe={"id": "The product's number.", "price": "Exact, never below 0."},
        summary="Prices of products",
        doc="Products in the order of their numbers, with name and price.\n\n"
        "Products whose price is missing or negative are left out, and `left_out` counts those of this page: items and "
        "left_out together are at most `limit`.",
        called="Price",
        example={"id": 17, "name": "Desk lamp", "price": "24.90"},
    ),
    Serve(
        "product",
        route="/products/{id}",
        by=("id",),
        sql=(SQL / "product.sql").read_text(encoding="utf-8"),
        columns={
            "id": "bigint",
            "name": "text",
            "category": "text",
            "price": "numeric",
            "price_state": "text",
            "stock_available": "bigint",
        },
        required=("id", "price_state"),
        describe={
            "id": "The product's number.",
            "price": "Exact; null where price_state is not ok.",
            "price_state": "What the source says.",
        },
        one_of={"price_state": ("ok", "missing", "negative")},
        summary="One product",
        doc="One product by its number. A negative price is not served: it is null, and `price_state` says why.",
        called="Product",
        missing=("no_such_product", "There is no product {id}."),
        example={
            "id": 17,
            "name": "Desk lamp",
            "category": "Home",
            "price": "24.90",
            "price_state": "ok",
            "stock_available": 12,
        },
    ),
    Serve(
        "preprocessed_data",
        route="/preprocessed",
        filters=[
            "source",
            "customer_id",
            "product_id",
            "category",
            "location",
            "rate_state",
            Range("transaction_date", "date_from", "date_to"),
            "quarantined",
            "is_abnormal",
            "is_duplicate",
        ],
        describe=EXPLAINED,
        one_of={"source": ("sales", "transactions"), "rate_state": ("ok", "stale", "missing", "no_date")},
        summary="Preprocessed rows",
        doc="Rows of `preprocessed_data` in the order of (source, transaction_id).\n\n"
        "A page begins after the last key of the one before it: rows that exist all the time are returned once each, "
        "even if rows are added meanwhile.",
        called="PreprocessedRow",
        example={
            "source": "transactions",
            "transaction_id": 17,
            "transaction_date": "2022-04-11",
            "customer_id": 5,
            "category": "Books",
            "quantity": 2,
            "total_amount": "31.80",
            "rate_state": "ok",
        },
    ),
]
