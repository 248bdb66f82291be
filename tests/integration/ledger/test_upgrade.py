"""A ledger from before there were derived tables: its rows are built from, also those of runs that ended long ago."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg2.extensions import cursor as Cursor
from typer.testing import CliRunner

from sluice import Column, Derived, Files, Integer, Pipeline, Table
from sluice.cli.main import app
from sluice.engine.ledger import schema
from tests.kit.in_process import InProcess

pytestmark = pytest.mark.empty_database  # who migrates, and from what, is the subject
FILES, TABLE = Files("*.csv"), Table("numbers", key=("n",), columns=[Column("n", Integer(), required=True)])
SUMS = Derived(
    "sums",
    key=("tens",),
    columns={"tens": "bigint", "total": "bigint"},
    sql="select n / 10 as tens, sum(n) as total from {files} f group by 1",
    value="total",
)
BEFORE = ("001_ledger.sql", "002_shapes.sql", "003_purge.sql")
# a run that is done, one with a dead part, and one that is still loading
RUNS = """
insert into sluice.run (pipeline, contract, state, inputs_total, inputs_left)
values ('numbers', 'c', 'done', 1, 0), ('numbers', 'c', 'failed', 1, 0), ('numbers', 'c', 'running', 1, 1);
insert into sluice.input (run_id, position, pipeline, source, uri, contract, state, read, loaded)
select id, 1, 'numbers', 'files', 'old.csv', 'c', case state when 'running' then 'loading' else state end, 2, 2
from sluice.run order by id;
insert into numbers (n, _input_id, _line) values (1, 1, 2), (2, 1, 3), (21, 2, 2), (22, 2, 3), (41, 3, 2), (42, 3, 3)
"""


def test_what_was_loaded_before_the_upgrade_is_built_from(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "ledger_files", lambda: list(BEFORE))
        engine.use(Pipeline("numbers", FILES, TABLE))
        engine.sql(RUNS)
    engine.use(Pipeline("numbers", FILES, TABLE, derived=[SUMS]))
    engine.finish(engine.register())
    assert engine.sql("select tens, total from sums order by 1") == [(0, 3), (2, 43)]
    (tmp_path / "new.csv").write_text("n\n3\n2\n")
    engine.finish(engine.register(tmp_path / "new.csv"))
    assert engine.sql("select tens, total from sums order by 1") == [(0, 6), (2, 43)]


def test_an_upgrade_that_meets_a_load_in_a_deadlock_is_done_again(
    engine: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    migrate_ledger = schema.migrate_ledger

    def in_the_way(cursor: Cursor) -> list[str]:
        done = migrate_ledger(cursor)
        tried.append(len(done))
        if len(tried) < 3:
            cursor.execute("do $$ begin raise exception using errcode = 'deadlock_detected'; end $$")
        return done

    monkeypatch.setattr(schema, "migrate_ledger", in_the_way)
    engine.use(Pipeline("numbers", FILES, TABLE))
    assert tried == [len(schema.ledger_files())] * 3
    assert engine.sql("select count(*) from sluice.migration") == [(len(schema.ledger_files()),)]


def test_a_command_says_that_the_ledger_is_older(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        older = [name for name in schema.ledger_files() if name < "024"]
        earlier.setattr(schema, "ledger_files", lambda: older)
        engine.use(Pipeline("numbers", FILES, TABLE))
    said = CliRunner().invoke(app, ["status"])
    assert said.exit_code == 2
    assert "has not had 024_undo.sql: `sluice migrate` brings it up to date" in said.stderr
