"""Runs that are settled and have their tables still to build: what they loaded is final, and counted once."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from sluice.engine.derive import table as build_table
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import Run
from sluice.engine.steps.build import build_run
from sluice.pipelines.customer_ltv import pipeline
from tests.kit.in_process import InProcess

AS_OF = "2024-12-31"
CUSTOMERS = "customer_id,first_name,last_name,email,country,gender,date_of_birth\n1,Asha,,,,,\n"
ORDERS = "order_id,customer_id,order_date,product,price\n1,1,2024-01-01,Lamp,15\n"
PAYMENTS = "payment_id,customer_id,order_id,payment_date,amount\n"
BOOKS = "select loaded, duplicate, rejected from sluice.run where id = %s"


@pytest.fixture
def shop(engine: InProcess) -> InProcess:
    """The engine with customer_ltv."""
    engine.use(pipeline)
    return engine


def queued(shop: InProcess, folder: Path, **files: str) -> Run:
    """A run of files, planned."""
    paths = [folder / f"{name}.csv" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text)
    run = shop.register(*paths, as_of=AS_OF)
    shop.plan(run)
    return run


def load(shop: InProcess, run: Run) -> None:
    for step in shop.steps(run, "extract"):
        shop.load(step)


def build(shop: InProcess, run: Run) -> None:
    (step,) = shop.steps(run, "build")
    build_run(steps.claim("build", {"step": step}), shop.pipeline)


def test_a_payment_settled_while_another_run_builds_is_counted_once(
    shop: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = queued(shop, tmp_path, customer=CUSTOMERS, order=ORDERS, payment=PAYMENTS + "1,1,1,2024-01-01,10\n")
    second = queued(shop, tmp_path, payment_more=PAYMENTS + "2,1,1,2024-01-02,5\n")
    load(shop, first)
    load(shop, second)
    shop.settle(first)
    look, looked = build_table.TableBuild._since, []

    def look_and_be_overtaken(self: build_table.TableBuild, upto: int) -> object:
        """Another process settles the second run, right after the first one's build has looked what there is."""
        found = look(self, upto)
        if not looked:
            looked.append(found)
            other = Thread(target=shop.settle, args=(second,))
            other.start()
            other.join()
        return found

    monkeypatch.setattr(build_table.TableBuild, "_since", look_and_be_overtaken)
    build(shop, first)
    assert shop.sql("select total_orders, total_amount::text from customer_ltv") == [(1, "10.00")]
    build(shop, second)
    assert shop.sql("select total_orders, total_amount::text from customer_ltv") == [(1, "15.00")]


def test_a_row_of_a_later_run_that_is_settled_keeps_its_key(shop: InProcess, tmp_path: Path) -> None:
    earlier = queued(shop, tmp_path, payment_1=PAYMENTS + "1,1,1,2024-01-01,10\n2,1,1,2024-01-02,3\n")
    later = queued(shop, tmp_path, payment_2=PAYMENTS + "1,1,1,2024-01-01,20\n2,1,1,2024-01-02,3\n")
    load(shop, later)
    shop.settle(later)
    load(shop, earlier)
    shop.settle(earlier)
    build(shop, earlier)
    build(shop, later)
    assert shop.sql("select payment_id, amount::text from payments order by 1") == [(1, "20.00"), (2, "3.00")]
    assert shop.sql(BOOKS, later.id) == [(2, 0, 0)]
    assert shop.sql(BOOKS, earlier.id) == [(0, 1, 1)]
    assert shop.sql("select code, reason like '%%payment_2.csv%%' from sluice.reject") == [("key_conflict", True)]
    assert shop.sql("select * from sluice.contender") == []


def test_a_row_that_an_earlier_run_contests_keeps_its_key_once_its_own_run_is_settled(
    shop: InProcess, tmp_path: Path
) -> None:
    earlier = queued(shop, tmp_path, payment_1=PAYMENTS + "1,1,1,2024-01-01,10\n3,1,1,2024-01-03,4\n")
    later = queued(shop, tmp_path, payment_2=PAYMENTS + "1,1,1,2024-01-01,20\n2,1,1,2024-01-02,3\n")
    load(shop, later)
    load(shop, earlier)
    shop.settle(later)
    shop.settle(earlier)
    build(shop, later)
    build(shop, earlier)
    assert shop.sql("select payment_id, amount::text from payments order by 1") == [
        (1, "20.00"),
        (2, "3.00"),
        (3, "4.00"),
    ]
    assert shop.sql(BOOKS, later.id) == [(2, 0, 0)]
    assert shop.sql(BOOKS, earlier.id) == [(1, 0, 1)]
    assert shop.sql("select * from sluice.contender") == []
