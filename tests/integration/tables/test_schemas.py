"""Tables with a schema in their name: sales.orders and orders are two, and each is found where it is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Derived, Files, Flow, Integer, Pipeline, Serve, Table, Text
from sluice.chaos.contents import read_contents
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.doctor.rows import look_at_rows
from sluice.engine.export.form import Form
from sluice.engine.export.run import ExportRequest, export_tables
from sluice.engine.export.tables import find_table
from sluice.engine.tables.loaded_rows import note_lost, note_targets
from sluice.engine.tables.migrate import is_current, migrate, refused_by_migrate
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.roles import acting_as_loader

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]


def table(name: str, **more: Any) -> Table:
    return Table(name, **({"key": ("id",), "columns": COLUMNS, "indexes": [("name",)]} | more))


TWO = Pipeline(
    "sales",
    flows=[
        Flow(Files("s*.csv", name="theirs"), table("sales.orders")),
        Flow(Files("o*.csv", name="ours"), table("orders", on_conflict="update")),
    ],
    derived=[
        Derived("sales.counts", key=("name",), columns={"name": "text", "rows": "bigint"},
                sql="select name, count(*) as rows from {theirs} t group by 1"),
        Derived("sales.again", key=("name",), columns={"name": "text"}, sql="select distinct name from {ours} o"),
    ],
)  # fmt: skip


def written(path: Path, *rows: str) -> Path:
    path.write_text("id,name\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def loaded(engine: InProcess, folder: Path) -> dict[str, Any]:
    engine.use(TWO)
    return engine.finish(engine.register(written(folder / "s.csv", "1,a", "2,a"), written(folder / "o.csv", "1,z")))


@pytest.mark.parametrize("bulk_rows", ["0", "1"], ids=["with_the_index", "bulk"])
def test_two_tables_of_one_name_are_loaded_each_in_its_schema(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bulk_rows: str
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", bulk_rows)
    engine.forget()
    status = loaded(engine, tmp_path)
    assert (status["state"], status["loaded"]) == ("done", 3)
    assert engine.sql("select id, name from sales.orders order by 1") == [(1, "a"), (2, "a")]
    assert engine.sql("select id, name from public.orders") == [(1, "z")]
    assert engine.sql("select name, rows from sales.counts") == [("a", 2)]
    indexes = """select schemaname::text, indexname::text from pg_indexes
                 where tablename = 'orders' and indexdef ~ 'btree' order by 1, 2"""
    assert engine.sql(indexes) == [
        (schema, name) for schema in ("public", "sales") for name in ("orders_name_idx", "orders_pkey")
    ]
    assert is_current(TWO)
    assert refused_by_migrate(TWO) == []
    assert migrate([TWO]) == []


def test_rows_that_one_of_them_lost_are_found_in_that_one(engine: InProcess, tmp_path: Path) -> None:
    loaded(engine, tmp_path)
    engine.sql("truncate sales.orders")
    (finding,) = look_at_rows([TWO])
    assert finding.found.startswith("sales.orders lacks 2 rows that the books say were loaded")
    status = engine.finish(engine.register(tmp_path / "s.csv", tmp_path / "o.csv"))
    assert [each["state"] for each in status["inputs"]] == ["done", "already_loaded"]
    assert engine.sql("select count(*)::int from sales.orders") == [(2,)]


def test_a_table_that_is_emptied_while_its_run_loads_fails_the_run(engine: InProcess, tmp_path: Path) -> None:
    engine.use(TWO)
    run = engine.register(written(tmp_path / "s.csv", "1,a", "2,a"))
    with transaction() as cursor:
        note_targets(cursor, run.id, TWO)
    assert engine.sql("select source, schema, table_name from sluice.target order by 1") == [
        ("ours", "public", "orders"), ("theirs", "sales", "orders"),
    ]  # fmt: skip
    engine.plan(run)
    for step in engine.steps(run, "extract"):
        engine.load(step)
    engine.sql("truncate sales.orders")
    note_lost(run.id, TWO)
    ((lost,),) = engine.sql("select lost from sluice.run")
    assert "s.csv: 2 rows were loaded into sales.orders and 0 are there" in lost


def test_it_is_exported_under_its_full_name(engine: InProcess, tmp_path: Path) -> None:
    loaded(engine, tmp_path)
    key = find_table([TWO], "sales.orders")
    to = tmp_path / "out.csv"
    export_tables(
        [ExportRequest("sales.orders", to=str(to), key=key, columns=("id", "name"))], Form("csv", ordered=True)
    )
    assert to.read_text() == "id,name\n1,a\n2,a\n"
    with pytest.raises(ConfigError, match=r"There are: orders, sales\.again, sales\.counts, sales\.orders"):
        find_table([TWO], "sales.nothing")


def test_chaos_compares_both(engine: InProcess, tmp_path: Path) -> None:
    loaded(engine, tmp_path)
    with transaction():
        contents = read_contents(TWO)
    assert {each.name: sorted(each.rows) for each in contents.tables[:2]} == {
        "sales.orders": [("1", "a"), ("2", "a")], "orders": [("1", "z")],
    }  # fmt: skip


def test_their_locks_are_two_and_one_table_has_one_lock_however_it_is_named(engine: InProcess) -> None:
    with transaction() as cursor:
        for name, locks in (("orders", 1), ("public.orders", 1), ("sales.orders", 2)):
            lock(cursor, Lock.SETTLING, name)
            cursor.execute("select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
            assert cursor.fetchone() == (locks,)


def test_a_role_that_may_not_create_the_schema_is_told_what_its_owner_does(
    engine: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = ["grant usage, create on schema public to {role}", "grant usage on schema sluice to {role}",
              "grant select on all tables in schema sluice to {role}"]  # fmt: skip
    with acting_as_loader(database_url, monkeypatch, rights) as role, pytest.raises(ConfigError) as refused:
        migrate([Pipeline("sales", Files("*.csv"), table("sales.orders"))])
    assert str(refused.value) == (
        f"The schema sales of the table sales.orders does not exist, and the role {role} may not create schemas in "
        f"this database: its owner runs `create schema sales authorization {role}`, then `sluice migrate`."
    )


@pytest.mark.empty_database
def test_the_ledgers_schema_is_made_by_the_databases_owner_where_the_role_may_not(
    engine: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_SCHEMA", "sluice_staging")
    InProcess.forget()
    engine.sql("create schema staging")
    monkeypatch.setenv("SLUICE_SEARCH_PATH", "staging")
    with acting_as_loader(database_url, monkeypatch, []) as role, pytest.raises(ConfigError) as refused:
        migrate([])
    assert str(refused.value) == (
        f"The ledger's schema sluice_staging does not exist, and the role {role} may not create schemas in this "
        f"database: its owner runs `create schema sluice_staging authorization {role}`, then `sluice migrate`."
    )
    made = ["create schema sluice_staging authorization {role}", "alter schema staging owner to {role}"]
    with acting_as_loader(database_url, monkeypatch, made):
        assert migrate([Pipeline("sales", Files("*.csv"), table("orders"))])[-1] == "Created table orders."


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sluice.orders", "Table sluice.orders: the schema sluice is not for tables of pipelines: name another."),
        ("pg_x.orders", "names that begin with pg_ are PostgreSQL's own"),
        ("a.b.c", "Table a.b.c: its schema 'a.b': a name must have at most 59"),
        (".orders", "Table .orders: its schema ''"),
        ("sales.", "Table '': a name must"),
        ("Sales.orders", "Table Sales.orders: its schema 'Sales'"),
    ],
)
def test_a_wrong_name_is_refused(name: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        table(name)
    assert message in str(refused.value)


def test_one_table_under_two_names_is_refused(engine: InProcess) -> None:
    twice = Pipeline(
        "sales",
        flows=[Flow(Files("a*", name="a"), table("orders")), Flow(Files("b*", name="b"), table("public.orders"))],
    )
    with pytest.raises(
        ConfigError, match=r"'orders' and 'public\.orders' are one table, since public is the schema of"
    ):
        migrate([twice])


def test_a_served_table_may_have_a_schema() -> None:
    pipeline = Pipeline("sales", Files("*.csv"), table("sales.orders"), serves=[Serve("sales.orders")])
    assert pipeline.served[0].page_route == "/tables/sales.orders"
    assert [*pipeline.served[0].key] == ["id"]
