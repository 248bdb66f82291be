"""Tables without a key: every line is a row, and a content is loaded once."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Derived, Files, Integer, Pipeline, Table, Text
from sluice.engine.export.tables import find_table
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import ConfigError
from sluice.pipelines import find
from sluice.tasks import batches
from tests.integration.batches import calls as batch
from tests.kit.in_process import InProcess

TABLE = Table("notes", key=None, columns=[Column("id", Integer()), Column("text", Text())])
NOTES = Pipeline("notes", Files("*.csv"), TABLE)
DECLARED = """
from sluice import Column, Files, Integer, Pipeline, Table, Text

table = Table("notes", key=None, columns=[Column("id", Integer()), Column("text", Text())])
pipeline = Pipeline("notes", Files("*.csv"), table)
"""
ROWS = "select n.id, text, uri, _line from notes n join sluice.input i on i.id = _input_id order by _input_id, _line"
BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")


def file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("id,text\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def books(status: dict[str, Any]) -> tuple[int, ...]:
    return tuple(status[name] for name in BOOKS)


def test_equal_lines_of_a_file_and_of_two_files_are_all_rows(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    first, second = file(tmp_path, "a.csv", *["1,x"] * 255), file(tmp_path, "b.csv", "1,x", "2,")
    status = engine.finish(engine.register(first, second))
    assert (status["state"], books(status)) == ("done", (257, 257, 0, 0, 0, 0, 0))
    assert engine.sql("select id, text, count(*)::int from notes group by 1, 2 order by 1") == [
        (1, "x", 256), (2, None, 1),
    ]  # fmt: skip
    assert engine.sql("select min(_line)::int, max(_line)::int from notes where _input_id = 1") == [(2, 256)]
    assert is_current(NOTES)


def test_rows_keep_the_order_of_their_lines(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    engine.finish(engine.register(file(tmp_path, "a.csv", "3,c", "1,a", "bad,r", "2,b")))
    assert engine.sql("select id, _line from notes") == [(3, 2), (1, 3), (2, 5)]  # as they are stored
    assert engine.sql("select line, code from sluice.reject") == [(4, "not_integer")]


def test_a_content_that_was_loaded_adds_nothing_under_any_name(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    first = file(tmp_path, "a.csv", "1,x", "1,x")
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(first.read_bytes()))
    engine.use(replace(NOTES, source=Files("*.csv*"), flows=()))
    engine.finish(engine.register(first))
    again = engine.finish(engine.register(first, file(tmp_path, "b.csv", "1,x", "1,x"), packed))
    assert (again["state"], books(again)) == ("done", (0, 0, 0, 0, 0, 0, 0))
    assert [each["state"] for each in again["inputs"]] == ["already_loaded"] * 3
    assert engine.sql("select count(*)::int from notes") == [(2,)]


def test_two_files_of_one_content_in_one_run_are_loaded_once(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    paths = [file(tmp_path, name, "1,x", "1,x") for name in ("a.csv", "b.csv")]
    status = engine.finish(engine.register(*paths))
    assert [each["state"] for each in status["inputs"]] == ["done", "already_loaded"]
    assert engine.sql("select count(*)::int from notes") == [(2,)]


def test_a_reload_replaces_the_rows_of_the_file(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    first, other = file(tmp_path, "a.csv", "1,x", "1,x"), file(tmp_path, "b.csv", "2,y")
    engine.finish(engine.register(first, other))
    status = engine.finish(engine.register(first, reload=True))
    assert books(status) == (2, 2, 0, 0, 0, 0, 0)
    assert engine.sql(ROWS) == [(2, "y", str(other), 2), (1, "x", str(first), 2), (1, "x", str(first), 3)]


def test_a_changed_declaration_replaces_the_rows_of_the_same_file(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    path = file(tmp_path, "a.csv", "1,x", "1,x")
    engine.finish(engine.register(path))
    words = replace(TABLE, columns=[TABLE.columns[0], Column("text", Text(), nulls=("x",))])
    engine.use(Pipeline("notes", Files("*.csv"), words))
    engine.finish(engine.register(path))
    assert engine.sql("select id, text from notes") == [(1, None), (1, None)]


def test_other_content_under_a_known_path_is_added_and_its_note_says_so(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    engine.finish(engine.register(file(tmp_path, "a.csv", "1,x")))
    status = engine.finish(engine.register(file(tmp_path, "a.csv", "1,x", "2,y"), file(tmp_path, "b.csv", "3,z")))
    assert engine.sql("select id from notes order by _input_id, _line") == [(1,), (1,), (2,), (3,)]
    note = (
        "It was loaded before with other content (run 1, 1 rows). The table has no key: those rows stay, and "
        "lines that both have are in the table twice."
    )
    assert [each["note"] for each in status["inputs"]] == [note, None]


@pytest.mark.parametrize("rows", ["0", "1"], ids=["with_the_index", "without"])
@pytest.mark.parametrize("at_once", [True, False], ids=["at_once", "in_steps"])
def test_small_files_are_loaded_in_a_batch(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, *, at_once: bool
) -> None:
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "notes.py").write_text(DECLARED, encoding="utf-8")
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "pipelines"))
    monkeypatch.setenv("SLUICE_BULK_ROWS", rows)
    engine.forget()
    engine.use(find("notes"))
    paths = [file(tmp_path, f"{n}.csv", "1,x", f"{n},y", "z,z", "1,x") for n in range(5)]
    run = batch.register(engine, *paths)
    batches.plan({"steps": engine.steps(run, "plan")}, at_once=at_once)
    if not at_once:
        batch.load(engine, run)
    engine.settle(run)
    assert books(run.status().json()) == (20, 15, 0, 0, 0, 5, 0)
    assert engine.sql("select count(*)::int from notes where (id, text) = (1, 'x')") == [(10,)]
    assert engine.sql("select indexdef from pg_indexes where tablename = 'notes' and indexdef ~ 'UNIQUE'") == [
        ("CREATE UNIQUE INDEX notes_pkey ON public.notes USING btree (_input_id, _line)",)
    ]


def test_a_derived_table_reads_the_rows_and_follows_new_ones(engine: InProcess, tmp_path: Path) -> None:
    counts = Derived(
        "counts", key=("id",), columns={"id": "bigint", "rows": "bigint"},
        sql="select id, count(*) as rows from {notes} group by 1",
    )  # fmt: skip
    engine.use(replace(NOTES, source=Files("*.csv", name="notes"), derived=[counts], flows=()))
    engine.finish(engine.register(file(tmp_path, "a.csv", "1,x", "1,x")))
    engine.finish(engine.register(file(tmp_path, "b.csv", "1,x", "2,y")))
    assert engine.sql("select id, rows from counts order by 1") == [(1, 3), (2, 1)]


def test_lost_rows_are_found_and_the_file_is_loaded_again(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    path = file(tmp_path, "a.csv", "1,x", "1,x")
    engine.finish(engine.register(path))
    engine.sql("truncate notes")
    status = engine.finish(engine.register(path))
    assert books(status) == (2, 2, 0, 0, 0, 0, 0)
    assert engine.sql("select count(*)::int from notes") == [(2,)]


def test_an_ordered_export_goes_by_file_and_line() -> None:
    assert find_table([NOTES], "notes") == ("_input_id", "_line")


def test_a_table_with_rows_gets_a_key_later_only_by_an_option(engine: InProcess, tmp_path: Path) -> None:
    engine.use(NOTES)
    engine.finish(engine.register(file(tmp_path, "a.csv", "1,x")))
    keyed = Table("notes", key=("id",), columns=[Column("id", Integer(), required=True), Column("text", Text())])
    with pytest.raises(ConfigError, match=r"The key is \(id\) in the declaration, and no primary key"):
        migrate([Pipeline("notes", Files("*.csv"), keyed)])


def test_json_lines_without_a_key(engine: InProcess, tmp_path: Path) -> None:
    engine.use(Pipeline("notes", Files("*.jsonl"), TABLE))
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"id": n % 2, "text": "x"}) + "\n" for n in range(6)), encoding="utf-8")
    assert books(engine.finish(engine.register(path)))[:2] == (6, 6)
    assert engine.sql("select id, _line from notes where id = 0") == [(0, 1), (0, 3), (0, 5)]
