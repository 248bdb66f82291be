"""Calls with an id of their own: a random text key, the hard case for a B-tree."""

from sluice.engine.declare import Column, Files, Pipeline, Table
from sluice.engine.declare.tables.checks import at_least, between, one_of
from sluice.engine.types import Duration, Integer, Money, Text, Timestamp

pipeline = Pipeline(
    name="calls_wide",
    source=Files("calls_wide/*.csv"),
    table=Table(
        "calls_wide",
        key=("call_id",),
        columns=[
            Column("call_id", Text(max_length=18), required=True),
            Column("caller", Text(), required=True),
            Column("callee", Text(), required=True),
            Column("status", Text(), required=True, check=one_of("answered", "busy", "failed", "missed")),
            Column("customer_id", Integer(), required=True),
            Column("call_cost_usd", Money("USD", precision=12, scale=4), header="call_cost", check=at_least(0)),
            Column("call_destination", Text(), required=True),
            Column("call_date", Timestamp("%Y-%m-%d %H:%M:%S", tz="Africa/Nairobi"), required=True),
            Column("call_duration_s", Duration(), header="call_duration", check=between(0, 86_400)),
        ],
    ),
)
