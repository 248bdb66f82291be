"""What the planner knows of loaded tables when something is built from them, and of built ones: never nothing."""

from __future__ import annotations

from pathlib import Path

from sluice.pipelines import find
from tests.kit.in_process import InProcess

FILES = {
    "customers": "customer_id,first_name,last_name,email,country,gender,date_of_birth\n1,Ann,,,,,\n",
    "orders": "order_id,customer_id,order_date,product,price\n1,1,2024-01-01,,5\n",
    "payments": "payment_id,customer_id,order_id,payment_date,amount\n1,1,1,2024-01-02,5\n",
    "payments_late": "payment_id,customer_id,order_id,payment_date,amount\n2,1,1,2024-01-03,5\n3,1,1,2024-01-04,5\n",
}
KNOWN = """
select relname, reltuples from pg_class
where relname in (select tablename from pg_stats) and relname in ('customers', 'orders', 'payments') order by 1
"""


def _load(engine: InProcess, folder: Path, *names: str) -> None:
    paths = [folder / f"{name}.csv" for name in names]
    for name, path in zip(names, paths, strict=True):
        path.write_text(FILES[name], encoding="utf-8")
    engine.finish(engine.register(*paths, as_of="2024-12-31"))


def test_tables_loaded_a_moment_ago_are_analysed_before_the_first_build(engine: InProcess, tmp_path: Path) -> None:
    engine.use(find("customer_ltv"))
    _load(engine, tmp_path, "customers", "orders", "payments")
    assert engine.sql(KNOWN) == [("customers", 1), ("orders", 1), ("payments", 1)]


def test_tables_that_have_statistics_are_left_to_autovacuum(engine: InProcess, tmp_path: Path) -> None:
    engine.use(find("customer_ltv"))
    _load(engine, tmp_path, "customers", "orders", "payments")
    _load(engine, tmp_path, "payments_late")
    assert engine.sql("select total_amount from customer_ltv") == [(15,)]
    assert engine.sql(KNOWN) == [("customers", 1), ("orders", 1), ("payments", 1)]


def test_a_table_that_is_built_for_the_first_time_is_analysed(engine: InProcess, tmp_path: Path) -> None:
    engine.use(find("customer_ltv"))
    _load(engine, tmp_path, "customers", "orders", "payments")
    assert engine.sql("select reltuples from pg_class where relname = 'customer_ltv'") == [(1,)]
    assert engine.sql("select count(*) > 0 from pg_stats where tablename = 'customer_ltv'") == [(True,)]
