"""A query through SQLAlchemy, of SQLite: from its fetch to the rows in a table."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Date, Decimal, Flow, Integer, Pipeline, SqlQuery, Table, Text, Timestamp
from sluice.errors import DeclarationError, DriverMissing, NotHere
from tests.kit.in_process import InProcess

SETTING = "SLUICE_OFFICE_DATABASE_URL"
OUTCOME = "select state, error_code, error from sluice.input order by id"
TABLES = """
create table item (id integer primary key, name text, price numeric, day text, at text);
insert into item values (1, 'tea', 2.5, '2026-01-31', '2026-01-31 10:00:00'), (2, null, 12345678901234567, null, null),
                        (3, '', 0.1, '2026-02-28', '2026-02-28 00:00:00.000001');
"""
LOADED = "select id, name, price, day, at, _line from item order by id"


class Office:
    """A database of SQLite, by its file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sql(TABLES)

    def sql(self, script: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(script)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv(SETTING, f"sqlite:///{tmp_path / 'office.db'}")
    return Office(tmp_path / "office.db")


def items(sql: str = "select * from item order by id", **declared: Any) -> Pipeline:
    columns = [
        Column("id", Integer(), required=True),
        Column("name", Text()),
        Column("price", Decimal(38, 3)),
        Column("day", Date("%Y-%m-%d")),
        Column("at", Timestamp("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")),
    ]
    source = SqlQuery(sql, **({"name": "items", "database": SETTING} | declared))
    return Pipeline("office", flows=[Flow(source, Table("item", ["id"], columns, on_conflict="update"))])


def load(engine: InProcess, *said: Any, **declared: Any) -> dict[str, Any]:
    engine.use(items(*said, **declared))
    return engine.finish(engine.register())


def error_of(engine: InProcess, *said: Any, **declared: Any) -> tuple[str, str]:
    load(engine, *said, **declared)
    *_, (state, code, error) = engine.sql(OUTCOME)
    assert state == "failed"
    return code, error


def test_a_query_is_loaded_like_a_file_with_the_numbers_of_its_rows_as_lines(engine: InProcess, office: Office) -> None:
    status = load(engine)
    assert (status["state"], status["read"], status["loaded"]) == ("done", 3, 3)
    assert engine.sql(LOADED) == [
        (1, "tea", Exact("2.500"), date(2026, 1, 31), datetime(2026, 1, 31, 10, tzinfo=UTC), 1),
        (2, None, Exact("12345678901234567.000"), None, None, 2),
        (3, None, Exact("0.100"), date(2026, 2, 28), datetime(2026, 2, 28, 0, 0, 0, 1, tzinfo=UTC), 3),
    ]
    assert load(engine)["inputs"][0]["state"] == "already_loaded"


def test_percent_signs_colons_and_braces_are_those_of_the_query(engine: InProcess, office: Office) -> None:
    load(engine, "select id, '100%s :x {name} %(y)s' || '%%' as name from item where id = 1 -- {x} :y %;\n;")
    assert engine.sql("select name from item") == [("100%s :x {name} %(y)s%%",)]


def test_a_watermark_fetches_what_came_since(engine: InProcess, office: Office) -> None:
    load(engine, watermark="id")
    office.sql("insert into item (id, name) values (4, 'new'), (5, 'newer')")
    assert load(engine, watermark="id")["read"] == 2
    assert load(engine, watermark="id")["inputs"][0]["state"] == "already_loaded"
    office.sql("update item set name = 'changed' where id = 4; insert into item (id) values (6)")
    assert load(engine, watermark="id", overlap=2)["read"] == 3
    assert engine.sql("select id, name from item where id > 3 order by id") == [(4, "changed"), (5, "newer"), (6, None)]


def test_a_watermark_of_text_is_compared_as_the_fetch_compares_it(engine: InProcess, office: Office) -> None:
    office.sql("create table word (id integer, name text collate nocase); insert into word values (1, 'b'), (2, 'C')")
    load(engine, "select * from word", watermark="name")
    office.sql("insert into word values (3, 'B'), (4, 'c''d')")
    assert load(engine, "select * from word", watermark="name")["read"] == 1  # 'B' comes before 'b'
    assert load(engine, "select * from word", watermark="name")["read"] == 0


def test_a_watermark_of_text_begins_again_after_a_first_fetch_with_rejects(engine: InProcess, office: Office) -> None:
    office.sql("create table word (id text, name text); insert into word values ('1', 'a'), ('x', 'b')")
    query = "select * from word"
    assert load(engine, query, watermark="name")["rejected"] == 1
    office.sql("update word set id = '2' where id = 'x'")
    assert load(engine, query, watermark="name")["loaded"] == 1
    assert load(engine, query, watermark="name")["read"] == 0


def test_rejected_rows_do_not_advance_the_watermark(engine: InProcess, office: Office) -> None:
    office.sql("insert into item (id, day) values (7, 'soon')")
    status = load(engine, "select * from item order by id", watermark="id")
    assert (status["loaded"], status["rejected"]) == (3, 1)
    office.sql("update item set day = '2026-03-01' where id = 7")
    assert load(engine, "select * from item order by id", watermark="id")["loaded"] == 1
    assert engine.sql("select day from item where id = 7") == [(date(2026, 3, 1),)]


def test_rows_without_a_watermark_come_the_first_time_and_are_noted_after_that(
    engine: InProcess, office: Office
) -> None:
    load(engine, watermark="at")
    office.sql("insert into item (id, at) values (8, '2026-03-01 00:00:00')")
    status = load(engine, watermark="at")
    assert status["read"] == 1
    assert "1 of the query's rows have a null at" in status["inputs"][0]["note"]


def test_a_snapshot_deletes_what_the_query_does_not_have(engine: InProcess, office: Office) -> None:
    load(engine, snapshot=True)
    office.sql("delete from item where id < 3")
    load(engine, snapshot=True)
    assert engine.sql("select id from item") == [(3,)]


def test_bytes_that_are_not_text_are_a_reject_of_their_row(engine: InProcess, office: Office) -> None:
    status = load(engine, "select 1 as id, cast(x'ff41' as text) as name union all select 2, 'x'")
    assert (status["loaded"], status["rejected"]) == (1, 1)
    assert engine.sql("select line, code from sluice.reject") == [(1, "invalid_utf8")]


@pytest.mark.parametrize(
    ("sql", "declared", "code", "part"),
    [
        ("select * from missing", {}, "query_failed", "The query of items fails: no such table: missing."),
        ("selec 1", {}, "query_failed", 'near "selec": syntax error'),
        ("delete from item", {}, "query_failed", "fails: OperationalError."),
        ("select 1; select 2", {}, "query_failed", "The query of items fails:"),
        ("pragma query_only = off", {}, "query_failed", "write one SELECT"),
        ("select id, x'41' as name from item", {}, "not_text", "record 1: 'name' is bytes"),
        ("select id from item where id < 0", {}, "no_rows", "items returned no rows"),
        ("select id, 1 as ID from item", {}, "duplicate_header", "More than one column is named 'id'"),
        ("select name from item", {}, "missing_header", "'id'"),
        ("select id from item", {"watermark": "at"}, "query_failed", "must have one column at, its watermark"),
        ("select id, x'41' as at from item", {"watermark": "at"}, "query_failed", "watermark at is of the type bytes"),
        ("select id, case id when 2 then 'x' else 1 end as at from item", {"watermark": "at"}, "query_failed",
         "the watermark at has values of the types numeric and text"),
        ("select * from item", {"watermark": "id", "overlap": timedelta(1)}, "query_failed", "overlap="),
        ("with recursive n(id) as (select 1 union all select id + 1 from n) select count(*) as id from n",
         {"statement_timeout_s": 0.05}, "query_failed", "took longer than 0.05 s (statement_timeout_s)"),
        ("with recursive n(id) as (select 1 union all select id + 1 from n) select id from n",
         {"statement_timeout_s": 0.05}, "query_failed", "took longer than 0.05 s (statement_timeout_s)"),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_is_said_without_values(
    engine: InProcess, office: Office, tmp_path: Path, sql: str, declared: dict[str, Any], code: str, part: str
) -> None:
    got, error = error_of(engine, sql, **declared)
    assert (got, part in error) == (code, True), error
    assert code.endswith("_header") or list((tmp_path / "landing").iterdir()) == []
    with closing(sqlite3.connect(office.path)) as connection:
        assert connection.execute("select count(*) from item").fetchone() == (3,)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("no url", "is not a URL of SQLAlchemy"),
        ("postgresql://a:secret@b/c", "declare PostgresQuery"),
        ("mysql://a:secret@b/c", "begin the URL with mysql+pymysql://"),
        ("sqlite:////etc/hostname", "file is not a database"),
    ],
)
def test_an_address_that_cannot_be_is_refused_without_itself(
    engine: InProcess, monkeypatch: pytest.MonkeyPatch, url: str, part: str
) -> None:
    monkeypatch.setenv(SETTING, url)
    code, error = error_of(engine)
    assert code in ("source_refused", "query_failed")
    assert part in error
    assert "secret" not in error


def test_a_file_that_is_not_there_is_not_made(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, f"sqlite:///{tmp_path / 'gone.db'}")
    engine.use(items())
    with pytest.raises(NotHere, match="this worker does not see the file"):
        engine.plan(engine.register())
    assert not (tmp_path / "gone.db").exists()


def test_a_driver_that_is_missing_is_named(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "oracle+oracledb://a:secret@b/c")
    engine.use(items())
    with pytest.raises(DriverMissing, match=r"does not have the driver for oracle\+oracledb") as caught:
        engine.plan(engine.register())
    assert "secret" not in str(caught.value)


def test_where_sqlalchemy_is_missing_it_is_said_how_to_install_it(
    engine: InProcess, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.use(items())
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(DriverMissing, match=r"pip install 'sluice-etl\[sql\]'"):
        engine.plan(engine.register())


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"sql": " ; "}, "sql must not be empty"),
        ({"database": "mysql://root@x"}, "database must be the name of a setting"),
        ({"watermark": "a", "snapshot": True}, "snapshot and watermark exclude each other"),
        ({"sql": "select top 5 * from t", "watermark": "a"}, "and this one has TOP"),
        ({"sql": "select * from t limit 5", "watermark": "a"}, "and this one has LIMIT"),
        ({"overlap": 1}, "overlap needs a watermark"),
        ({"watermark": "a", "overlap": -1}, "overlap must not be negative: rows would be skipped"),
        ({"watermark": "a", "overlap": timedelta(-1)}, "overlap must not be negative"),
        ({"statement_timeout_s": 0}, "statement_timeout_s must be a number of seconds greater than 0"),
    ],
)
def test_a_mistake_in_a_declaration_has_its_sentence(declared: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        SqlQuery(**({"sql": "select 1", "name": "items", "database": SETTING} | declared))
    assert sentence in str(caught.value)
