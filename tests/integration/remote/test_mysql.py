"""A query of MySQL or MariaDB through SQLAlchemy, where there is a server for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

import pytest

from sluice import Boolean, Column, Date, Decimal, Duration, Flow, Pipeline, SqlQuery, Table, Text, Timestamp
from tests.kit import mysql
from tests.kit.in_process import InProcess
from tests.kit.mysql import MySql

SETTING = "SLUICE_OFFICE_DATABASE_URL"
OUTCOME = "select error_code, error from sluice.input order by id desc limit 1"
WHY_NOT = mysql.missing()

pytestmark = [
    pytest.mark.slow,  # a server is started; tests of SQLite take the same way
    pytest.mark.skipif(WHY_NOT is not None, reason=f"MySQL is not tested: {WHY_NOT}"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySql]:
    with mysql.running(tmp_path_factory.mktemp("mysql")) as running:
        yield running


@pytest.fixture
def shop(server: MySql, monkeypatch: pytest.MonkeyPatch) -> MySql:
    monkeypatch.setenv(SETTING, server.url)
    server.sql(
        "drop table if exists item",
        "create table item (id bigint unsigned primary key, name varchar(50), price decimal(20, 4), big double,"
        " flag tinyint(1), day date, at timestamp(6) null, length time, data json, photo blob, rough float)",
        "set time_zone = '+02:00'",
        "insert into item values (18446744073709551615, 'Zoë 🍵 100% :x', 1234567890.1200, 0.1, 1, '0000-00-00',"
        " '2026-01-31 10:00:00.000001', '30:00:01', '{\"a\": 1}', x'ff', 0.1), (2, '', null, 1e-5, 0, '2026-01-31',"
        " '2026-01-31 12:00:00', '-00:00:01', null, null, null)",
    )
    return server


def items(sql: str, **declared: Any) -> Pipeline:
    columns = [
        Column("id", Decimal(20, 0), required=True),
        Column("name", Text()),
        Column("price", Decimal(20, 4)),
        Column("big", Text()),
        Column("flag", Boolean()),
        Column("day", Date("%Y-%m-%d")),
        Column("at", Timestamp("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")),
        Column("length", Duration()),
        Column("data", Text()),
    ]
    source = SqlQuery(sql, **({"name": "items", "database": SETTING} | declared))
    return Pipeline("office", flows=[Flow(source, Table("item", ["id"], columns, on_conflict="update"))])


def load(engine: InProcess, sql: str, **declared: Any) -> dict[str, Any]:
    engine.use(items(sql, **declared))
    return engine.finish(engine.register())


def test_values_of_mysql_arrive_exactly_or_are_rejects(engine: InProcess, shop: MySql) -> None:
    sql = "select id, name, price, big, flag, nullif(day, '0000-00-00') as day, at, if(id = 2, null, length) as length, data from item order by id"  # noqa: E501
    status = load(engine, sql)
    assert (status["read"], status["loaded"]) == (2, 2)
    assert engine.sql("select id, name, price, big, flag, day, at, length, data from item order by id") == [
        (Exact(2), None, None, "0.00001", False, date(2026, 1, 31), datetime(2026, 1, 31, 10, tzinfo=UTC), None, None),
        (Exact(18446744073709551615), "Zoë 🍵 100% :x", Exact("1234567890.1200"), "0.1", True, None,
         datetime(2026, 1, 31, 8, 0, 0, 1, tzinfo=UTC), 108001, '{"a": 1}'),
    ]  # fmt: skip


def test_a_date_of_zeros_is_a_reject_and_not_null(engine: InProcess, shop: MySql) -> None:
    status = load(engine, "select id, day from item order by id")
    assert (status["loaded"], status["rejected"]) == (1, 1)
    assert engine.sql("select line, column_name, code from sluice.reject") == [(2, "day", "bad_date")]


@pytest.mark.parametrize(
    ("sql", "declared", "code", "part"),
    [
        ("select * from missing", {}, "query_failed", "ProgrammingError 1146, Table 'shop.missing' doesn't exist."),
        ("select id, photo as name from item", {}, "not_text", "record 2: 'name' is bytes"),
        ("select id, rough as name from item", {}, "query_failed", "column name is of the type float"),
        ("delete from item", {}, "query_failed", "1792"),
        ("select 1 as id; drop table item", {}, "query_failed", "1064"),
        ("select id, sleep(5) as name from item", {"statement_timeout_s": 0.2}, "query_failed", "longer than 0.2 s"),
        ("select id, name from item", {"watermark": "name"}, "query_failed", "the watermark name is of the type str"),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_is_said(
    engine: InProcess, shop: MySql, sql: str, declared: dict[str, Any], code: str, part: str
) -> None:
    load(engine, sql, **declared)
    ((got, error),) = engine.sql(OUTCOME)
    assert (got, part in error) == (code, True), error


def test_a_wrong_password_is_refused_without_it(
    engine: InProcess, shop: MySql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, shop.url.replace("root@", "nobody:secret@"))
    load(engine, "select 1 as id")
    ((code, error),) = engine.sql(OUTCOME)
    assert (code, "secret" in error) == ("source_refused", False)


@pytest.mark.parametrize("watermark", ["id", "at"])
def test_a_watermark_of_mysql_fetches_what_came_since(engine: InProcess, shop: MySql, watermark: str) -> None:
    shop.sql("delete from item where id <> 2")
    load(engine, "select id, at from item", watermark=watermark)
    shop.sql("insert into item (id, at) values (3, '2026-02-01 00:00:00.000007')")
    assert load(engine, "select id, at from item", watermark=watermark)["read"] == 1
    assert load(engine, "select id, at from item", watermark=watermark)["read"] == 0


def test_a_fetch_that_is_given_up_does_not_read_the_rest(
    engine: InProcess, shop: MySql, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SLUICE_MAX_UNPACKED_BYTES", "1048576")
    InProcess.forget()
    load(engine, "select seq as id, repeat('x', 1000) as name from seq_1_to_100000000")
    ((code, _),) = engine.sql(OUTCOME)
    assert code == "too_large"
    assert list((tmp_path / "landing").iterdir()) == []
