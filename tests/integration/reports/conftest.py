"""The tables that a report reads, made by hand: what was built is known to the cent."""

from __future__ import annotations

import pytest

from sluice.engine.tables.migrate import migrate
from tests.integration.reports.built import Built
from tests.kit.in_process import InProcess

TABLES = """
create table customers (customer_id bigint primary key, first_name text, last_name text, email text, country text,
    gender text, date_of_birth date, _input_id bigint, _line bigint);
create table customer_ltv (as_of date, customer_id bigint, total_orders bigint, total_amount numeric(14,2),
    avg_order_value numeric(14,2), orders_per_year numeric(14,6), lifespan_years numeric(10,4), ltv numeric(14,2),
    first_order date, last_order date, refunds numeric(14,2), built_at timestamptz, primary key (as_of, customer_id));
create table customer_ltv_orphan (as_of date, kind text, id bigint, order_id bigint, customer_id bigint,
    amount numeric(14,2), on_date date, _input_id bigint, _line bigint, primary key (as_of, kind, id));
"""


@pytest.fixture
def built(engine: InProcess) -> Built:
    """Empty tables, and a hand to fill them."""
    migrate([])
    engine.sql(TABLES)
    return Built(engine)
