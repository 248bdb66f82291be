"""Customer call logs: one CSV per switch and day, into customer_call_logs."""

from sluice.engine.declare import Column, Daily, Files, Generated, Pipeline, Range, Serve, Table
from sluice.engine.declare.tables.checks import at_least, between
from sluice.engine.types import Duration, Integer, Money, Text, Timestamp

pipeline = Pipeline(
    name="call_logs",
    source=Files("call_logs/*.csv*"),
    table=Table(
        "customer_call_logs",
        # no call id exists: a customer cannot start two calls to one place in the same second
        key=("call_date", "customer_id", "call_destination"),
        on_conflict="keep",
        columns=[
            Column("customer_id", Integer(), required=True),
            Column("call_cost_usd", Money("USD", precision=12, scale=4), header="call_cost", check=at_least(0)),
            Column("call_destination", Text(), required=True),
            Column("call_date", Timestamp("%Y-%m-%d %H:%M:%S", tz="Africa/Nairobi"), required=True),
            Column("call_duration_s", Duration(), header="call_duration", check=between(0, 86_400)),
        ],
        generated=[Generated("call_duration_min", "numeric", "call_duration_s / 60.0")],
        # for GET /call-logs by customer: without it each page reads the calls of all customers
        indexes=[("customer_id", "call_date")],
    ),
    schedule=Daily("02:00", tz="Africa/Nairobi"),  # beat loads new files of the inbox
    about="Calls of customers.",
    serves=[
        Serve(
            "customer_call_logs",
            route="/call-logs",
            filters=["customer_id", Range("call_date", "from", "to", end_excluded=True)],
            summary="Call logs",
            doc="Calls in the order of (call_date, customer_id, call_destination), oldest first.",
            called="Call",
            example={
                "customer_id": 42,
                "call_cost_usd": "0.3500",
                "call_destination": "Kigali",
                "call_date": "2024-01-15T09:30:00+00:00",
                "call_duration_s": 130,
                "call_duration_min": "2.1666666666666667",
            },
        )
    ],
)
