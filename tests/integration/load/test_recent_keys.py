"""Parts that load at the same moment and share keys do not wait for each other, and nothing else changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pytest
import redis

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.base.servers import cache_url
from sluice.engine.database.connection import drop_connection
from sluice.engine.load import optimistic, recent
from sluice.engine.load.target import Target
from sluice.engine.rows.copy import encode_rows
from sluice.engine.steps.part import load as loading
from sluice.errors import TransientError
from tests.kit.in_process import InProcess
from tests.kit.stack import until

PIPELINE = Pipeline(
    "letters",
    Files("*.csv"),
    Table("letters", key=("id",), columns=[Column("id", Integer(), required=True), Column("value", Text())]),
)
ROWS = "select l.id, value, uri from letters l join sluice.input i on i.id = _input_id where l.id < 3 order by l.id"
WAITING = (
    "select count(*)::int from pg_stat_activity where wait_event = 'transactionid' and datname = current_database()"
)
BOOKS = ("read", "loaded", "duplicate", "rejected", "contested")
FIRST = {1: "a", 2: "b", **dict.fromkeys(range(10, 20), "x")}
OTHER = {1: "a", 2: "c", **dict.fromkeys(range(20, 30), "y")}


class Letters:
    """A run of two files that share two keys of twelve, each the only part of its file."""

    def __init__(self, engine: InProcess, folder: Path) -> None:
        self.engine = engine
        engine.use(PIPELINE)
        self.paths = [_file(folder / "0.csv", FIRST), _file(folder / "1.csv", OTHER)]
        self.run = engine.register(*self.paths)
        engine.plan(self.run)
        self.steps = engine.steps(self.run, "extract")
        self.place = recent.place_of(Target.of(PIPELINE.flows[0].table), self.run.id)
        self.redis = redis.Redis.from_url(cache_url())
        self.redis.flushdb()

    def a_key_was_met(self) -> None:
        self.redis.zadd(self.place, {"0": 0})

    def books(self) -> tuple[int, ...]:
        return self.engine.sql(f"select {', '.join(BOOKS)} from sluice.run where id = %s", self.run.id)[0]

    def waiting(self) -> int:
        return int(self.engine.sql(WAITING)[0][0])

    def assert_settled_as_always(self) -> None:
        self.engine.settle(self.run)
        assert self.books() == (24, 22, 1, 1, 0)
        assert self.engine.sql(ROWS) == [(1, "a", str(self.paths[0])), (2, "b", str(self.paths[0]))]
        rejects = "select code, line, other_line from sluice.reject"
        assert self.engine.sql(rejects) == [("key_conflict", 3, 3)]
        assert self.engine.sql("select * from sluice.contender") == []


@pytest.fixture
def letters(engine: InProcess, tmp_path: Path) -> Letters:
    return Letters(engine, tmp_path)


def _file(path: Path, rows: dict[int, str]) -> Path:
    path.write_text("id,value\n" + "".join(f"{key},{value}\n" for key, value in rows.items()))
    return path


def _rows(key: int) -> list[bytes]:
    columns = {"id": pa.array([key], pa.int64()), "value": pa.array(["x"]), "_line": pa.array([1], pa.int64())}
    return encode_rows(pa.table(columns), input_id=1)


def say(run: int, *keys: int) -> None:
    """Say in the name of a part of the run which keys it has, as if it was loading them; it never does."""
    chunks = [chunk for key in keys for chunk in _rows(key)]
    recent.RecentKeys(Target.of(PIPELINE.flows[0].table), run, 99, chunks).say()


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[threading.Thread]:
    """Work in another thread, with a connection of its own. It has ended when this ends."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised where the thread is awaited
            failed.append(error)
        finally:
            drop_connection()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(60)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


@contextmanager
def open_after_its_rows(letters: Letters, step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A part's rows are in the table, and not committed until the event is set, or this ends."""
    reached, go_on = threading.Event(), threading.Event()
    loader: list[int] = []

    def stop(name: str) -> None:
        if name == "load.mid_copy" and threading.get_ident() in loader:
            reached.set()
            assert go_on.wait(60)

    monkeypatch.setattr(optimistic, "failpoint", stop)

    def load() -> None:
        loader.append(threading.get_ident())
        letters.engine.load(step)

    with beside(load):
        try:
            assert reached.wait(60)
            yield go_on
        finally:
            go_on.set()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_load_does_not_wait_for_another_one_with_the_same_keys(
    letters: Letters, monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    letters.a_key_was_met()
    with open_after_its_rows(letters, letters.steps[order[0]], monkeypatch):
        letters.engine.load(letters.steps[order[1]])
        assert letters.books()[1:] == (10, 0, 0, 2)
    assert letters.books()[1:] == (22, 0, 0, 2)
    letters.assert_settled_as_always()


def test_a_row_that_was_set_aside_is_loaded_if_the_other_load_is_undone(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.a_key_was_met()

    def fail(name: str) -> None:
        if name == "load.before_commit":
            raise KeyboardInterrupt

    monkeypatch.setattr(loading, "failpoint", fail)
    with pytest.raises(KeyboardInterrupt):
        letters.engine.load(letters.steps[0])
    monkeypatch.undo()
    letters.engine.load(letters.steps[1])
    assert letters.books()[1:] == (10, 0, 0, 2)
    letters.engine.sql("delete from sluice.part where input_id = (select min(id) from sluice.input)")
    letters.engine.sql("delete from sluice.step where id = %s", letters.steps[0])
    letters.engine.sql("update sluice.run set inputs_left = 0")
    letters.engine.settle(letters.run)
    assert letters.engine.sql("select l.id, value from letters l where l.id < 3 order by l.id") == [(1, "a"), (2, "c")]
    assert letters.engine.sql("select loaded, contested from sluice.run") == [(12, 0)]


def test_when_redis_is_emptied_a_load_waits_and_says_then_which_keys_it_has(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.a_key_was_met()
    with open_after_its_rows(letters, letters.steps[0], monkeypatch) as go_on:
        letters.redis.flushdb()
        with beside(lambda: letters.engine.load(letters.steps[1])):
            until(lambda: letters.waiting() == 1, 60, "the second load waits for the first")
            go_on.set()
    assert len(letters.redis.zrange(letters.place, 0, -1)) == 1
    letters.assert_settled_as_always()
    assert letters.redis.keys(f"{letters.place}*") == []


def test_without_a_key_that_is_taken_nothing_is_said(letters: Letters) -> None:
    letters.engine.load(letters.steps[0])
    assert letters.redis.keys(f"{letters.place}*") == []


def test_a_file_of_which_a_part_met_many_keys_says_at_once_which_it_has(letters: Letters) -> None:
    letters.engine.sql("update sluice.input set staged = true")
    letters.engine.load(letters.steps[0])
    assert len(letters.redis.zrange(letters.place, 0, -1)) == 1


def test_without_redis_loads_go_on(letters: Letters, monkeypatch: pytest.MonkeyPatch) -> None:
    letters.a_key_was_met()
    monkeypatch.setattr(recent, "cache_url", lambda: "redis://127.0.0.1:9/0")
    for step in letters.steps:
        letters.engine.load(step)
    letters.assert_settled_as_always()


@pytest.mark.parametrize("value", [b"", b"not sealed by this installation", b"\x00" * 36])
def test_what_others_have_written_there_is_not_believed(letters: Letters, value: bytes) -> None:
    letters.a_key_was_met()
    letters.redis.set(f"{letters.place}:0", value)
    for name in (b"\xff", ""):
        letters.redis.zadd(letters.place, {name: 1})
    letters.engine.load(letters.steps[0])
    assert letters.books()[1:] == (12, 0, 0, 0)


def test_a_part_of_which_others_have_most_keys_is_loaded_as_if_nothing_was_known(letters: Letters) -> None:
    say(letters.run.id, *FIRST)
    letters.engine.load(letters.steps[0])
    assert letters.books()[1:] == (12, 0, 0, 0)


def test_what_loads_of_another_run_have_said_sets_nothing_aside(letters: Letters) -> None:
    letters.a_key_was_met()
    say(letters.run.id + 1, 1, 2)
    letters.engine.load(letters.steps[0])
    assert letters.books()[1:] == (12, 0, 0, 0)


def test_a_row_of_somebody_else_that_came_before_the_run_is_settled_stays(letters: Letters) -> None:
    say(letters.run.id, 1, 2)
    letters.engine.load(letters.steps[0])
    assert letters.books()[1:] == (10, 0, 0, 2)
    letters.engine.sql("insert into letters (id, value, _input_id, _line) values (1, 'a', 0, 0), (2, 'mine', 0, 0)")
    letters.engine.load(letters.steps[1])
    letters.engine.settle(letters.run)
    assert letters.engine.sql("select value from letters where id < 3 order by id") == [("a",), ("mine",)]
    assert letters.books() == (24, 20, 2, 2, 0)
    told = "The same key (id) has other values in a row that Sluice has not loaded."
    assert letters.engine.sql("select reason, other_input, other_line from sluice.reject") == [(told, None, None)] * 2


def test_a_row_of_somebody_else_that_is_committed_while_the_run_is_settled_stays(
    letters: Letters, database_url: str
) -> None:
    say(letters.run.id, 1, 2)
    letters.engine.load(letters.steps[0])
    letters.engine.load(letters.steps[1])
    other = psycopg2.connect(database_url)
    other.cursor().execute("insert into letters (id, value, _input_id, _line) values (2, 'mine', 0, 0)")

    def settle() -> None:
        with pytest.raises(TransientError, match="Keys of run 1 came into letters while it was settled"):
            letters.engine.settle(letters.run)

    with beside(settle):
        until(lambda: letters.waiting() == 1, 60, "settling waits for the other transaction")
        other.commit()
    other.close()
    letters.engine.sql("update sluice.step set state = 'due', lease_until = null where kind = 'settle'")
    letters.engine.settle(letters.run)
    assert letters.engine.sql("select value from letters where id < 3 order by id") == [("a",), ("mine",)]
    assert letters.books() == (24, 21, 1, 2, 0)


def test_of_many_parts_the_newest_are_kept(letters: Letters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_PARTS", 2)
    target = Target.of(PIPELINE.flows[0].table)
    for part in (7, 8, 9):
        recent.RecentKeys(target, letters.run.id, part, _rows(part)).say()
    assert letters.redis.zrange(letters.place, 0, -1) == [b"8", b"9"]
    assert letters.redis.exists(f"{letters.place}:7") == 0
    assert 0 < letters.redis.ttl(letters.place) <= 300
    assert 0 < letters.redis.ttl(f"{letters.place}:9") <= 300
