"""A reject whose reason refers to another row has that row as facts: its input and its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger import schema
from sluice.engine.ledger.rejects.stream import stream_rejects
from sluice.engine.ledger.runs import list_rejects
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("value", Text())]
LETTERS = Pipeline("letters", Files("*.csv"), Table("letters", key=("id",), columns=COLUMNS))
BEFORE = tuple(name for name in schema.ledger_files() if name < "013")


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def _others(run: int) -> list[tuple[Any, ...]]:
    return [(each["line"], each["other_input"], each["other_line"], each["other_file"]) for each in list_rejects(run)]


def test_a_conflict_has_the_input_and_line_of_the_row_that_was_kept(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    first = _file(tmp_path, "0.csv", "id,value\n7,a\n7,b\nx,c\n")
    second = _file(tmp_path, "1.csv", "id,value\n8,z\n7,d\n")
    run = engine.register(first, second)
    one, _ = (each["input"] for each in engine.finish(run)["inputs"])
    assert _others(run.id) == [(3, one, 2, str(first)), (4, None, None, None), (3, one, 2, str(first))]


def test_a_conflict_with_an_earlier_run_has_the_row_of_that_run(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    old, new = _file(tmp_path, "old.csv", "id,value\n7,a\n"), _file(tmp_path, "new.csv", "id,value\n7,b\n9,x\n")
    (before,) = engine.finish(engine.register(old))["inputs"]
    run = engine.register(new)
    (after,) = engine.finish(run)["inputs"]
    assert _others(run.id) == [(2, before["input"], 2, str(old))]
    assert [row[3:] for row in stream_rejects([(after["input"], "new.csv")])] == [
        (
            "key_conflict",
            f"The same key (id) has other values in line 2 of {old}, which was loaded before.",
            before["input"],
            2,
            str(old),
        )
    ]


@pytest.mark.parametrize(
    ("text", "line", "other"),
    [
        ('id,value\n1,a\n2,"b\n3,c"\n"4\n5",d,e\n', 5, 6),
        ('id,value\n"1\n2\n3"\n', 2, 4),
    ],
)
def test_a_row_that_runs_on_has_the_line_that_it_ends_in(
    engine: InProcess, tmp_path: Path, text: str, line: int, other: int
) -> None:
    engine.use(LETTERS)
    run = engine.register(_file(tmp_path, "a.csv", text))
    (only,) = engine.finish(run)["inputs"]
    assert (line, only["input"], other, only["uri"]) in _others(run.id)


OLD = """
insert into sluice.run (pipeline, contract, state, inputs_total, inputs_left) values ('letters', 'c', 'done', 2, 0);
insert into sluice.input (run_id, position, pipeline, source, uri, contract, state)
select 1, n, 'letters', 'files', '/in/' || n || ', of a.csv', 'c', 'done' from generate_series(1, 2) n;
insert into sluice.reject (run_id, input_id, line, code, reason) values
(1, 2, 3, 'key_conflict', 'The same key (id) has other values in line 9 of /in/1, of a.csv, which comes first.'),
(1, 2, 4, 'key_conflict', 'The same key (id) has other values in line 2 of the same file, which comes first.'),
(1, 2, 5, 'key_conflict', 'The same key (id) has other values in line 7 of /in/1, of a.csv, which was loaded before.'),
(1, 2, 6, 'not_integer', 'id: '' in line 4 of /in/1.csv, which comes first.'' is not a whole number.')
"""


@pytest.mark.empty_database  # who migrates, and from what, is the subject
def test_rejects_from_before_get_their_facts_from_the_sentence(
    engine: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "ledger_files", lambda: list(BEFORE))
        engine.use(LETTERS)
        engine.sql(OLD)
    engine.use(LETTERS)
    assert engine.sql("select line, other_input, other_line from sluice.reject order by line") == [
        (3, 1, 9),
        (4, 2, 2),
        (5, 1, 7),
        (6, None, None),
    ]
