"""Tables with a few known rows for the API, made as the pipelines declare them."""

from __future__ import annotations

from typing import Any

from psycopg2 import sql
from psycopg2.extras import execute_values

from sluice.engine.database.connection import transaction
from sluice.engine.tables.migrate import migrate
from sluice.pipelines import all_pipelines

PRODUCTS = [
    (1, "Desk lamp", "Home", "24.90", 12),
    (2, "Kettle", "Home", "-3.00", 4),
    (3, "Atlas", "Books", None, None),
    (4, None, "Books", "0.00", -2),
    (9_007_199_254_740_993, "Globe", None, "199.00", 1),
]
ROWS: list[dict[str, Any]] = [
    {"source": "sales", "transaction_id": 1, "transaction_date": "2022-04-11", "product_id": 1001, "quantity": 2,
     "unit_price": "9.50", "product_known": False, "rate_state": "missing", "quarantined": False, "is_abnormal": False},
    {"source": "sales", "transaction_id": 2, "transaction_date": None, "product_id": 1002, "quantity": -1,
     "unit_price": "-9.50", "rate_state": "no_date", "quarantined": True, "is_abnormal": True,
     "abnormal": "negative_price,quantity", "price_scaled": "NaN"},
    {"source": "transactions", "transaction_id": 1, "transaction_date": "2022-05-01", "customer_id": 5,
     "customer_name": "Ada", "product_id": 1, "category": "Home", "location": "Kigali", "total_amount": "49.80",
     "currency_code": "EUR", "exchange_rate": "1.100000", "rate_date": "2022-04-30", "rate_state": "ok",
     "revenue": "49.80", "price_scaled": "0.25", "quarantined": False, "is_abnormal": False, "is_duplicate": False},
    {"source": "transactions", "transaction_id": 2, "transaction_date": "2022-06-01", "customer_id": 5,
     "product_id": 3, "category": "Books", "total_amount": "5.00", "rate_state": "stale", "quarantined": False,
     "is_abnormal": False, "is_duplicate": True},
]  # fmt: skip
VALUES = [
    ("2023-12-31", 7, 1, "10.00", "10.00", "1.000000", "3.0000", "30.00", "2023-05-01", "2023-05-01", "0.00"),
    ("2024-12-31", 7, 4, "210.00", "52.50", "2.000000", "3.0000", "315.00", "2023-05-01", "2024-11-30", "5.00"),
]
CALLS = [
    (42, "0.3500", "Kigali", "2024-01-15 09:30:00+00", 130),
    (42, None, "Lagos", "2024-01-16 09:30:00+00", None),
    (43, "1.0000", "Kigali", "2024-01-16 09:30:00+00", 60),
]


def make_tables() -> None:
    """The tables of all pipelines, empty."""
    migrate(list(all_pipelines().values()))


def fill_tables() -> None:
    """The rows above."""
    with transaction() as cursor:
        products = [(*row, 1, n) for n, row in enumerate(PRODUCTS)]
        execute_values(cursor, "insert into unified_product values %s", products)
        execute_values(cursor, "insert into customer_ltv values %s", VALUES)
        names = "customer_id, call_cost_usd, call_destination, call_date, call_duration_s, _input_id, _line"
        calls = [(*row, 1, n) for n, row in enumerate(CALLS)]
        execute_values(cursor, f"insert into customer_call_logs ({names}) values %s", calls)
    add_rows(ROWS)


def add_rows(rows: list[dict[str, Any]]) -> None:
    """Rows of preprocessed_data, by the columns that each names."""
    with transaction() as cursor:
        for row in rows:
            statement = sql.SQL("insert into preprocessed_data ({}) values ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(sql.Placeholder() * len(row))
            )
            cursor.execute(statement, list(row.values()))
