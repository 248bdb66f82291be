"""While `sluice up` runs a pipeline's file is added, and another is changed: the next run uses them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kit.forked import Forked
from tests.kit.ports import free_port
from tests.kit.stack import Stack, until

ADDED = """
from sluice import Column, Files, Integer, Pipeline, Renamed, Table
pipeline = Pipeline("added_{n}", Files("added_{n}/*.csv", watch=True, ready=Renamed()),
                    Table("added_{n}", ["id"], [Column("id", Integer(), required=True)]))
"""
CHANGED = """
from sluice import Column, Files, Integer, Pipeline, Renamed, Table
def with_version(frame):
    frame["version"] = {n}
    return frame
pipeline = Pipeline("changed", Files("changed/*.csv", watch=True, ready=Renamed()),
                    Table("changed", ["id"], [Column("id", Integer(), required=True), Column("version", Integer())]),
                    transform=with_version)
"""


@pytest.fixture
def up(stack: Stack) -> Iterator[Stack]:
    """`sluice up`, with one pipeline that is watched."""
    with running(stack, {"changed.py": CHANGED.format(n=0)}):
        yield stack


@contextmanager
def running(stack: Stack, pipelines: dict[str, str]) -> Iterator[Path]:
    """`sluice up`, with these files of pipelines; its log."""
    folder = stack.home / "pipelines"
    folder.mkdir()
    (stack.home / "inbox" / "changed").mkdir(parents=True)
    stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_INBOX": str(stack.home / "inbox")}
    stack.env["SLUICE_FLOWER_PORT"] = str(free_port())
    for name, text in pipelines.items():
        (folder / name).write_text(text)
    log = stack.home / "up.log"
    with log.open("wb") as out:
        process = Forked(
            "sluice.cli.main", ["up", "--concurrency", "1"], stack.env, stack.home, out.fileno(), out.fileno()
        )
    until(lambda: " ready." in log.read_text() or process.poll() is not None, 120, "sluice up")
    assert process.poll() is None, log.read_text()
    yield log
    process.terminate()
    process.wait(60)


def change(stack: Stack, number: int) -> None:
    """Add a pipeline, change the other, then drop a file for each; they are loaded as declared now."""
    folder, inbox = stack.home / "pipelines", stack.home / "inbox"
    for name, text in ((f"added_{number}", ADDED), ("changed", CHANGED)):
        (folder / f"{name}.py").write_text(text.format(n=number))
        drop(inbox / name, number)
    until(lambda: _loaded(stack, number), 60, f"added_{number} and changed")
    assert stack.sql("select version from changed where id = %s", number) == [(number,)]


def drop(folder: Path, number: int) -> None:
    folder.mkdir(exist_ok=True)
    part = folder / f"{number}.csv.part"
    part.write_text(f"id\n{number}\n")
    part.rename(part.with_suffix(""))


def _loaded(stack: Stack, number: int) -> bool:
    """Whether both files of that number are in their tables."""
    there = "select to_regclass(%s) is not null and to_regclass('changed') is not null"
    if stack.sql(there, f"added_{number}") != [(True,)]:
        return False
    found = "select exists (select from changed where id = %s) and exists (select from added_{} where id = %s)"
    return stack.sql(found.format(number), number, number) == [(True,)]


def test_the_next_run_uses_an_added_and_a_changed_file(up: Stack) -> None:
    for number in (1, 2):
        change(up, number)


def test_the_watcher_starts_with_the_first_pipeline_that_is_watched(stack: Stack) -> None:
    with running(stack, {}) as log:
        assert "watch  | " not in log.read_text()
        (stack.home / "pipelines" / "added_1.py").write_text(ADDED.format(n=1))
        drop(stack.home / "inbox" / "added_1", 1)
        there = "select to_regclass('added_1') is not null"
        until(lambda: stack.sql(there) == [(True,)], 60, "the table of added_1")
        until(lambda: stack.sql("select id from added_1") == [(1,)], 60, "the row of added_1")


@pytest.mark.slow
def test_twenty_times_of_twenty(up: Stack) -> None:
    for number in range(1, 21):
        change(up, number)
    assert up.sql("select count(*), count(distinct version) from changed") == [(20, 20)]
    unfinished = "select id, pipeline, state, error from sluice.run where state = 'running' order by id"
    until(lambda: up.sql(unfinished) == [], 60, "the end of the runs, whose rows are there before")
    assert up.sql("select id, pipeline, state, error from sluice.run where state <> 'done'") == []
