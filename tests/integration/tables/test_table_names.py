"""Tables may be called whatever the declaration accepts, and none lands among the ledger's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Derived, Files, Flow, Integer, Pipeline, Table, Text
from sluice.engine.database.autocommit import autocommit
from sluice.engine.ledger import schema
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.preview import preview
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.roles import acting_as_loader

pytestmark = pytest.mark.empty_database  # who migrates, and from what, is the subject
LEDGER = ["run", "input", "part", "step", "reject", "contender", "tick", "build", "statistic", "migration", "target"]
KEYWORDS = ["user", "table", "select", "order", "group", "all", "null", "true", "default", "check", "grant", "analyze"]
OWN_WORDS = ["stage", "lost", "contest", "sluice_stage_a", "sluice_verdict", "sluice_new_a", "sluice_diff_a"]
LONG = ["x" * 59, "x" * 58 + "y"]


def pipeline_of(name: str) -> Pipeline:
    table = Table(
        name,
        key=("id",),
        columns=[Column("id", Integer(), required=True), Column("name", Text())],
        indexes=[("name",)],
        on_conflict="update",
    )
    return Pipeline("mine", Files("*.csv"), table)


def rows(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(["id,name", *lines, ""]), encoding="utf-8")
    return path


def schemas_of(engine: InProcess, name: str) -> list[str]:
    found = engine.sql(
        "select relnamespace::regnamespace::text from pg_class where relname = %s and relpersistence <> 't' order by 1",
        name,
    )
    return [schema for (schema,) in found]


@pytest.mark.parametrize("name", [*LEDGER, *KEYWORDS, *OWN_WORDS, *LONG])
@pytest.mark.variants
def test_a_table_of_any_name_is_loaded_in_a_schema_of_its_own(engine: InProcess, tmp_path: Path, name: str) -> None:
    migrate([])
    before = engine.sql("select table_name, column_name from information_schema.columns where table_schema = 'sluice'")
    engine.use(pipeline_of(name))
    engine.finish(engine.register(rows(tmp_path, "a.csv", "1,a", "2,b")))
    engine.finish(engine.register(rows(tmp_path, "b.csv", "2,c", "3,d")))
    assert engine.sql(f'select id, name from public."{name}" order by 1') == [(1, "a"), (2, "c"), (3, "d")]
    assert schemas_of(engine, name) == (["public", "sluice"] if name in LEDGER else ["public"])
    after = engine.sql("select table_name, column_name from information_schema.columns where table_schema = 'sluice'")
    assert sorted(after) == sorted(before)
    assert is_current(pipeline_of(name))


@pytest.mark.parametrize("path", ['"$user", public', "sluice", "sluice, public", "pg_catalog, sluice, public"])
def test_no_search_path_of_the_role_leads_into_the_ledger(
    engine: InProcess, tmp_path: Path, database_url: str, path: str
) -> None:
    migrate([])
    with autocommit(database_url) as cursor:
        cursor.execute(f"alter database {database_url.rpartition('/')[2]} set search_path = {path}")
    InProcess.forget()
    engine.use(pipeline_of("part"))
    engine.finish(engine.register(rows(tmp_path, "a.csv", "1,a")))
    assert engine.sql("select id, name from public.part") == [(1, "a")]


def test_two_long_names_that_begin_alike_are_two_tables_with_their_own_indexes(
    engine: InProcess, tmp_path: Path
) -> None:
    columns = [Column(name, Integer(), required=True) for name in ("id", "a" * 50 + "_1", "a" * 50 + "_2")]
    tables = [
        Table(name, key=("id",), columns=columns, indexes=[(columns[1].name,), (columns[2].name,)])
        for name in ("x" * 58 + "1", "x" * 58 + "2")
    ]
    flows = [Flow(Files(f"{n}*.csv", name=f"s{n}"), table) for n, table in enumerate(tables)]
    sums = [
        Derived(name, key=("id",), columns={"id": "bigint"}, sql=f"select id from {{s{n}}} s")
        for n, name in enumerate(("y" * 58 + "1", "y" * 58 + "2"))
    ]
    engine.use(Pipeline("long", flows=flows, derived=sums))
    engine.use(Pipeline("long", flows=flows, derived=sums))
    files = []
    for n in range(2):
        files.append(tmp_path / f"{n}.csv")
        files[n].write_text(f"id,{columns[1].name},{columns[2].name}\n{n},1,2\n")
    found = engine.finish(engine.register(*files))
    assert (found["state"], found["loaded"], [each["rows"] for each in found["builds"]]) == ("done", 2, [1, 1])
    count = "select count(*) from pg_index where indrelid = %s::regclass and not indisunique"
    assert [engine.sql(count, f'public."{table.name}"') for table in tables] == [[(3,)], [(3,)]]


def test_indexes_whose_names_would_be_one_are_two(engine: InProcess) -> None:
    columns = [Column(name, Integer(), required=name == "id") for name in ("id", "a", "b_c", "a_b", "c")]
    table = Table("t", key=("id",), columns=columns, indexes=[("a", "b_c"), ("a_b", "c")])
    engine.use(Pipeline("t", Files("*.csv"), table))
    engine.use(Pipeline("t", Files("*.csv"), table))
    asked = "select substring(indexdef from '[(].*') from pg_indexes where tablename = 't' and indexdef ~ 'btree'"
    assert sorted(engine.sql(asked)) == [("(a, b_c)",), ("(a_b, c)",), ("(id)",)]


EARLIER = [f"00{n}_{name}.sql" for n, name in enumerate(
    ("ledger", "shapes", "purge", "derived", "schedule", "remote", "preprocess"), start=1
)]  # fmt: skip
DATED = {"key": ("as_of", "id"), "columns": {"as_of": "date", "id": "bigint"}}
SQL = "select %(as_of)s::date as as_of, id from {files} f"


def test_a_view_in_the_place_of_a_table_is_refused(engine: InProcess) -> None:
    first = Pipeline("mine", Files("*.csv"), pipeline_of("t").flows[0].table, derived=[Derived("d", sql=SQL, **DATED)])
    migrate([first])
    with pytest.raises(ConfigError, match="d_latest must be a table but is a view in the schema public already"):
        migrate([pipeline_of("d_latest")])
    migrate([pipeline_of("e_latest")])
    second = Pipeline("mine", Files("*.csv"), pipeline_of("t").flows[0].table, derived=[Derived("e", sql=SQL, **DATED)])
    with pytest.raises(ConfigError, match="e_latest must be a view but is a table"):
        migrate([second])


def test_tables_that_an_earlier_version_made_in_the_ledgers_schema_move_out_of_it(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(
        "mine", Files("*.csv"), pipeline_of("t").flows[0].table, derived=[Derived("d", sql=SQL, **DATED)]
    )
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "ledger_files", lambda: EARLIER)
        engine.use(pipeline)
    engine.sql(
        "insert into t (id, name, _input_id, _line) values (1, 'a', 1, 2); insert into d values ('2023-01-01', 1);"
        "create table own_words (word text); create function own(x int) returns int language sql as 'select x';"
        "create type mood as enum ('good');"
        "alter table t set schema sluice; alter table d set schema sluice; alter view d_latest set schema sluice;"
        "alter table own_words set schema sluice; alter function own(int) set schema sluice;"
        "alter type mood set schema sluice"
    )
    engine.use(pipeline)
    assert engine.sql("select id, name from public.t") == [(1, "a")]
    assert engine.sql("select id from public.d_latest") == [(1,)]
    assert engine.sql("select public.own(3), 'good'::public.mood::text, count(*) from public.own_words") == [
        (3, "good", 0)
    ]
    assert engine.finish(engine.register(rows(tmp_path, "b.csv", "2,b"), as_of="2024-01-01"))["state"] == "done"
    assert schemas_of(engine, "run") == ["sluice"]


def test_a_table_in_another_schema_of_the_role_is_not_made_a_second_time(
    engine: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.use(pipeline_of("orders"))
    engine.sql("create schema warehouse; alter table orders set schema warehouse")
    with autocommit(database_url) as cursor:
        cursor.execute(f"alter database {database_url.rpartition('/')[2]} set search_path = warehouse, public")
    InProcess.forget()
    with pytest.raises(
        ConfigError, match="one that Sluice has filled is in warehouse: set SLUICE_SEARCH_PATH=warehouse"
    ):
        migrate([pipeline_of("orders")])
    monkeypatch.setenv("SLUICE_SEARCH_PATH", "warehouse,public")
    InProcess.forget()
    assert migrate([pipeline_of("orders")]) == []


@pytest.fixture
def elsewhere(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    twice = "create function public.twice(x bigint) returns bigint language sql as 'select 2 * x'"
    engine.sql(f'create schema "Ware_house"; {twice}')
    monkeypatch.setenv("SLUICE_SEARCH_PATH", "Ware_house, public")
    InProcess.forget()
    return engine


def test_tables_are_made_in_the_schema_of_the_settings_and_sql_finds_the_others(
    elsewhere: InProcess, tmp_path: Path
) -> None:
    twice = Derived("d", key=("id",), columns={"id": "bigint"}, sql="select twice(id) as id from {files} f")
    elsewhere.use(Pipeline("mine", Files("*.csv"), pipeline_of("run").flows[0].table, derived=[twice]))
    elsewhere.finish(elsewhere.register(rows(tmp_path, "a.csv", "4,a")))
    assert elsewhere.sql('select id from "Ware_house".d') == [(8,)]
    assert elsewhere.sql('select id, name from "Ware_house".run') == [(4, "a")]


def test_the_schema_of_the_tables_is_made_if_it_is_not_there(
    engine: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_SEARCH_PATH", "staging")
    InProcess.forget()
    assert preview([pipeline_of("t")], Allowed()).schemas == ["staging"]
    done = migrate([pipeline_of("t")])
    assert [done[0], done[-1]] == ["Created schema staging.", "Created table t."]
    assert engine.sql("select schemaname::text from pg_tables where tablename = 't'") == [("staging",)]


def test_a_loader_with_a_path_of_its_own_fills_the_tables_of_the_owner(
    engine: InProcess, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = [
        "alter role {role} set search_path = sluice",
        "alter default privileges for role {owner} grant usage on schemas to {role}",
        "alter default privileges for role {owner} grant select, insert, update, delete on tables to {role}",
    ]
    pipeline = pipeline_of("step")
    with acting_as_loader(database_url, monkeypatch, rights, first=lambda: engine.use(pipeline)):
        engine.finish(engine.register(rows(tmp_path, "a.csv", "1,a")))
        assert engine.sql("select id, name from public.step") == [(1, "a")]
