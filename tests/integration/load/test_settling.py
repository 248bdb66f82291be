"""Contested keys: the winner does not depend on who committed first."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.errors import EarlierRunOpen
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("value", Text())]
KEEP = Pipeline("letters", Files("*.csv"), Table("letters", key=("id",), columns=COLUMNS))
UPDATE = Pipeline("letters", Files("*.csv"), Table("letters", key=("id",), columns=COLUMNS, on_conflict="update"))
ORDERS = list(itertools.permutations(range(3)))


def _file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("id,value\n" + "".join(f"{row}\n" for row in rows))
    return path


def _load_in(engine: InProcess, order: tuple[int, ...], *paths: Path) -> dict:
    run = engine.register(*paths)
    engine.plan(run)
    steps = engine.steps(run, "extract")
    for place in order:
        engine.load(steps[place])
    engine.settle(run)
    return run.status().json()


def _books(status: dict) -> tuple[int, ...]:
    return tuple(status[n] for n in ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested"))


@pytest.mark.parametrize("order", ORDERS)
def test_values_a_b_a_of_one_key_end_the_same_in_every_order_of_commit(
    engine: InProcess, tmp_path: Path, order: tuple[int, ...]
) -> None:
    engine.use(KEEP)
    paths = [_file(tmp_path, f"{n}.csv", *rows) for n, rows in enumerate((["7,a"], ["8,x", "7,b"], ["9,y", "7,a"]))]

    status = _load_in(engine, order, *paths)

    assert status["state"] == "done"
    assert _books(status) == (5, 3, 0, 0, 1, 1, 0)
    where = "select l.id, value, uri, _line from letters l join sluice.input i on i.id = _input_id order by l.id"
    assert engine.sql(where) == [
        (7, "a", str(paths[0]), 2),
        (8, "x", str(paths[1]), 2),
        (9, "y", str(paths[2]), 2),
    ]
    assert [_books(each) for each in status["inputs"]] == [
        (1, 1, 0, 0, 0, 0, 0),
        (2, 1, 0, 0, 0, 1, 0),
        (2, 1, 0, 0, 1, 0, 0),
    ]
    assert engine.sql("select uri, line, code from sluice.reject join sluice.input i on i.id = input_id") == [
        (str(paths[1]), 3, "key_conflict")
    ]
    assert engine.sql("select count(*) from sluice.contender") == [(0,)]


@pytest.mark.parametrize("order", ORDERS)
def test_with_update_the_last_row_wins_in_every_order_of_commit(
    engine: InProcess, tmp_path: Path, order: tuple[int, ...]
) -> None:
    engine.use(UPDATE)
    engine.finish(engine.register(_file(tmp_path, "before.csv", "7,a", "8,x")))
    paths = [_file(tmp_path, f"{n}.csv", *rows) for n, rows in enumerate((["7,c", "8,x"], ["7,b"], ["7,a", "9,y"]))]

    status = _load_in(engine, order, *paths)

    # 7 ends as it was before the run (unchanged), 8 is unchanged, 9 is new, two rows of 7 were superseded
    assert _books(status) == (5, 1, 0, 2, 2, 0, 0)
    where = "select l.id, value, uri from letters l join sluice.input i on i.id = _input_id order by l.id"
    assert engine.sql(where) == [
        (7, "a", str(paths[2])),
        (8, "x", str(paths[0])),
        (9, "y", str(paths[2])),
    ]


def test_a_loser_inside_a_part_is_judged_by_the_winner_of_the_whole_run(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    paths = [_file(tmp_path, "0.csv", "7,b"), _file(tmp_path, "1.csv", "7,a", "7,b", "7,a")]

    status = _load_in(engine, (1, 0), *paths)

    assert _books(status) == (4, 1, 0, 0, 1, 2, 0)
    assert engine.sql("select id, value from letters") == [(7, "b")]
    assert engine.sql("select line from sluice.reject order by line") == [(2,), (4,)]


def test_rows_of_a_finished_run_are_final(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    engine.finish(engine.register(_file(tmp_path, "old.csv", "7,a", "8,b")))

    status = engine.finish(engine.register(_file(tmp_path, "new.csv", "8,b", "7,z", "9,c")))

    assert _books(status) == (3, 1, 0, 0, 1, 1, 0)
    assert engine.sql("select id, value from letters order by id") == [(7, "a"), (8, "b"), (9, "c")]
    assert engine.sql("select line, reason from sluice.reject") == [
        (3, f"The same key (id) has other values in line 2 of {tmp_path}/old.csv, which was loaded before.")
    ]


def test_an_earlier_run_that_is_still_open_wins_over_a_later_one(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    first = engine.register(_file(tmp_path, "first.csv", "7,a"))
    second = engine.register(_file(tmp_path, "second.csv", "7,b"))
    engine.plan(first)
    engine.plan(second)
    engine.load(engine.steps(second, "extract")[0])
    engine.load(engine.steps(first, "extract")[0])

    engine.settle(first)
    engine.settle(second)

    assert engine.sql("select id, value from letters") == [(7, "a")]
    assert _books(first.status().json()) == (1, 1, 0, 0, 0, 0, 0)
    assert _books(second.status().json()) == (1, 0, 0, 0, 0, 1, 0)


def test_the_same_content_again_has_nothing_to_do(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    path = _file(tmp_path, "a.csv", "7,a", "8,b")
    engine.finish(engine.register(path))
    copy = _file(tmp_path, "other_name.csv", "7,a", "8,b")

    status = engine.finish(engine.register(copy))

    assert status["state"] == "done"
    assert status["inputs"][0]["state"] == "already_loaded"
    assert _books(status) == (0, 0, 0, 0, 0, 0, 0)


def test_reload_brings_the_same_rows_again_and_no_others(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    path = _file(tmp_path, "a.csv", "7,a", "8,b")
    engine.finish(engine.register(path))
    engine.sql("update letters set value = 'spoilt' where id = 7")

    status = engine.finish(engine.register(path, reload=True))

    assert _books(status) == (2, 2, 0, 0, 0, 0, 0)
    assert engine.sql("select id, value, _line from letters order by id") == [(7, "a", 2), (8, "b", 3)]


def test_content_that_another_run_is_loading_is_waited_for(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    path = _file(tmp_path, "a.csv", "7,a")
    first, second = engine.register(path), engine.register(path)
    engine.plan(first)
    engine.plan(second)
    assert second.status().json()["inputs"][0]["state"] == "attached"

    engine.finish(first)
    engine.settle(second)

    assert second.status().state == "done"
    assert second.status().json()["inputs"][0]["state"] == "already_loaded"
    assert engine.sql("select count(*) from letters") == [(1,)]


def test_of_two_runs_of_the_same_file_the_earlier_one_plans_it_first(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    path = _file(tmp_path, "a.csv", "7,a")
    first, second = engine.register(path), engine.register(path)
    with pytest.raises(EarlierRunOpen):
        engine.plan(second)
    engine.finish(first)
    assert first.status().loaded == 1


def test_two_runs_that_hold_each_others_content_do_not_wait_for_ever(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    files = {name: _file(tmp_path, f"{name}.csv", row) for name, row in (("a", "7,a"), ("b", "8,b"))}
    copies = {name: _file(tmp_path, f"{name}_copy.csv", row) for name, row in (("a", "7,a"), ("b", "8,b"))}
    first, second = engine.register(files["a"], files["b"]), engine.register(copies["b"], copies["a"])
    (first_a, first_b), (second_b, second_a) = engine.steps(first, "plan"), engine.steps(second, "plan")
    for step in (first_a, second_b, first_b, second_a):
        engine.plan_step(step)
    for run in (first, second):
        (step,) = engine.steps(run, "extract")
        engine.load(step)

    engine.settle(first)
    engine.settle(second)

    assert [each["state"] for run in (first, second) for each in run.status().json()["inputs"]] == [
        "done",
        "already_loaded",
        "done",
        "already_loaded",
    ]
    assert engine.sql("select id, value from letters order by id") == [(7, "a"), (8, "b")]


def test_the_same_content_twice_in_one_run_is_loaded_once(engine: InProcess, tmp_path: Path) -> None:
    engine.use(KEEP)
    rows = {"a.csv": "7,a", "b.csv": "7,a", "c.csv": "8,b"}
    status = engine.finish(engine.register(*(_file(tmp_path, name, row) for name, row in rows.items())))
    assert [each["state"] for each in status["inputs"]] == ["done", "already_loaded", "done"]
    assert _books(status) == (2, 2, 0, 0, 0, 0, 0)
