"""Runs that overlap a build: what is settled is final, what is under way is waited for, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from random import Random

import pytest

from sluice.engine.derive.table import TableBuild
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import Run, retry
from sluice.engine.steps.build import build_run
from sluice.errors import EarlierRunOpen
from sluice.pipelines import find
from tests.kit.in_process import InProcess
from tests.kit.open_runs import OpenRuns
from tests.kit.stack import until

AS_OF = "2024-12-31"
CUSTOMERS = "customer_id,first_name,last_name,email,country,gender,date_of_birth"
ORDERS = "order_id,customer_id,order_date,product,price"
PAYMENTS = "payment_id,customer_id,order_id,payment_date,amount"
LTV = "select customer_id, total_orders, total_amount::text from customer_ltv order by 1"
WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
BOOKS = "select read, loaded, duplicate, rejected, contested from sluice.run where id = %s"


class Shop:
    """Files of one folder, and runs of them step by step."""

    def __init__(self, engine: InProcess, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        engine.use(find("customer_ltv"))

    def file(self, name: str, header: str, *rows: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return path

    def customers(self, *keys: int, name: str = "customers.csv") -> Path:
        return self.file(name, CUSTOMERS, *(f"{key},Ann,Doe,,RW,F," for key in keys))

    def run(self, *paths: Path, **options: object) -> Run:
        return self.engine.register(*paths, as_of=AS_OF, **options)

    def until_settled(self, run: Run) -> None:
        self.load(run)
        self.engine.settle(run)

    def load(self, run: Run) -> None:
        self.engine.plan(run)
        for step in self.engine.steps(run, "extract"):
            self.engine.load(step)

    def build(self, run: Run) -> None:
        (step,) = self.engine.steps(run, "build")
        claim = steps.claim("build", {"step": step})
        try:
            build_run(claim, self.engine.pipeline)
        except EarlierRunOpen:
            steps.release(claim, None, 0.0)
            self.engine.sql("update sluice.step set due_at = due_at - interval '1 h' where id = %s", step)
            raise

    def ltv(self) -> list[tuple[object, ...]]:
        return self.engine.sql(LTV)


@pytest.fixture
def shop(engine: InProcess, tmp_path: Path) -> Shop:
    return Shop(engine, tmp_path)


def test_a_settled_row_is_final_although_its_run_still_has_to_build(shop: Shop) -> None:
    earlier = shop.run(shop.file("orders_1.csv", ORDERS, "7,1,2024-01-01,x,5", "8,1,2024-01-01,x,5"))
    later = shop.run(shop.file("orders_2.csv", ORDERS, "7,2,2024-02-02,y,6"))
    shop.until_settled(later)
    shop.until_settled(earlier)
    shop.build(later)
    shop.build(earlier)
    assert shop.engine.sql("select order_id, customer_id from orders order by 1") == [(7, 2), (8, 1)]
    assert shop.engine.sql(BOOKS, later.id) == [(1, 1, 0, 0, 0)]
    assert shop.engine.sql(BOOKS, earlier.id) == [(2, 1, 0, 1, 0)]


def test_a_build_waits_for_a_snapshot_that_is_being_loaded(shop: Shop) -> None:
    shop.engine.finish(shop.run(shop.customers(1, 2)))
    building = shop.run(shop.file("orders.csv", ORDERS, "7,1,2024-01-01,x,5"))
    shop.until_settled(building)
    snapshot = shop.run(shop.customers(1, 2, 3, name="customers_2.csv"))
    shop.load(snapshot)
    with pytest.raises(EarlierRunOpen, match=f"Run {snapshot.id} has yet to settle"):
        shop.build(building)
    shop.engine.settle(snapshot)
    shop.build(building)
    assert shop.ltv() == [(1, 0, "0.00"), (2, 0, "0.00"), (3, 0, "0.00")]


def test_a_build_waits_for_rows_that_are_being_loaded_again(shop: Shop) -> None:
    orders = shop.file("orders.csv", ORDERS, "7,1,2024-01-01,x,5")
    payments = shop.file("payments.csv", PAYMENTS, "1,,7,2024-01-02,50")
    shop.engine.finish(shop.run(shop.customers(1), orders, payments))
    again, building = shop.run(orders, reload=True), shop.run()
    shop.load(again)
    shop.engine.settle(building)
    with pytest.raises(EarlierRunOpen):
        shop.build(building)
    shop.engine.settle(again)
    shop.build(building)
    assert shop.ltv() == [(1, 1, "50.00")]


def test_rows_that_settle_while_a_build_runs_are_counted_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = shop.file("orders.csv", ORDERS, "7,1,2024-01-01,x,5")
    first = shop.run(shop.customers(1), orders, shop.file("payments.csv", PAYMENTS, "1,,7,2024-01-02,50"))
    shop.until_settled(first)
    late = shop.run(shop.file("payments_2.csv", PAYMENTS, "2,,7,2024-01-03,20"))
    shop.load(late)
    with ThreadPoolExecutor(1) as other:
        _meanwhile(monkeypatch, lambda: other.submit(shop.engine.settle, late).result())
        shop.build(first)
    assert shop.ltv() == [(1, 1, "50.00")]
    shop.build(late)
    assert shop.ltv() == [(1, 1, "70.00")]


def test_a_load_that_takes_rows_away_waits_for_a_build(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = shop.file("orders.csv", ORDERS, "7,1,2024-01-01,x,5")
    shop.engine.finish(shop.run(shop.customers(1), orders, shop.file("payments.csv", PAYMENTS, "1,,7,2024-01-02,50")))
    building = shop.run(shop.file("payments_2.csv", PAYMENTS, "2,,7,2024-01-03,20"))
    again = shop.run(orders, reload=True)
    shop.until_settled(building)
    with ThreadPoolExecutor(1) as loader, ThreadPoolExecutor(1) as watcher:
        loading = []

        def load() -> None:
            loading.append(loader.submit(shop.load, again))
            until(lambda: watcher.submit(shop.engine.sql, WAITING).result() == [(1,)], 120, "a load that waits")

        _meanwhile(monkeypatch, load)
        shop.build(building)
        loading[0].result()
    assert shop.ltv() == [(1, 1, "70.00")]


def test_runs_with_the_same_file_and_a_snapshot_each_do_not_wait_for_each_other(shop: Shop) -> None:
    orders = shop.file("orders.csv", ORDERS, "7,1,2024-01-01,x,5")
    copy = shop.file("orders_copy.csv", ORDERS, "7,1,2024-01-01,x,5")
    runs = OpenRuns(shop.engine, Random(1))
    as_of = date.fromisoformat(AS_OF)
    first = runs.add([shop.customers(1), orders], as_of)
    second = runs.add([copy, shop.customers(1, 2, name="customers_2.csv")], as_of)
    copied = shop.engine.steps(second, "plan")[0]
    shop.engine.plan_step(copied)
    while runs.step():
        pass
    assert [run.status().state for run in (first, second)] == ["done", "done"]
    assert shop.ltv() == [(1, 0, "0.00"), (2, 0, "0.00")]


def test_rows_of_a_file_that_failed_half_way_count_once_also_after_it_is_retried(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "70000")
    shop.engine.forget()
    shop.engine.finish(shop.run(shop.customers(1), shop.file("orders.csv", ORDERS, "7,1,2024-01-01,x,5")))
    many = shop.file("payments.csv", PAYMENTS, *(f"{n},,7,2024-01-02,1" for n in range(10_000, 20_000)))
    halved = shop.run(many)
    shop.engine.plan(halved)
    dead, *others = shop.engine.steps(halved, "extract")
    steps.kill(steps.claim("extract", {"step": dead}), "as a test wants it")
    for step in others:
        shop.engine.load(step)
    shop.engine.settle(halved)
    assert halved.status().state == "failed"
    [(loaded,)] = shop.engine.sql("select count(*) from payments")
    shop.engine.finish(shop.run())
    assert 0 < loaded < 10_000
    assert shop.ltv() == [(1, 1, f"{loaded}.00")]
    retry(halved.id)
    shop.engine.finish(halved)
    assert shop.ltv() == [(1, 1, "10000.00")]


def _meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Once, between two statements of a build, something happens."""
    read, left = TableBuild._since, [happens]

    def since(self: TableBuild, upto: int) -> object:
        found = read(self, upto)
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(TableBuild, "_since", since)
