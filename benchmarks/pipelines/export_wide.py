"""A table as wide as what preprocessing makes, for the benchmark of exports: its rows are made by SQL."""

from sluice.engine.declare import Column, Derived, Files, Flow, Pipeline, Table
from sluice.engine.types import Integer

COLUMNS = {
    "source": "text",
    "transaction_id": "bigint",
    "transaction_date": "date",
    "customer_id": "bigint",
    "customer_name": "text",
    "age": "smallint",
    "gender": "text",
    "location": "text",
    "date_joined": "date",
    "product_id": "bigint",
    "product_known": "boolean",
    "product_name": "text",
    "category": "text",
    "product_price": "numeric(14,2)",
    "stock_available": "bigint",
    "quantity": "bigint",
    "unit_price": "numeric(14,2)",
    "total_amount": "numeric(14,2)",
    "currency_code": "text",
    "exchange_rate": "numeric(18,6)",
    "rate_date": "date",
    "rate_state": "text",
    "_input_id": "bigint",
    "_line": "bigint",
    "age_was_missing": "boolean",
    "is_duplicate": "boolean",
    "is_abnormal": "boolean",
    "abnormal": "text",
    "quarantined": "boolean",
    "age_group": "text",
    "month": "smallint",
    "weekday": "smallint",
    "revenue": "numeric(16,2)",
    "price_scaled": "double precision",
    "customer_transactions": "bigint",
    "customer_total": "numeric(16,2)",
}

pipeline = Pipeline(
    name="export_wide",
    flows=[
        Flow(
            Files("export_wide/*.csv", name="numbers"),
            Table("export_numbers", key=("number",), columns=[Column("number", Integer(), required=True)]),
        )
    ],
    derived=[
        Derived(
            "export_wide",
            key=("source", "transaction_id"),
            columns=COLUMNS,
            sql="select * from {numbers} n",
        )
    ],
)
