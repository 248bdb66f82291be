"""Customer lifetime value: customers, orders and payments into three tables, and from these one value a customer.

CLV = average order value x orders per year x lifespan in years, for a stated date: docs/explanation/customer-ltv.md.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sluice.engine.declare import (
    Column,
    Daily,
    Derived,
    Files,
    Flow,
    Forecast,
    Page,
    Pipeline,
    Serve,
    Table,
)
from sluice.engine.declare.tables.checks import at_least, one_of
from sluice.engine.types import Date, Integer, Money, Text

from .own_tables import fits, forecasts

CURRENCY = "USD"  # one per pipeline: amounts in another one are refused
SETTLED = ["settled", "paid", "completed", "succeeded"]  # statuses of payments that count; no status counts, too
MIN_YEARS = 1  # at least so many years are observed
LIFESPAN_YEARS = 3.0  # how long a customer is expected to stay
BY_CHURN = False  # or 1 / yearly churn, from the orders of the last two years; at most MAX_LIFESPAN_YEARS
MAX_LIFESPAN_YEARS = 20.0

DATE = Date("%Y-%m-%d")
MONEY = Money(CURRENCY, precision=14, scale=2)


def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


customers = Flow(
    Files(
        "customer_ltv/customer*", name="customers", snapshot=True
    ),  # customers who are not in it are not in the next build
    Table(
        "customers",
        key=("customer_id",),
        on_conflict="update",
        columns=[
            Column("customer_id", Integer(), required=True),
            Column("first_name", Text()),
            Column("last_name", Text()),
            Column("email", Text()),
            Column("country", Text()),
            Column("gender", Text()),
            Column("date_of_birth", DATE),
        ],
    ),
)

orders = Flow(
    Files("customer_ltv/order*", name="orders"),
    Table(
        "orders",
        key=("order_id",),
        columns=[
            Column("order_id", Integer(), required=True),
            Column("customer_id", Integer(), required=True),
            Column("order_date", DATE, required=True),
            Column("product", Text()),
            Column("price", MONEY, check=at_least(0)),
        ],
        indexes=[("customer_id",)],
    ),
)

payments = Flow(
    Files("customer_ltv/payment*", name="payments"),
    Table(
        "payments",
        key=("payment_id",),
        columns=[
            Column("payment_id", Integer(), required=True),
            Column(
                "customer_id", Integer()
            ),  # the order's customer decides; a different one here is listed as an orphan
            Column("order_id", Integer(), required=True),
            Column("payment_date", DATE, required=True),
            Column("amount", MONEY, required=True),  # below 0: a refund
            Column("status", Text()),
            Column("currency", Text(), check=one_of(CURRENCY, code="currency")),
        ],
        indexes=[("order_id",)],
    ),
)

customer_ltv = Derived(
    "customer_ltv",
    key=("as_of", "customer_id"),
    columns={
        "as_of": "date",
        "customer_id": "bigint",
        "total_orders": "bigint",
        "total_amount": "numeric(14,2)",
        "avg_order_value": "numeric(14,2)",
        "orders_per_year": "numeric(14,6)",
        "lifespan_years": "numeric(10,4)",
        "ltv": "numeric(14,2)",
        "first_order": "date",
        "last_order": "date",
        "refunds": "numeric(14,2)",
    },
    sql=_sql("value").replace("{spent}", _sql("spent")),
    # by churn, each row depends on all orders
    incremental_sql=None if BY_CHURN else _sql("value").replace("{spent}", _sql("moved")),
    params={
        "settled": SETTLED,
        "min_years": MIN_YEARS,
        "lifespan_years": LIFESPAN_YEARS,
        "by_churn": BY_CHURN,
        "max_lifespan_years": MAX_LIFESPAN_YEARS,
    },
    value="ltv",
    explains={
        "customer": _sql("explain_customer"),
        "orders": _sql("explain_orders"),
        "payments": _sql("explain_payments"),
    },
)

orphans = Derived(
    "customer_ltv_orphan",
    key=("as_of", "kind", "id"),
    columns={
        "as_of": "date",
        "kind": "text",
        "id": "bigint",
        "order_id": "bigint",
        "customer_id": "bigint",
        "amount": "numeric(14,2)",
        "on_date": "date",
        "_input_id": "bigint",
        "_line": "bigint",
    },
    sql=_sql("orphan"),
    partition_by="order_id",
    changed_keys=_sql("orphan_touched"),
    counted_by="kind",
)

value_of_customer = Serve(
    "customer_ltv",
    route="/customers/{id}/ltv",
    by={"id": "customer_id"},
    summary="A customer's lifetime value",
    doc="The customer's row of `customer_ltv`, as of the given date.",
    called="CustomerLtv",
    missing=("no_such_value", "customer_ltv has no customer {id} {when}."),
    example={
        "as_of": "2024-12-31",
        "customer_id": 2676,
        "total_orders": 4,
        "total_amount": "210.00",
        "avg_order_value": "52.50",
        "orders_per_year": "2.000000",
        "lifespan_years": "3.0000",
        "ltv": "315.00",
        "first_order": "2023-01-02",
        "last_order": "2024-11-30",
        "refunds": "0.00",
    },
)


def _report(
    as_of: date | None, address_of: Callable[[str], str], reason_of: Callable[[Mapping[str, Any]], str]
) -> Page:
    from .report import make

    return make(as_of, address_of, reason_of)


def _forecast(as_of: date, months: int, discount: float) -> Forecast:
    from .forecast.wording import make

    return make(pipeline, SETTLED, as_of, months, discount)


pipeline = Pipeline(
    name="customer_ltv",
    flows=[customers, orders, payments],
    derived=[customer_ltv, orphans],
    own_tables=[fits, forecasts],
    report=_report,
    serves=[value_of_customer],
    about="The lifetime value of customers.",
    forecast=_forecast,
    schedule=Daily("03:00", tz="Africa/Kigali"),
)
