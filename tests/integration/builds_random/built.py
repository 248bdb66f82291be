"""What is loaded and what was built of it, read back and compared with what is counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sluice.engine.ledger.runs import Run
from tests.kit.in_process import InProcess
from tests.kit.ltv_by_hand import Bought, Paid, Row, orphans, values
from tests.kit.shop_files import Shop

FINAL = "join sluice.input i on i.id = _input_id and i.settled is not null"
CUSTOMERS = f"select customer_id from customers {FINAL}"
ORDERS = f"select order_id, customer_id, order_date, price, _input_id, _line from orders {FINAL}"
PAYMENTS = (
    f"select payment_id, customer_id, order_id, payment_date, amount, status, _input_id, _line from payments {FINAL}"
)
LTV = """
select customer_id, total_orders, total_amount, avg_order_value, orders_per_year, lifespan_years, ltv, first_order,
       last_order, refunds
from customer_ltv where as_of = %s
"""
ORPHANS = """
select kind, id, order_id, customer_id, amount, on_date, _input_id, _line from customer_ltv_orphan where as_of = %s
"""
BUILDS = """
select derived, mode, rows, added, changed, removed, sum_before, sum_after, counts, moves
from sluice.build where run_id = %s order by id desc limit 2
"""


@dataclass(frozen=True)
class Loaded:
    """The settled rows of the loaded tables."""

    customers: set[int]
    orders: dict[int, Bought]
    payments: dict[int, Paid]

    def values_only(self) -> Shop:
        """Without where they came from."""
        orders = {key: row._replace(place=(0, 0)) for key, row in self.orders.items()}
        payments = {key: row._replace(place=(0, 0)) for key, row in self.payments.items()}
        return Shop(self.customers, orders, payments)


def loaded(engine: InProcess) -> Loaded:
    return Loaded(
        {key for (key,) in engine.sql(CUSTOMERS)},
        {key: Bought(*row[:3], row[3:]) for key, *row in _tuples(engine, ORDERS)},
        {key: Paid(*row[:5], row[5:]) for key, *row in _tuples(engine, PAYMENTS)},
    )


def _tuples(engine: InProcess, statement: str) -> list[tuple[Any, ...]]:
    return [(key, *row[:-2], *row[-2:]) for key, *row in engine.sql(statement)]


class Built:
    """The derived tables as the newest builds have left them, by date."""

    def __init__(self, engine: InProcess) -> None:
        self._engine = engine
        self.retried: list[int] = []
        self._there, self._gone = Loaded(set(), {}, {}), 0
        self._before: dict[date, tuple[dict[Any, Row], dict[Any, Row]]] = {}

    def dates(self) -> list[date]:
        return sorted(self._before)

    def check(self, run: Run) -> None:
        """After a run's build: both tables by hand, and what the ledger says of the build."""
        as_of = date.fromisoformat(run.status().as_of)
        there = loaded(self._engine)
        self._nothing_is_lost(there)
        expected = (
            values(there.customers, there.orders, there.payments.values(), as_of),
            orphans(there.customers, there.orders, there.payments, as_of),
        )
        found = self._read(as_of)
        for what, now, should in zip(("customer_ltv", "orphans"), found, expected, strict=True):
            other = {key: (now.get(key), should.get(key)) for key in {*now, *should} if now.get(key) != should.get(key)}
            assert not other, (
                f"{what} of run {run.id} as of {as_of}; found, expected: {other}; {run.status().json()['builds']}"
            )
        for before, now, build in zip(self._before.get(as_of, ({}, {})), found, self._builds(run), strict=True):
            _check_build(before, now, build)
        self._before[as_of] = found

    def _nothing_is_lost(self, there: Loaded) -> None:
        """What was settled once stays so; customers alone go, by a snapshot that tells how many.

        A run that is tried again may give a key of its own to a row of an earlier file.
        """
        own = {key for (key,) in self._engine.sql("select id from sluice.input where run_id = any(%s)", self.retried)}
        [(gone,)] = self._engine.sql("select coalesce(sum(gone), 0) from sluice.run")
        for now, earlier in ((there.orders, self._there.orders), (there.payments, self._there.payments)):
            lost = {
                key: row
                for key, row in earlier.items()
                if key not in now or (now[key][:-1] != row[:-1] and row.place[0] not in own)
            }
            assert not lost, f"these rows were settled and are not there any more: {lost}"
        missing = self._there.customers - there.customers
        assert len(missing) <= gone - self._gone, f"customers {missing} went without a snapshot"
        self._there, self._gone = there, gone

    def _read(self, as_of: date) -> tuple[dict[Any, Row], dict[Any, Row]]:
        ltv = {key: row for key, *row in map(tuple, self._engine.sql(LTV, as_of))}
        owners = {(kind, key): tuple(row) for kind, key, *row in self._engine.sql(ORPHANS, as_of)}
        return {key: tuple(row) for key, row in ltv.items()}, owners

    def _builds(self, run: Run) -> list[tuple[Any, ...]]:
        return self._engine.sql(BUILDS, run.id)[::-1]


def _check_build(before: dict[Any, Row], now: dict[Any, Row], build: tuple[Any, ...]) -> None:
    derived, mode, rows, added, changed, removed, sum_before, sum_after, counts, moves = build
    both = before.keys() & now.keys()
    told = (
        len(now),
        len(now.keys() - before.keys()),
        sum(before[k] != now[k] for k in both),
        len(before.keys() - now.keys()),
    )
    assert (rows, added, changed, removed) == told, f"{derived}, {mode}: ledger {build}, seen {told}"
    if derived == "customer_ltv":
        assert (sum_after or 0) == _total(now), f"{derived}, {mode}: {sum_after} and {_total(now)}"
        assert (sum_before or 0) == _total(before), f"{derived}, {mode}: {sum_before} and {_total(before)}"
        for move in moves:
            key = move["customer_id"]
            assert _value(move["before"]) == (before[key][5] if key in before else None)
            assert _value(move["after"]) == (now[key][5] if key in now else None)
    else:
        kinds = [kind for kind, _ in now]
        assert counts == {kind: kinds.count(kind) for kind in set(kinds)}


def _value(told: float | None) -> Decimal | None:
    return None if told is None else round(Decimal(told), 2)


def _total(rows: dict[Any, Row]) -> Decimal:
    return sum((row[5] for row in rows.values()), Decimal(0))


def check_books(engine: InProcess) -> None:
    """Nothing contends any more, and what each run says it has brought is there or was replaced since."""
    assert engine.sql("select id, contested from sluice.run where contested <> 0") == []
    assert engine.sql("select run_id from sluice.contender") == []
    for source in ("orders", "payments"):
        wrong = engine.sql(
            f"""
            select i.id, i.state, i.loaded, count(t._line)
            from sluice.input i left join {source} t on t._input_id = i.id
            where i.source = %s and not exists (select from sluice.input r where i.id = any(r.replaces))
            group by i.id having i.loaded <> count(t._line)""",
            source,
        )
        assert wrong == [], f"inputs of {source}: id, state, loaded, rows in the table"
