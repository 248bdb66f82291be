"""The core of Sluice through PgBouncer in transaction mode, in front of a server with another time zone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.connection import DatabaseAway, connect, transaction
from sluice.engine.doctor.session import look_at_session
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.pooler import pgbouncer
from tests.kit.stack import EXAMPLES, Stack, until
from tests.kit.web_client import serving

METERS = """
from sluice import Column, Decimal, Derived, Files, Integer, Pipeline, Table, Timestamp
TABLE = Table("meter_readings", key=("meter_id", "read_at"), columns=[
    Column("meter_id", Integer(), required=True),
    Column("read_at", Timestamp("%Y-%m-%d %H:%M", tz="UTC"), required=True),
    Column("kwh", Decimal(12, 3)),
])
DAYS = Derived(
    "meter_days", key=("as_of", "meter_id"), value="kwh",
    columns={"as_of": "date", "meter_id": "bigint", "kwh": "numeric(14,3)"},
    sql="select %(as_of)s::date as as_of, meter_id, sum(kwh) as kwh from {readings} r"
        " where r.read_at::date <= %(as_of)s group by meter_id",
)
pipeline = Pipeline("meters", Files("m*", name="readings"), TABLE, derived=[DAYS])
"""
READINGS = "meter_id,read_at,kwh\n1,2025-12-31 10:00,1.000\n1,2025-12-31 21:30,2.000\n"
LATE = "1,2025-12-31 22:30,4.000\n2,2025-12-31 23:30,4.000\n"  # of another day in Kigali
LETTERS = """
from sluice import Column, Files, Integer, Pipeline, Table, Text
pipeline = Pipeline("letters", Files("l*"), Table("letters", key=("id",), columns=[
    Column("id", Integer(), required=True), Column("value", Text())]))
"""
CALLS = "customer_id,call_cost,call_destination,call_date,call_duration\n"
HOW = [{}, {"ignore_startup_parameters": "options,extra_float_digits"}]


@pytest.fixture
def pooled(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack whose every connection goes through PgBouncer, to a database with another time zone."""
    name = stack.database_url.rpartition("/")[2]
    with autocommit(stack.database_url) as cursor:
        cursor.execute(f"alter database {name} set timezone = 'Africa/Kigali'")
        cursor.execute(f"alter database {name} set datestyle = 'SQL, DMY'")
    with pgbouncer(stack.database_url, stack.home / "pgbouncer", **getattr(request, "param", {})) as through:
        folder = stack.home / "my_pipelines"
        folder.mkdir()
        (folder / "meters.py").write_text(METERS)
        (folder / "letters.py").write_text(LETTERS)
        stack.env |= {
            "DATABASE_URL": through,
            "SLUICE_PIPELINES": f"{folder}:{EXAMPLES}",
            "SLUICE_API_READ_TOKENS": "a-token-that-reads",
            "SLUICE_PART_BYTES": "4096",
        }
        yield stack


@pytest.mark.parametrize("pooled", HOW[1:], indirect=True, ids=["ignoring"])
@pytest.mark.slow
def test_a_pooler_that_ignores_what_it_is_told_changes_no_sum(pooled: Stack) -> None:
    pooled.worker()
    _meters(pooled)


def test_only_a_connection_that_no_pooler_shares_keeps_the_settings(pooled: Stack) -> None:
    direct, shared = connect(url=pooled.database_url), connect(url=pooled.env["DATABASE_URL"])
    try:
        zones = []
        for each in (direct, shared):
            with each.connection.cursor() as cursor:
                cursor.execute("show timezone")
                zones += cursor.fetchall()
            with each.transaction(each.begin()) as cursor:
                cursor.execute("show timezone")
                zones += cursor.fetchall()
        assert zones == [("UTC",), ("UTC",), ("Africa/Kigali",), ("UTC",)]
        assert (direct.set_to, shared.set_to) == (direct.session, None)
    finally:
        direct.connection.close()
        shared.connection.close()


def _file(stack: Stack, name: str, text: str) -> str:
    path = stack.home / name
    path.write_text(text)
    return str(path)


@pytest.mark.slow
def test_runs_builds_exports_pages_and_doctor(pooled: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    pooled.worker()
    _calls(pooled)
    _meters(pooled)
    _customers(pooled)
    _contested(pooled)
    _pages(pooled, monkeypatch)
    _doctor(pooled)


def _calls(stack: Stack) -> None:
    rows = [f"{n},$1.25,Nairobi,2022-01-0{n % 9 + 1} 10:00:00,00:06:15\n" for n in range(1, 2001)]
    paths = [_file(stack, f"calls_{n}.csv", CALLS + "".join(rows[n::3])) for n in range(3)]
    status = stack.sluice("run", "call_logs", *paths)
    assert (status["state"], status["loaded"], status["rejected"]) == ("done", 2000, 0)
    sums = "select count(*), sum(call_cost_usd)::text, min(call_date at time zone 'UTC')::text from customer_call_logs"
    assert stack.sql(sums)[0][:2] == (2000, "2500.0000")


def _meters(stack: Stack) -> None:
    path = _file(stack, "m.csv", READINGS + LATE)
    status = stack.sluice("run", "meters", path, "--as-of", "2025-12-31", "--export", "out")
    assert (status["state"], status["builds"][0]["sum_after"]) == ("done", "11.000")
    lines = (stack.home / "out" / "meter_days.csv").read_text().splitlines()
    assert [line.rpartition(",")[0] for line in lines] == [
        "as_of,meter_id,kwh",
        "2025-12-31,1,7.000",
        "2025-12-31,2,4.000",
    ]


def _customers(stack: Stack) -> None:
    customers = _file(
        stack,
        "customers.csv",
        "customer_id,first_name,last_name,email,country,gender,date_of_birth\n1,Ann,,,,,\n2,Bob,,,,,03/04/1990\n",
    )
    orders = _file(stack, "orders.csv", "order_id,customer_id,order_date,product,price\n7,1,2024-01-01,x,5\n")
    payments = _file(stack, "payments.csv", "payment_id,customer_id,order_id,payment_date,amount\n1,,7,2024-01-02,50\n")
    status = stack.sluice("run", "customer_ltv", customers, orders, payments, "--as-of", "2024-12-31")
    assert status["state"] == "done"
    more = _file(stack, "payments_2.csv", "payment_id,customer_id,order_id,payment_date,amount\n2,,7,2024-01-03,5\n")
    status = stack.sluice("run", "customer_ltv", more, "--as-of", "2024-12-31")
    assert [each["mode"] for each in status["builds"]] == ["incremental", "incremental"]
    assert stack.sql("select customer_id, total_amount::text from customer_ltv where total_orders > 0") == [
        (1, "55.00")
    ]


def _contested(stack: Stack) -> None:
    # every key is in both files: whatever commits first, the first file wins
    first = _file(stack, "l1.csv", "id,value\n" + "".join(f"{n},first\n" for n in range(900)))
    second = _file(stack, "l2.csv", "id,value\n" + "".join(f"{n},second\n" for n in range(900)))
    status = stack.sluice("run", "letters", first, second, ok=False)
    assert (status["state"], status["loaded"], status["rejected"], status["exit_code"]) == ("done", 900, 900, 6)
    assert stack.sql("select value, count(*) from letters group by 1") == [("first", 900)]


def _pages(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    from sluice.engine.base.settings import settings
    from sluice.web.app import make_app

    for name, value in stack.env.items():
        if name.startswith("SLUICE_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.setenv(name, value)
    InProcess.forget()
    with serving(make_app(settings()), "a-token-that-reads") as api:
        page = api.get("/call-logs", params={"customer_id": 7})
        runs = api.get("/runs")
        assert api.get("/readyz").status_code == 200
    InProcess.forget()
    assert (page.status_code, runs.status_code) == (200, 200)
    assert [each["call_date"] for each in page.json()["items"]] == ["2022-01-08T07:00:00+00:00"]  # ten in Nairobi


def _looked_at_with_a_worker(stack: Stack) -> dict[str, tuple[str, str]] | None:
    found = stack.sluice("doctor", ok=False)
    lines = {each["check"]: (each["state"], each["found"]) for each in found["checks"]}
    return lines if all(lines.get(each, ("",))[0] == "ok" for each in ("workers", "landing")) else None


def _doctor(stack: Stack) -> None:
    stack.sluice("migrate")
    lines = until(
        lambda: _looked_at_with_a_worker(stack), 120, "an answer of the worker in the seconds that are waited"
    )
    assert lines["PostgreSQL settings"] == ("ok", "as each transaction sets them")
    assert lines["PostgreSQL pooler"][1].startswith("a pooler such as PgBouncer at 127.0.0.1:")
    assert lines["rows"] == ("ok", "as many in the tables as the books say")
    assert [check for check, (state, _) in lines.items() if state == "wrong"] == []


@pytest.mark.parametrize("mode", ["transaction", "session"])
@pytest.mark.slow
def test_the_doctor_knows_a_pooler_by_the_process_that_answers(
    engine: InProcess, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    assert [each.check for each in look_at_session()] == ["PostgreSQL settings"]
    with pgbouncer(database_url, tmp_path / "pooler", mode=mode) as through:
        monkeypatch.setenv("DATABASE_URL", through)
        InProcess.forget()
        assert [each.check for each in look_at_session()] == ["PostgreSQL settings", "PostgreSQL pooler"]
        InProcess.forget()


@pytest.mark.slow
def test_options_in_the_url_are_refused_by_name(database_url: str, tmp_path: Path) -> None:
    with (
        pgbouncer(database_url, tmp_path / "pooler") as through,
        pytest.raises(ConfigError, match=r"PgBouncer refuses the connection.*no options in the URL"),
    ):
        connect(url=f"{through}?options=-c%20statement_timeout%3D5")


@pytest.mark.slow
def test_pooling_by_statement_is_named(database_url: str, tmp_path: Path) -> None:
    with (
        pgbouncer(database_url, tmp_path / "pooler", mode="statement") as through,
        pytest.raises(DatabaseAway, match="PgBouncer does that with pool_mode = statement"),
    ):
        connect(url=through)


@pytest.mark.slow
def test_backslashes_that_a_pooler_hides_are_refused(database_url: str, tmp_path: Path) -> None:
    name = database_url.rpartition("/")[2]
    with autocommit(database_url) as cursor:
        cursor.execute(f"alter database {name} set standard_conforming_strings = off")
    for number, how in enumerate(HOW):
        with (
            pgbouncer(database_url, tmp_path / f"pooler{number}", **how) as through,
            pytest.raises(ConfigError, match=r"alter role \.\.\. set standard_conforming_strings = on"),
        ):
            connect(url=through)


@pytest.mark.slow
def test_a_transaction_is_the_same_on_whatever_server_connection_it_gets(
    engine: InProcess, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = database_url.rpartition("/")[2]
    with autocommit(database_url) as cursor:
        cursor.execute(f"alter database {name} set statement_timeout = 77")
    with pgbouncer(database_url, tmp_path / "pooler") as through:
        monkeypatch.setenv("DATABASE_URL", through)
        InProcess.forget()
        with psycopg2.connect(through) as other, other.cursor() as cursor:  # another client that holds one of them
            cursor.execute("select set_config('timezone', 'Asia/Tokyo', false)")
            seen = {_asked() for _ in range(20)}
        other.close()
        seen |= {_asked() for _ in range(20)}
        InProcess.forget()
    assert {each[1:] for each in seen} == {("UTC", "10min", "UTF8")}


def _asked() -> Any:
    with transaction() as cursor:
        cursor.execute(
            "select pg_backend_pid(), current_setting('timezone'), current_setting('statement_timeout'),"
            " current_setting('client_encoding')"
        )
        return cursor.fetchone()
