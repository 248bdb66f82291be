"""Purging old runs takes nothing that builds, explanations and the next files need."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sluice.engine.derive.explain import explain, listed
from sluice.engine.ledger.cleanup import purge
from sluice.pipelines import find
from tests.kit.in_process import InProcess

AS_OF = "2024-12-31"
FILES = {
    "customers.csv": "customer_id,first_name,last_name,email,country,gender,date_of_birth\n1,Ann,Doe,,,,\n",
    "orders.csv": "order_id,customer_id,order_date,product,price\n7,1,2024-01-01,x,5\n",
    "payments.csv": "payment_id,customer_id,order_id,payment_date,amount\n1,,7,2024-01-02,50\n2,,9,2024-01-02,5\n",
}
LATE = "payment_id,customer_id,order_id,payment_date,amount\n3,,7,2024-01-03,20\n1,,7,2024-01-02,50\n"


def test_a_purged_run_is_still_built_from_explained_and_known(engine: InProcess, tmp_path: Path) -> None:
    for name, text in (FILES | {"payments_late.csv": LATE}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    engine.use(find("customer_ltv"))
    paths = [tmp_path / name for name in FILES]
    old = engine.register(*paths, as_of=AS_OF)
    engine.finish(old)
    engine.sql("update sluice.run set finished_at = finished_at - interval '40 d' where id = %s", old.id)
    assert purge.purge_run(old.id, purge.before(timedelta(days=30)))["steps"] == 8

    late = engine.finish(engine.register(tmp_path / "payments_late.csv", as_of=AS_OF))
    again = engine.finish(engine.register(*paths, as_of=AS_OF))

    assert [build["mode"] for build in late["builds"]] == ["incremental", "incremental"]
    assert (late["loaded"], late["duplicate"]) == (1, 1)
    assert [build["mode"] for build in again["builds"]] == ["unchanged", "unchanged"]
    told = explain(engine.pipeline, "1")
    assert str(told["row"]["total_amount"]) == "70.00"
    assert [(each["file"], each["line"]) for each in told["behind"]["payments"]] == [
        (str(tmp_path / "payments.csv"), 2),
        (str(tmp_path / "payments_late.csv"), 2),
    ]
    assert [each["id"] for each in listed(engine.pipeline, None, None, 9)["rows"]] == [2]
    assert [build["rows"] for build in old.status().json()["builds"]] == [1, 1]
