"""Owner and loader: a role that may only fill tables loads, settles and builds; only the owner makes tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sluice.engine.doctor.postgres import look_at_server, look_at_tables
from sluice.engine.tables.migrate import migrate
from sluice.errors import ConfigError
from sluice.pipelines import find
from tests.kit.in_process import InProcess
from tests.kit.roles import acting_as_loader

pytestmark = pytest.mark.empty_database  # who migrates, and from what, is the subject
ROLES = (Path(__file__).parents[3] / "deploy" / "postgres" / "roles.sql").read_text(encoding="utf-8")
AS_OF = "2024-12-31"
CUSTOMERS = "customer_id,first_name,last_name,email,country,gender,date_of_birth\n"
ORDERS = "order_id,customer_id,order_date,product,price\n"
PAYMENTS = "payment_id,customer_id,order_id,payment_date,amount\n"


@pytest.fixture
def loader(engine: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[InProcess]:
    """Tables by the owner, and from then on this process as the loader, whose rights are those of roles.sql."""
    rights = re.findall(r"^alter default privileges .*;$", ROLES, re.MULTILINE)
    named = [each.replace("sluice_owner", "{owner}").replace("sluice_loader", "{role}") for each in rights]
    statements = ["alter role {role} set search_path = {owner}, public", *named]
    tables = partial(engine.use, find("customer_ltv"))
    with acting_as_loader(database_url, monkeypatch, statements, first=tables):
        yield engine


def test_a_loader_loads_settles_and_builds(loader: InProcess, tmp_path: Path) -> None:
    def file(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    customers = file("customers.csv", CUSTOMERS + "1,Ann,,,,,\n2,Bob,,,,,\n")
    orders, payments = file("orders.csv", ORDERS + "7,1,2024-01-01,x,5\n"), PAYMENTS + "1,,7,2024-01-02,50\n"
    loader.finish(loader.register(customers, orders, file("payments.csv", payments), as_of=AS_OF))
    more = loader.finish(
        loader.register(file("payments_2.csv", PAYMENTS + "2,,7,2024-01-03,5\n3,,9,2024-01-03,5\n"), as_of=AS_OF)
    )
    fewer = loader.finish(loader.register(file("customers_2.csv", CUSTOMERS + "1,Ann,,,,,\n"), as_of=AS_OF))
    assert [[each["mode"] for each in run["builds"]] for run in (more, fewer)] == [["incremental"] * 2, ["full"] * 2]
    assert loader.sql("select customer_id, total_amount::text from customer_ltv_latest") == [(1, "55.00")]
    assert loader.sql("select kind, id from customer_ltv_orphan") == [("payment_without_order", 3)]


def test_the_doctor_is_content_with_a_loader(loader: InProcess) -> None:
    found = [*look_at_server(), *look_at_tables([find("customer_ltv")])]
    assert [each.check for each in found if each.state == "wrong"] == []


def test_a_loader_makes_no_tables(loader: InProcess) -> None:
    with pytest.raises(ConfigError, match="Let the owner of the tables run `sluice migrate`"):
        migrate([find("call_logs")])
