"""Undo, replay, preview and plans of tables without a key, of tables in a schema, and of the types that JSON has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.runs import Run
from sluice.engine.steps.again.redeclare import note_declared
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.engine.steps.removal.undo.cancel import cancel
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.preview import preview as plan
from sluice.engine.tables.migrate import NotMigrated, is_current, migrate
from sluice.errors import ConfigError
from sluice.pipelines import declared_of, find
from sluice.tasks.removal.undo import undo
from tests.integration.preview.as_a_run import assert_as_a_run, previewed
from tests.kit.in_process import InProcess
from tests.kit.refused import loaded, replayed

DECLARED = """
from sluice import *

pipeline = Pipeline("notes", Files("*.csv*"), Table({name!r}, key={key}, columns=[
    Column("id", Integer(), required=True), Column("text", Text(){more}),{columns}
], on_conflict={on_conflict!r}, indexes=[("text",)], adopt={adopt}){derived})
"""
DERIVED = """, derived=[Derived("sales.counts", key=("text",), columns={"text": "text", "rows": "bigint"},
    sql="select text, count(*) as rows from {files} f group by 1")]"""


class Notes:
    """The pipeline, declared anew with each call."""

    def __init__(self, engine: InProcess, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.folder, self._monkeypatch = engine, folder, monkeypatch

    def write(
        self, name: str = "notes", key: str = "None", *, on_conflict: str = "keep", more: str = "", columns: str = "",
        adopt: bool = False, derived: str = "",
    ) -> None:  # fmt: skip
        folder = self.folder / "declared"
        folder.mkdir(exist_ok=True)
        values = {"on_conflict": on_conflict, "more": more, "columns": columns, "adopt": adopt, "derived": derived}
        (folder / "notes.py").write_text(DECLARED.format(name=name, key=key, **values))
        self._monkeypatch.setenv("SLUICE_PIPELINES", str(folder))
        settings.cache_clear()
        self.engine.forget()

    def declare(self, name: str = "notes", key: str = "None", *, on_conflict: str = "keep", derived: str = "") -> None:
        self.write(name, key, on_conflict=on_conflict, derived=derived)
        self.engine.use(find("notes"))

    def file(self, name: str, *rows: str) -> Path:
        path = self.folder / name
        path.write_text("id,text\n" + "".join(f"{row}\n" for row in rows))
        return path

    def rows(self, table: str = "notes") -> list[tuple[object, ...]]:
        return self.engine.sql(f"select id, text from {table} order by 1, 2")


@pytest.fixture
def notes(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notes:
    return Notes(engine, tmp_path, monkeypatch)


NAMES = pytest.mark.parametrize("name", ["notes", "sales.notes"])


@NAMES
def test_a_run_without_a_key_is_undone_and_loaded_again(notes: Notes, name: str) -> None:
    notes.declare(name, derived=DERIVED)
    loaded(notes.engine, notes.file("a.csv", "1,x", "1,x"))
    second = loaded(notes.engine, notes.file("b.csv", "1,x", "2,y"), notes.file("c.csv", "3,z", "bad,z"))
    done = undo(second)
    assert (done.rows, done.restored, done.found.again) == (3, 0, [])
    notes.engine.finish(Run(done.by or 0))
    assert notes.rows(name) == [(1, "x"), (1, "x")]
    assert notes.engine.sql("select text, rows from sales.counts") == [("x", 2)]
    loaded(notes.engine, notes.folder / "b.csv")
    assert notes.rows(name) == [(1, "x"), (1, "x"), (1, "x"), (2, "y")]


@NAMES
def test_a_reload_without_a_key_is_undone(notes: Notes, name: str) -> None:
    notes.declare(name)
    path = notes.file("a.csv", "1,x", "1,x", "2,y")
    loaded(notes.engine, path)
    before = notes.engine.sql(f"select * from {name} order by _line")
    again = loaded(notes.engine, path, reload=True)
    assert notes.engine.sql(f"select distinct _input_id from {name}") == [(2,)]
    done = undo(again)
    assert (done.rows, done.restored) == (3, 3)
    notes.engine.finish(Run(done.by or 0))
    assert notes.engine.sql(f"select * from {name} order by _line") == before


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_undo_of_a_table_in_a_schema(notes: Notes, on_conflict: str) -> None:
    notes.engine.sql("create table notes (id bigint primary key, text text)")
    notes.declare("sales.notes", '("id",)', on_conflict=on_conflict, derived=DERIVED)
    loaded(notes.engine, notes.file("a.csv", "1,a"))
    second = loaded(notes.engine, notes.file("b.csv", "1,b", "2,b"))
    third = notes.file("c.csv", "2,b", "3,b") if on_conflict == "keep" else notes.file("c.csv", "3,b")
    loaded(notes.engine, third)
    done = undo(second)
    notes.engine.finish(Run(done.by or 0))
    assert done.restored == (1 if on_conflict == "update" else 0)
    assert notes.rows("sales.notes") == [(1, "a"), *([(2, "b")] if on_conflict == "keep" else []), (3, "b")]
    assert notes.rows("public.notes") == []


def test_an_open_run_of_another_pipeline_into_a_table_in_a_schema_is_in_the_way(notes: Notes) -> None:
    notes.declare("sales.notes")
    run = loaded(notes.engine, notes.file("a.csv", "1,a"))
    notes.engine.sql(
        "with r as (insert into sluice.run (pipeline, contract, options, inputs_total, inputs_left) "
        "values ('other', '', '{}', 1, 1) returning id) "
        "insert into sluice.target (run_id, source, table_name, schema, table_oid, file_node) "
        "select id, 'files', 'notes', 'sales', 1, 1 from r"
    )
    with pytest.raises(ConfigError, match="is open and may load into the same tables"):
        undo(run)


@NAMES
def test_rejects_are_replayed(notes: Notes, name: str) -> None:
    notes.declare(name)
    run = loaded(notes.engine, notes.file("a.csv", "1,x", "bad,x", "bad,x"))
    status = replayed(notes.engine, run, Wanted(sets={"id": "1"}))
    assert status is not None
    assert (status["loaded"], status["rejected"], [each["note"] for each in status["inputs"]]) == (2, 0, [None])
    assert notes.rows(name) == [(1, "x")] * 3
    done = undo(status["run"])
    notes.engine.finish(Run(done.by or 0))
    assert notes.rows(name) == [(1, "x")]
    again = replayed(notes.engine, run, Wanted(sets={"id": "2"}))
    assert again is not None
    assert notes.rows(name) == [(1, "x"), (2, "x"), (2, "x")]


def test_documents_of_rejects_stay_documents(notes: Notes) -> None:
    notes.write(columns='Column("data", Json()), Column("tags", Array(Integer())),')
    notes.engine.use(find("notes"))
    path = notes.folder / "a.csv.jsonl"
    lines = [
        {"id": "x", "text": "1", "data": {"b": [1, "é"]}, "tags": [1]},
        {"id": "y", "text": "2", "data": {"c": 1}, "tags": ["a"]},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = loaded(notes.engine, path)
    replayed(notes.engine, run, Wanted(sets={"id": "1"}, where={"text": "1"}))
    replayed(notes.engine, run, Wanted(sets={"id": "2", "tags": "[7, 8]", "data": '{"d": 1.50}'}, where={"text": "2"}))
    assert notes.engine.sql("select id, data::text, tags from notes order by 1") == [
        (1, '{"b": [1, "é"]}', [1]), (2, '{"d": 1.50}', [7, 8]),
    ]  # fmt: skip


@NAMES
def test_a_preview_says_what_a_run_does(notes: Notes, name: str) -> None:
    notes.write(name)
    paths = [
        notes.file("a.csv", "1,x", "1,x", "bad,x"),
        notes.file("b.csv", "1,x", "2,y"),
        notes.file("c.csv", "1,x", "2,y"),
    ]
    found = assert_as_a_run(notes.engine, find("notes"), *paths)
    assert (found.status.loaded, found.status.duplicate, found.status.rejected) == (4, 0, 1)
    assert found.tables[0].key is None


def test_a_preview_of_keys_and_values_of_every_type(notes: Notes) -> None:
    notes.write(
        key='("u", "b")',
        columns='Column("u", Uuid(), required=True), Column("b", Bytes("hex"), required=True),'
        ' Column("j", Json()), Column("a", Array(Integer())), Column("n", Inet()), Column("d", Text(), default="dd"),',
    )
    one, two = "6a3c1f0e-0000-4000-8000-000000000001", "6A3C1F0E000040008000000000000002"
    rows = [
        (one, "00", '{"a": 1, "b": 1.0}', "[1]", "10.0.0.1"),
        (one, "00", '{"b": 1, "a": 1}', "[1]", "10.0.0.1"),  # equal
        (one, "00", '{"b": true, "a": 1}', "[1]", "10.0.0.1"),  # a conflict
        (one, "00", '{"b": 1, "a": 1}', "[2]", "10.0.0.1"),  # a conflict
        (one, "0000", "[]", "", ""),
        (two, "00" * 20, "", "[]", "::1"),
    ]
    paths = []
    for number, some in enumerate(
        (rows, [(two, "00" * 20, "", "[]", "::1"), (one, "00", '{"a": 1, "b": 1}', "[1]", "10.0.0.1")])
    ):
        path = notes.folder / f"{number}.csv"
        cells = [";".join(("1", "x", *row)) for row in some]
        path.write_text("\n".join(["id;text;u;b;j;a;n", *cells]) + "\n")
        paths.append(path)
    found = previewed(find("notes"), *paths, shown=100)
    notes.engine.use(find("notes"))
    run = notes.engine.register(*paths)
    status = notes.engine.finish(run)
    assert [each.error for each in found.status.inputs] == [None, None]
    books = [(getattr(found.status, each), status[each]) for each in ("read", "loaded", "duplicate", "rejected")]
    assert books == [(8, 8), (3, 3), (3, 3), (2, 2)]
    first = found.tables[0].rows[0]["values"]
    assert json.loads(json.dumps(first)) == first
    assert (first["u"], first["b"], first["a"], first["n"], first["d"]) == (one, "\\x00", [1], "10.0.0.1", "dd")


def test_a_plan_names_the_schema_and_the_changes_of_its_tables(notes: Notes) -> None:
    notes.write("sales.notes", derived=DERIVED)
    shown = plan([find("notes")], Allowed())
    assert (shown.schemas, shown.made, shown.tables) == (["sales"], ["sales.notes", "sales.counts"], [])
    migrate([find("notes")])
    assert is_current(find("notes"))
    assert plan([find("notes")], Allowed()).tables == []
    notes.write(
        "sales.notes",
        derived=DERIVED,
        columns='Column("word", Text(), renamed_from=("text",)), Column("n", Integer()),',
    )
    text = (notes.folder / "declared" / "notes.py").read_text()
    text = (
        text.replace('Column("text", Text()),', "")
        .replace("select text,", "select word as text,")
        .replace('[("text",)]', '[("word",)]')
    )
    (notes.folder / "declared" / "notes.py").write_text(text)
    notes.engine.forget()
    (table,) = plan([find("notes")], Allowed()).tables
    assert [each.sql for each in table.statements] == [
        'alter table "sales"."notes" rename column "text" to "word"',
        'alter table "sales"."notes" add column "n" bigint',
        'create index "notes_word_idx" on "sales"."notes" ("word")',
    ]
    migrate([find("notes")])
    assert is_current(find("notes"))
    assert notes.engine.sql("select schema, table_name, column_name, became from sluice.renamed") == [
        ("sales", "notes", "text", "word")
    ]


@NAMES
def test_a_key_is_given_up_and_taken_again_by_an_option(notes: Notes, name: str) -> None:
    notes.declare(name, '("id",)')
    loaded(notes.engine, notes.file("a.csv", "1,x", "2,x"))
    notes.write(name)
    with pytest.raises(NotMigrated, match=f"The declaration has no key, .*--rebuild-key {name}"):
        migrate([find("notes")])
    assert migrate([find("notes")], Allowed(rebuild=[name])) == [f"{name} has no key now: every line is a row."]
    notes.engine.use(find("notes"))
    loaded(notes.engine, notes.file("b.csv", "1,x"))
    assert notes.rows(name) == [(1, "x"), (1, "x"), (2, "x")]
    notes.write(name, '("id",)')
    (table,) = plan([find("notes")], Allowed(rebuild=[name])).tables
    assert "Values that are in several rows: 1 (1 rows too many), such as (1) 2 times." in table.refused[0]
    with pytest.raises(NotMigrated):
        migrate([find("notes")], Allowed(rebuild=[name]))


def test_a_plan_of_a_table_of_somebody_else(notes: Notes) -> None:
    notes.engine.sql('create schema sales; create table sales.notes (id bigint, text text collate "C")')
    notes.write("sales.notes")
    (refused,) = plan([find("notes")], Allowed()).tables
    assert (refused.statements, len(refused.refused)) == ([], 1)
    assert "was not made by Sluice" in refused.refused[0]
    notes.write("sales.notes", adopt=True)
    (adopted,) = plan([find("notes")], Allowed()).tables
    assert [each.sql.replace('"', "").split(" using")[0] for each in adopted.statements] == [
        "alter table sales.notes add column _input_id bigint",
        "alter table sales.notes add column _line bigint",
        "create unique index on sales.notes (_input_id, _line)",
        "create index on sales.notes",
        "create index notes_text_idx on sales.notes (text)",
    ]
    migrate([find("notes")])
    assert is_current(find("notes"))
    assert migrate([find("notes")]) == []


@NAMES
@pytest.mark.parametrize("bulk_rows", ["0", "1"], ids=["with_the_index", "bulk"])
def test_an_open_run_without_a_key_is_cancelled(
    notes: Notes, monkeypatch: pytest.MonkeyPatch, name: str, bulk_rows: str
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", bulk_rows)
    notes.declare(name)
    if bulk_rows == "0":
        loaded(notes.engine, notes.file("a.csv", "1,x"))
    run = notes.engine.register(notes.file("b.csv", "1,x", "2,y"))
    notes.engine.plan(run)
    for step in notes.engine.steps(run, "extract"):
        notes.engine.load(step)
    before = [(1, "x")] if bulk_rows == "0" else []
    assert len(notes.rows(name)) == 2 + len(before)
    assert cancel(run.id, find("notes")).inputs == 1
    assert notes.rows(name) == before
    loaded(notes.engine, notes.folder / "b.csv")
    assert notes.rows(name) == [*before, (1, "x"), (2, "y")]
    assert is_current(find("notes"))


def test_rows_of_others_come_back_into_an_adopted_table(notes: Notes) -> None:
    notes.engine.sql('create schema sales; create table sales.notes (id bigint primary key, text text collate "C")')
    notes.engine.sql("insert into sales.notes values (1, 'old'), (2, 'old')")
    notes.write("sales.notes", '("id",)', on_conflict="update", adopt=True)
    notes.engine.use(find("notes"))
    run = loaded(notes.engine, notes.file("a.csv", "1,new", "3,new"))
    assert notes.rows("sales.notes") == [(1, "new"), (2, "old"), (3, "new")]
    done = undo(run)
    notes.engine.finish(Run(done.by or 0))
    assert notes.engine.sql("select * from sales.notes order by 1") == [
        (1, "old", None, None), (2, "old", None, None),
    ]  # fmt: skip


def test_rejects_of_one_file_are_replayed_twice_without_a_note(notes: Notes) -> None:
    notes.declare()
    run = loaded(notes.engine, notes.file("a.csv", "bad,x", "worse,y"))
    for number, text in enumerate("xy"):
        status = replayed(notes.engine, run, Wanted(sets={"id": str(number)}, where={"text": text}))
        assert status is not None
        assert [each["note"] for each in status["inputs"]] == [None]
    assert notes.rows() == [(0, "x"), (1, "y")]


@pytest.mark.parametrize("default", ['"0.00"', "0"])
def test_a_hint_has_the_default_in_its_own_notation(notes: Notes, default: str) -> None:
    notes.write(columns=f'Column("amount", Decimal(9, 2), default={default}),')
    path = notes.folder / "a.csv"
    path.write_text("id;text;amount\n" + "".join(f"{n};x;1.{n:03},50\n" for n in range(20)))
    found = previewed(find("notes"), path)
    assert found.status.rejected == 20
    written = default.replace(".", ",")
    assert [each.line for each in found.hints] == [
        f'Column("amount", Decimal(9, 2, thousands=".", point=","), default={written})'
    ]


def test_a_column_of_a_table_in_a_schema_is_dropped_by_its_full_name(notes: Notes) -> None:
    notes.write("sales.notes", columns='Column("extra", Text()),')
    notes.engine.use(find("notes"))
    with transaction() as cursor:
        note_declared(cursor, declared_of(find("notes")))
    notes.declare("sales.notes")
    (table,) = plan([find("notes")], Allowed()).tables
    assert "sluice migrate --drop-columns sales.notes.extra" in table.notes[0]
    with pytest.raises(ConfigError, match=r"--drop-columns notes\.extra: no pipeline declares a table notes"):
        migrate([find("notes")], Allowed(drop=["notes.extra"]))
    dropped = ["Dropped column extra of sales.notes, with its values."]
    assert migrate([find("notes")], Allowed(drop=["sales.notes.extra"])) == dropped


DATED = """, derived=[Derived("sales.days", key=("as_of", "text"),
    columns={"as_of": "date", "text": "text", "rows": "ROWS"},
    sql="select %(as_of)s::date as as_of, text, count(*)::ROWS as rows from {files} f group by 1, 2")]"""


def test_a_dated_table_in_a_schema_gets_a_wider_column_with_its_view_and_rights(notes: Notes) -> None:
    notes.declare("sales.notes", derived=DATED.replace("ROWS", "integer"))
    loaded(notes.engine, notes.file("a.csv", "1,x", "1,x"), as_of="2026-01-01")
    assert notes.engine.sql("select text, rows from sales.days_latest") == [("x", 2)]
    notes.engine.sql("grant select on sales.days_latest to public")
    notes.write("sales.notes", derived=DATED.replace("ROWS", "bigint"))
    assert migrate([find("notes")], Allowed(rewrite=True)) == [
        "Column rows of sales.days is bigint now, and was integer."
    ]
    assert is_current(find("notes"))
    assert notes.engine.sql("select text, rows from sales.days_latest") == [("x", 2)]
    assert notes.engine.sql("select has_table_privilege('public', 'sales.days_latest', 'select')") == [(True,)]
    notes.engine.use(find("notes"))
    run = loaded(notes.engine, notes.file("b.csv", "2,y"), as_of="2026-01-01")
    notes.engine.finish(Run(undo(run).by or 0))
    assert notes.engine.sql("select text, rows from sales.days_latest") == [("x", 2)]
