"""Calls (kept), accounts (updated by every file), and the bill of each customer, derived from both."""

from pathlib import Path

from sluice.engine.declare import Column, Derived, Files, Flow, Pipeline, Table
from sluice.engine.types import Integer, Money, Text
from sluice.pipelines.call_logs import pipeline as call_logs

accounts = Table(
    "accounts",
    key=("customer_id",),
    on_conflict="update",
    columns=[
        Column("customer_id", Integer(), required=True),
        Column("plan", Text(), required=True),
        Column("credit_usd", Money("USD", precision=12, scale=2), header="credit"),
    ],
)

bill = Derived(
    "call_bill",
    key=("as_of", "customer_id"),
    columns={
        "as_of": "date",
        "customer_id": "bigint",
        "plan": "text",
        "calls": "bigint",
        "cost_usd": "numeric(16,4)",
        "left_usd": "numeric(16,4)",
        "destinations": "bigint",
        "last_call": "timestamptz",
    },
    sql=(Path(__file__).parent / "sql" / "bill.sql").read_text(encoding="utf-8"),
)

pipeline = Pipeline(
    name="chaos",
    flows=[
        Flow(Files("call_logs_*.csv", name="calls"), call_logs.flows[0].table),
        Flow(Files("accounts_*.csv", name="accounts"), accounts),
    ],
    derived=[bill],
    about="The sample of `sluice chaos`.",
)
