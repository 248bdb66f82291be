"""Values of other files, in columns that a file does not have, outlive whatever is done with that file again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text, one_of
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import retry
from tests.kit.in_process import InProcess


def pipeline(a: Column | None = None, **said: Any) -> Pipeline:
    columns = [Column("id", Integer(), required=True), a or Column("a", Text()), Column("b", Text())]
    return Pipeline("notes", Files("*", **said), Table("notes", key=("id",), on_conflict="update", columns=columns))


@pytest.fixture
def files(engine: InProcess, tmp_path: Path) -> list[Path]:
    """A file with all columns and, loaded after it, one that lacks a column."""
    engine.use(pipeline())
    whole, partial = tmp_path / "whole.csv", tmp_path / "partial.csv"
    whole.write_text("id,a,b\n1,a1,b1\n2,a2,b2\n")
    partial.write_text("id,a\n1,x\n7,y\n")
    for path in (whole, partial):
        engine.finish(engine.register(path))
    assert rows(engine) == [(1, "x", "b1"), (2, "a2", "b2"), (7, "y", None)]
    return [whole, partial]


def rows(engine: InProcess) -> list[tuple[Any, ...]]:
    return engine.sql("select id, a, b from notes order by id")


def books(status: dict[str, Any]) -> tuple[int, ...]:
    return tuple(status[name] for name in ("read", "loaded", "updated", "unchanged", "duplicate", "rejected"))


def test_a_reload_of_a_file_without_a_column_leaves_its_values(engine: InProcess, files: list[Path]) -> None:
    status = engine.finish(engine.register(files[1], reload=True))
    assert rows(engine) == [(1, "x", "b1"), (2, "a2", "b2"), (7, "y", None)]
    assert books(status) == (2, 1, 0, 1, 0, 0)


def test_a_reload_of_all_files_ends_as_the_first_load(engine: InProcess, files: list[Path]) -> None:
    status = engine.finish(engine.register(*files, reload=True))
    assert rows(engine) == [(1, "x", "b1"), (2, "a2", "b2"), (7, "y", None)]
    assert books(status) == (4, 2, 0, 1, 1, 0)


def test_another_reading_of_a_file_without_a_column_leaves_its_values(engine: InProcess, files: list[Path]) -> None:
    engine.use(pipeline(delimiter=","))
    engine.finish(engine.register(files[1]))
    assert rows(engine) == [(1, "x", "b1"), (2, "a2", "b2"), (7, "y", None)]


def test_rows_that_the_other_reading_does_not_have_are_gone(engine: InProcess, files: list[Path]) -> None:
    engine.use(pipeline(a=Column("a", Text(), check=one_of("y"))))
    status = engine.finish(engine.register(files[1]))
    assert rows(engine) == [(2, "a2", "b2"), (7, "y", None)]
    assert books(status) == (2, 1, 0, 0, 0, 1)


def test_a_reload_that_brings_the_column_writes_it(engine: InProcess, files: list[Path]) -> None:
    columns = [Column("id", Integer(), required=True), Column("a", Text()), Column("b", Text(), header="a")]
    table = Table("notes", key=("id",), on_conflict="update", columns=columns)
    engine.use(Pipeline("notes", Files("*"), table))
    engine.finish(engine.register(files[1]))
    assert rows(engine) == [(1, "x", "x"), (2, "a2", "b2"), (7, "y", "y")]


def test_a_file_that_is_tried_again_behind_one_without_a_column_says_what_was_left(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(pipeline())
    whole, partial = tmp_path / "whole.csv", tmp_path / "partial.csv"
    whole.write_text("id,a,b\n1,a1,b1\n2,a2,b2\n")
    partial.write_text("id,a\n1,x\n")
    run = engine.register(whole, partial)
    engine.plan(run)
    first, second = engine.steps(run, "extract")
    steps.kill(steps.claim("extract", {"step": first}), "killed")
    engine.load(second)
    engine.settle(run)
    assert retry(run.id) == 1
    status = engine.finish(run)
    assert rows(engine) == [(1, "x", None), (2, "a2", "b2")]
    note = (
        f"A file that comes after this one, and lacks columns that it has, was loaded before it: {partial} "
        f"(run {run.id}). Rows that both have were left as they are in: b. "
        "Load this file again with --reload, and then that one."
    )
    assert [(found["state"], found["note"] == note) for found in status["inputs"]] == [("done", True), ("done", False)]

    engine.finish(engine.register(whole, reload=True))
    engine.finish(engine.register(partial, reload=True))
    assert rows(engine) == [(1, "x", "b1"), (2, "a2", "b2")]
