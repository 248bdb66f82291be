"""What the status of a run says of others: of an open one that loads its content, and of one that replaced its rows.

And what is logged where the queues are lost, which is how every command with the embedded servers begins.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.steps import dispatch as room
from sluice.engine.steps.dispatch import Queues, dispatch, recover
from tests.kit.in_process import InProcess


def pipeline(length: int = 30, on_conflict: str = "keep") -> Pipeline:
    columns = [Column("id", Integer(), required=True), Column("name", Text(max_length=length))]
    return Pipeline("names", Files("*.csv"), Table("names", key=("id",), columns=columns, on_conflict=on_conflict))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "names.csv"
    file.write_text("id,name\n1,Ada\n2,a long name\n")
    return file


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_an_open_run_with_the_same_content_is_named_until_and_after_it_has_ended(
    engine: InProcess, path: Path, on_conflict: str
) -> None:
    engine.use(pipeline(on_conflict=on_conflict))
    first = engine.register(path)
    engine.plan(first)
    second = engine.register(path)
    engine.plan(second)
    waiting = second.status().json()
    assert (waiting["inputs"][0]["state"], waiting["continued"]) == ("attached", [first.id])
    for step in engine.steps(first, "extract"):
        engine.load(step)
    engine.settle(first)
    recover()
    ended = engine.finish(second)
    assert (ended["state"], ended["inputs"][0]["state"], ended["continued"]) == ("done", "already_loaded", [first.id])
    assert first.status().continued == []

    third = engine.finish(engine.register(path))
    assert (third["inputs"][0]["state"], third["continued"]) == ("already_loaded", [])


def test_a_run_that_was_loaded_but_not_settled_is_continued_too(engine: InProcess, path: Path) -> None:
    engine.use(pipeline())
    first = engine.register(path)
    engine.plan(first)
    for step in engine.steps(first, "extract"):
        engine.load(step)
    second = engine.register(path)
    engine.plan(second)
    assert second.status().continued == [first.id]
    engine.settle(first)
    assert second.status().continued == [first.id]


@pytest.mark.parametrize("how", ["reload", "another declaration"])
def test_the_run_that_replaced_rows_is_named_where_they_came_from(engine: InProcess, path: Path, how: str) -> None:
    engine.use(pipeline(length=6 if how == "another declaration" else 30))
    first = engine.register(path)
    before = engine.finish(first)
    assert [each["replaced_by_run"] for each in before["inputs"]] == [None]
    if how == "another declaration":
        engine.use(pipeline(length=30))
    second = engine.register(path, reload=how == "reload")
    after = engine.finish(second)
    assert [each["replaced_by_run"] for each in first.status().json()["inputs"]] == [second.id]
    assert [each["replaced_by_run"] for each in second.status().json()["inputs"]] == [None]
    # the books of both together count more rows than the table has
    assert before["loaded"] + after["loaded"] > 2
    assert engine.sql("select count(*) from names") == [(2,)]


def test_a_corrected_file_is_other_content_and_replaces_nothing(engine: InProcess, path: Path) -> None:
    engine.use(pipeline(length=6))
    first = engine.register(path)
    engine.finish(first)
    path.write_text("id,name\n1,Ada\n2,short\n")
    after = engine.finish(engine.register(path))
    assert (after["loaded"], after["duplicate"]) == (1, 1)
    assert [each["replaced_by_run"] for each in first.status().json()["inputs"]] == [None]


@pytest.mark.parametrize(
    ("embedded", "level", "sentence"),
    [
        (False, logging.WARNING, "Redis has lost its queues; 1 published steps are due again"),
        (True, logging.INFO, "Redis starts with empty queues; 1 published steps are due again"),
    ],
)
def test_lost_queues_are_a_warning_unless_they_are_the_embedded_servers(
    engine: InProcess,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    embedded: bool,
    level: int,
    sentence: str,
) -> None:
    caplog.set_level(logging.INFO, logger="sluice")
    engine.use(pipeline())
    engine.register(path)
    dispatch(lambda *_: None, lambda: Queues("one", ()))
    engine.sql("update sluice.queue set noticed_at = now() - interval '4 s' returning marker")
    monkeypatch.setattr(room, "is_embedded", lambda: embedded)
    dispatch(lambda *_: None, lambda: Queues("two", ()))
    assert [(each.levelno, each.getMessage()) for each in caplog.records if "queues" in each.getMessage()] == [
        (level, sentence)
    ]
