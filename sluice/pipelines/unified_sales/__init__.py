"""Sales files, an API and a database into one dataset: standardised, then preprocessed.

docs/explanation/unified-sales.md explains.
"""

from pathlib import Path
from typing import Literal

from sluice.engine import preprocess
from sluice.engine.declare import Column, Derived, Files, Flow, HttpApi, Pipeline, PostgresQuery, Preprocessed, Table
from sluice.engine.declare.tables.checks import at_least, between, matches
from sluice.engine.types import Date, Decimal, Integer, Text

from .serves import SERVES

# names of settings: the values are in the environment, or in the file of <NAME>_FILE
API_URL, API_TOKEN = "SLUICE_UNIFIED_API_URL", "SLUICE_UNIFIED_API_TOKEN"
DATABASE_URL = "SLUICE_UNIFIED_DATABASE_URL"
LATE = 1000  # so many transaction ids are read again: an older one may be committed after a newer one

REPORT_CURRENCY = "EUR"  # ISO 4217: whose rate each row is given
TOLERANCE_DAYS = 7  # a rate of at most so many days before the row is valid; an older one is stale
NULLS = ("Unknown", "N/A", "NULL", "None")  # words for an empty value

# a gap is one only where there could be a value: a sale has no customer and no total, a transaction no unit price
AGE: Literal["keep", "median", "mode"] = "median"
AGES = "age between 0 and 120"  # whose median it is, by AGE_WITHIN
AGE_WITHIN = ("gender",)
SAME = ("source", "customer_id", "product_id", "quantity", "unit_price", "total_amount", "transaction_date")
GENDERS = {"Female": ["F", "woman"], "Male": ["M", "man"], "Non-binary": ["nonbinary", "non binary", "NB", "X"]}
STATES = {"California": ["CA", "Calif."], "Florida": ["FL"], "New York": ["NY", "N.Y."], "Texas": ["TX"]}
CATEGORIES = {"Books": ["book"], "Clothing": ["clothes"], "Electronics": ["electronic"], "Toys": ["toy"]}
MONEY_THEN: Literal["keep", "quarantine"] = "keep"  # below 0 may be a refund: flagged, and nothing else
QUANTITY_THEN: Literal["keep", "quarantine"] = (
    "quarantine"  # 0 or less cannot be sold; 1,000 of a product that sells by the ten is an outlier
)
FENCE = 3.0  # robust standard deviations from the median
AGE_BANDS = (18, 31, 46, 61, 101)  # where each begins: under 18, 18-30 and so on, over 100

DAY = Date("%Y-%m-%d")
MONEY = Decimal(14, 2)  # below 0 is kept, and flagged later
EXACT = Decimal(29, 18)  # as the source computed it, with what binary fractions leave behind; never rounded here
SMALL = between(-32_768, 32_767)


def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _standardized(events: str, **places: str) -> str:
    """The rows of these events; `places` are its other placeholders."""
    text = _sql("standardized")
    for name, filled in {"spine": _sql(events), **places}.items():
        text = text.replace(f"{{{name}}}", filled)
    return text


sales = Flow(
    Files("unified_sales/sales*.csv", name="sales"),
    Table(
        "unified_sale",
        key=("transaction_id",),
        columns=[
            Column("transaction_id", Integer(), required=True),
            Column("product_id", Integer(), nulls=NULLS),
            Column("quantity", Integer(), nulls=NULLS),
            Column("price", MONEY, nulls=NULLS),
            # each of the formats has a separator or a length of its own: no text fits two of them
            Column("transaction_date", Date("%d/%m/%Y", "%m-%d-%Y", "%Y-%m-%d"), nulls=NULLS),
        ],
    ),
)

customers = Flow(
    # a snapshot: customers who are not in the newest answer are not in the next build
    HttpApi("/customers", base=API_URL, token=API_TOKEN, name="customers", snapshot=True),
    Table(
        "unified_customer",
        key=("customer_id",),
        on_conflict="update",
        columns=[
            Column("customer_id", Integer(), required=True),
            Column("customer_name", Text(), nulls=NULLS),
            Column("age", Integer(), nulls=NULLS, check=SMALL),
            Column("gender", Text(), nulls=NULLS),
            Column("location", Text(), nulls=NULLS),
            Column("date_joined", DAY, nulls=NULLS),
        ],
    ),
)

rates = Flow(
    HttpApi("/exchange_rates", base=API_URL, token=API_TOKEN, name="rates"),  # may be those of a few days only
    Table(
        "unified_rate",
        key=("currency_code", "rate_date", "rate"),  # a day may have several: they are all kept
        on_conflict="update",
        columns=[
            Column("currency_code", Text(), required=True, check=matches("[A-Za-z]{3}")),
            Column("rate", EXACT, header="exchange_rate", required=True, nulls=NULLS, check=at_least(0)),
            Column("rate_date", DAY, header="date", required=True, nulls=NULLS),
        ],
    ),
)

products = Flow(
    PostgresQuery(_sql("products"), name="products", database=DATABASE_URL, snapshot=True),
    Table(
        "unified_product",
        key=("product_id",),
        on_conflict="update",
        columns=[
            Column("product_id", Integer(), required=True),
            Column("product_name", Text(), nulls=NULLS),
            Column("category", Text(), nulls=NULLS),
            Column("price", MONEY, nulls=NULLS),
            Column("stock_available", Integer(), nulls=NULLS),
        ],
    ),
)

transactions = Flow(
    PostgresQuery(
        _sql("transactions"), name="transactions", database=DATABASE_URL, watermark="transaction_id", overlap=LATE
    ),
    Table(
        "unified_transaction",
        key=("transaction_id",),
        on_conflict="update",
        columns=[
            Column("transaction_id", Integer(), required=True),
            Column("customer_id", Integer(), nulls=NULLS),
            Column("product_id", Integer(), nulls=NULLS),
            Column("quantity", Integer(), nulls=NULLS),
            Column("transaction_date", DAY, nulls=NULLS),
            Column("total_amount", EXACT, nulls=NULLS),
        ],
    ),
)

ADDED = ("sales", "transactions", "rates")  # whose new rows change few rows of the tables below

findings = Derived(
    "unified_sales_finding",
    key=("kind", "source", "id"),
    columns={
        "kind": "text",
        "source": "text",
        "id": "bigint",
        "product_id": "bigint",
        "customer_id": "bigint",
        "_input_id": "bigint",
        "_line": "bigint",
    },
    sql=_sql("finding"),
    incremental_sql=_sql("new_finding"),
    covers=ADDED,
    counted_by="kind",
)

standardized_data = Derived(
    "standardized_data",
    key=("source", "transaction_id"),
    columns={
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
    },
    sql=_standardized(
        "all_events",
        days="select transaction_date as on_date, null::date as rate_date from {sales} s"
        " union select transaction_date, null from {transactions} t",
        of_product="{products}",
        of_customer="{customers}",
    ),
    incremental_sql=_standardized(
        "new_events",
        days="select transaction_date as on_date, null::date as rate_date from spine",
        # by the index of each: a join might read the whole table for a few rows
        of_product="lateral (select * from {products} k where k.product_id = p.product_id offset 0)",
        of_customer="lateral (select * from {customers} k where k.customer_id = p.customer_id offset 0)",
    ),
    covers=ADDED,
    lookups=[("customer_id",), ("transaction_date", "product_id")],  # rows alike, and rows of days with another rate
    params={"report_currency": REPORT_CURRENCY, "tolerance_days": TOLERANCE_DAYS},
    value="total_amount",
    counted_by="rate_state",
    explains={name: _sql(f"explain_{name}") for name in ("sale", "transaction", "product", "customer", "rates")},
)

A_CUSTOMER, A_SALE, A_TRANSACTION = "customer_name is not null", "source = 'sales'", "source = 'transactions'"

preprocessed_data = Preprocessed(
    "preprocessed_data",
    of="standardized_data",
    steps=[
        preprocess.missing("transaction_date"),
        preprocess.missing("age", AGE, within=AGE_WITHIN, where=AGES, among=A_CUSTOMER),
        preprocess.missing("gender", among=A_CUSTOMER),
        preprocess.missing("location", among=A_CUSTOMER),
        preprocess.missing("date_joined", among=A_CUSTOMER),
        preprocess.missing("product_price", among="product_known"),
        preprocess.missing("quantity"),
        preprocess.missing("unit_price", among=A_SALE),
        preprocess.missing("total_amount", among=A_TRANSACTION),
        preprocess.duplicates(SAME),
        preprocess.inconsistent("gender", GENDERS, "flag"),
        preprocess.inconsistent("location", STATES),
        preprocess.inconsistent("category", CATEGORIES),
        preprocess.abnormal("unit_price", at_least=0, then=MONEY_THEN),
        preprocess.abnormal("product_price", at_least=0, then=MONEY_THEN),
        preprocess.abnormal("total_amount", at_least=0, then=MONEY_THEN),
        preprocess.abnormal("stock_available", at_least=0),
        preprocess.abnormal(
            "quantity",
            above=0,
            outliers=preprocess.fence("mad", FENCE, within=("source",), where="quantity > 0"),
            then=QUANTITY_THEN,
        ),
        preprocess.age_group("age", bands=AGE_BANDS),
        preprocess.month("transaction_date"),
        preprocess.weekday("transaction_date"),
        preprocess.revenue("quantity", "unit_price", total="total_amount"),
        preprocess.scaled("unit_price", into="price_scaled", where="unit_price >= 0"),
        preprocess.totals(
            "customer_id",
            "total_amount",
            count="customer_transactions",
            total="customer_total",
            where="total_amount >= 0",
        ),
    ],
    # for filters of GET /preprocessed that select few rows
    indexes=[("customer_id",), ("product_id",), ("category",), ("location",), ("transaction_date",)],
    rare={
        "rate_state": "rate_state <> 'ok'",
        "quarantined": "quarantined",
        "is_abnormal": "is_abnormal",
        "is_duplicate": "is_duplicate",
    },
)

pipeline = Pipeline(
    name="unified_sales",
    flows=[sales, customers, rates, products, transactions],
    derived=[findings, standardized_data, preprocessed_data],
    about="Products, and the dataset of sales and transactions.",
    serves=SERVES,
)
