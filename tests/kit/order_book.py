"""A shop in a database: the tables that forecasts start from, a crowd of customers with known parameters, and some
whose orders a test spells out.
"""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from sluice.engine.database.connection import transaction
from sluice.engine.tables.migrate import migrate
from sluice.pipelines.customer_ltv.forecast.bg_nbd import BetaGeometric
from sluice.pipelines.customer_ltv.forecast.gamma_gamma import GammaGamma
from tests.kit.buying import order_times
from tests.kit.in_process import InProcess

TABLES = """
create table orders (order_id bigint primary key, customer_id bigint not null, order_date date not null, product text,
                     price numeric(14,2), _input_id bigint not null, _line bigint not null);
create table payments (payment_id bigint primary key, customer_id bigint, order_id bigint not null,
                       payment_date date not null, amount numeric(14,2) not null, status text, currency text,
                       _input_id bigint not null, _line bigint not null);
create table customer_ltv (as_of date, customer_id bigint, total_orders bigint, total_amount numeric(14,2),
                           primary key (as_of, customer_id))
"""
AS_OF = date(2024, 6, 30)
ORDERS, VALUES = BetaGeometric(0.8, 8.0, 0.8, 2.5), GammaGamma(4.0, 5.0, 100.0)
CROWD = 1_200  # customers 1 to 1,200
LOADED, OPEN = 1, 2  # inputs


class Paid(NamedTuple):
    """A payment; on the day of its order unless it says otherwise."""

    amount: str
    day: str | None = None
    status: str | None = None
    source: int = LOADED


class Order:
    """An order and its payments."""

    def __init__(self, day: str, *payments: Paid, source: int = LOADED) -> None:
        self.day, self.payments, self.source = day, payments, source


class Shop:
    """The tables that customer_ltv is built from, with a crowd of customers drawn from ORDERS and VALUES."""

    def __init__(self, engine: InProcess) -> None:
        self.sql = engine.sql
        migrate([])
        self.sql(TABLES)
        self.sql(
            "insert into sluice.run (pipeline, contract, inputs_total, inputs_left) values ('customer_ltv', 'c', 2, 1)"
        )
        for number, state in ((LOADED, "done"), (OPEN, "loading")):
            self.sql(
                "insert into sluice.input (run_id, position, pipeline, source, uri, contract, state)"
                " select id, %s, 'customer_ltv', 'orders', 'o.csv', 'c', %s from sluice.run",
                number,
                state,
            )

    def crowd(self, *, spend_more: float = 0.0) -> None:
        """`spend_more` makes an order the dearer the more orders its customer has."""
        rng = np.random.default_rng(11)
        observed = rng.uniform(26, 130, CROWD)
        rounds = np.vstack([np.zeros(CROWD), order_times(ORDERS, observed, rng)])
        nu = rng.gamma(VALUES.q, 1 / VALUES.v, CROWD)
        orders, payments = io.StringIO(), io.StringIO()
        for number, (which, customer) in enumerate(np.argwhere(~np.isnan(rounds)), 1):
            day = AS_OF - timedelta(days=round(7 * float(observed[customer] - rounds[which, customer])))
            amount = rng.gamma(VALUES.p) / nu[customer] * (1 + spend_more * (~np.isnan(rounds[:, customer])).sum())
            orders.write(f"{number},{customer + 1},{day},,,{LOADED},{number}\n")
            payments.write(f"{number},,{number},{day},{amount + 0.01:.2f},,,{LOADED},{number}\n")
        for table, text in (("orders", orders), ("payments", payments)):
            with transaction() as cursor:
                cursor.copy_expert(f"copy {table} from stdin with (format csv)", io.StringIO(text.getvalue()))
        self.sql("insert into customer_ltv select %s, generate_series(1, %s)", AS_OF, CROWD)

    def buys(self, customer: int, *orders: Order) -> None:
        """Of a customer whose value was built."""
        self.sql("insert into customer_ltv values (%s, %s) on conflict do nothing", AS_OF, customer)
        for order in orders:
            ((number,),) = self.sql(
                "insert into orders select max(order_id) + 1, %s, %s, null, null, %s, 1 from orders returning order_id",
                customer,
                order.day,
                order.source,
            )
            for paid in order.payments:
                self.sql(
                    "insert into payments select max(payment_id) + 1, 999, %s, %s, %s, %s, null, %s, 1 from payments",
                    number,
                    paid.day or order.day,
                    paid.amount,
                    paid.status,
                    paid.source,
                )

    def rows(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        return self.sql(f"select {columns} from customer_ltv_forecast where {where}")
