"""--max-rejects: nothing of an input is loaded before all its rejects are known, and nothing if they are too many."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.base.settings import settings
from sluice.engine.ledger.runs import list_rejects, retry
from sluice.engine.ledger.steps import claim, fail_attempt
from sluice.engine.steps.dispatch import recover
from tests.kit.in_process import InProcess
from tests.kit.letters import LETTERS


@pytest.fixture
def four_parts(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of 3 parts with 300 rows, 3 of them bad: one in the first part, two in the last."""
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    settings.cache_clear()
    engine.use(LETTERS)
    path = tmp_path / "letters.csv"
    ids = [f"x{n}" if n in {5, 290, 299} else f"{n:04}" for n in range(300)]
    path.write_text("id,value\n" + "".join(f"{each},abcd\n" for each in ids))
    return path


def _check_all(engine: InProcess, path: Path, limit: str) -> list[int]:
    run = engine.register(path, max_rejects=limit)
    engine.plan(run)
    parts = engine.steps(run, "extract")
    assert len(parts) == 4
    for part in parts:
        assert engine.steps(run, "load") == []
        assert engine.sql("select count(*) from letters") == [(0,)]
        engine.check(part)
    return parts


def test_within_the_limit_all_parts_are_loaded_once_all_are_checked(engine: InProcess, four_parts: Path) -> None:
    parts = _check_all(engine, four_parts, "1%")
    for part in parts:
        engine.load_checked(part)
    ((run,),) = engine.sql("select id from sluice.run")
    recover()
    assert engine.sql("select read, loaded, rejected from sluice.run") == [(300, 297, 3)]
    assert [each["line"] for each in list_rejects(run)] == [7, 292, 301]


def test_over_the_limit_nothing_is_loaded_and_every_reject_is_there(engine: InProcess, four_parts: Path) -> None:
    _check_all(engine, four_parts, "2")
    ((run,),) = engine.sql("select id from sluice.run")
    assert engine.sql("select count(*) from letters") == [(0,)]
    assert engine.sql("select state, error_code, error, read, loaded, rejected from sluice.input") == [
        (
            "failed",
            "over_limit",
            "3 of 300 rows are rejects and --max-rejects 2 allows 2: nothing of it was loaded.",
            0,
            0,
            0,
        )
    ]
    assert [(each["line"], each["code"]) for each in list_rejects(run)] == [
        (7, "not_integer"),
        (292, "not_integer"),
        (301, "not_integer"),
    ]
    assert engine.sql("select count(*) from sluice.step where state = 'held'") == [(0,)]


def test_the_same_file_may_be_loaded_later_with_a_wider_limit(engine: InProcess, four_parts: Path) -> None:
    _check_all(engine, four_parts, "0")
    for part in _check_all(engine, four_parts, "3"):
        engine.load_checked(part)
    recover()
    assert engine.sql("select count(*) from letters") == [(297,)]


def test_a_crash_between_the_last_check_and_the_verdict_only_delays_it(engine: InProcess, four_parts: Path) -> None:
    run = engine.register(four_parts, max_rejects="2")
    engine.plan(run)
    *first, last = engine.steps(run, "extract")
    for part in first:
        engine.check(part)
    engine.check(last)
    # as it would be had the process died after the part was held
    engine.sql("update sluice.input set state = 'loading', finished_at = null, error_code = null")
    engine.sql("update sluice.run set inputs_left = 1")
    engine.sql("update sluice.step set state = 'held' where kind = 'load'")
    recover()
    assert engine.sql("select state, error_code from sluice.input") == [("failed", "over_limit")]


def test_a_part_that_dies_does_not_hold_the_others_for_ever(engine: InProcess, four_parts: Path) -> None:
    run = engine.register(four_parts, max_rejects="3")
    engine.plan(run)
    first, *others = engine.steps(run, "extract")
    for _ in range(3):
        claimed = claim("extract", {"step": first})
        fail_attempt(claimed.step, claimed.fence, "The worker process that worked on it died.")
        engine.sql("update sluice.step set due_at = now() where state = 'due'")
    for part in others:
        engine.check(part)
    recover()
    for part in engine.steps(run, "load"):
        engine.load_checked(part)
    engine.settle(run)
    assert run.status().state == "failed"
    assert retry(run.id) == 1
    engine.check(first)
    (again,) = engine.steps(run, "load")
    engine.load_checked(again)
    engine.settle(run)
    status = run.status().json()
    assert (status["state"], status["loaded"], status["rejected"]) == ("done", 297, 3)


def test_a_reload_over_the_limit_leaves_the_old_rows(engine: InProcess, four_parts: Path) -> None:
    for part in _check_all(engine, four_parts, "3"):
        engine.load_checked(part)
    recover()
    (settle,) = engine.sql("select id from sluice.step where kind = 'settle'")
    assert settle
    engine.sql("update sluice.run set state = 'done', inputs_left = 0")
    engine.sql("update sluice.input set state = 'done'")
    run = engine.register(four_parts, max_rejects="0", reload=True)
    engine.plan(run)
    for part in engine.steps(run, "extract"):
        engine.check(part)
    assert engine.sql("select count(*) from letters") == [(297,)]
    again = engine.register(four_parts)
    engine.plan(again)
    assert [each["state"] for each in again.status().json()["inputs"]] == ["already_loaded"]


def _copy(path: Path) -> Path:
    return Path(shutil.copy(path, path.with_name("letters_again.csv")))


def _verdicts(engine: InProcess) -> list[tuple[object, ...]]:
    return engine.sql(
        "select state, error_code, error, read, loaded, rejected from sluice.input order by run_id, position"
    )


OVER = "3 of 300 rows are rejects and --max-rejects 2 allows 2: nothing of it was loaded."
OF_A_COPY = "It has the same content as input {} of run {}, and nothing of that was loaded: " + OVER


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
@pytest.mark.parametrize("planned_after", [False, True], ids=["before the verdict", "after the verdict"])
def test_a_copy_of_a_file_over_the_limit_fails_with_the_same_reason(
    engine: InProcess, four_parts: Path, on_conflict: Literal["keep", "update"], *, planned_after: bool
) -> None:
    columns = [Column("id", Integer(), required=True), Column("value", Text())]
    table = Table("of_copies", key=("id",), columns=columns, on_conflict=on_conflict)
    engine.use(Pipeline("of_copies", Files("*.csv"), table))
    run = engine.register(four_parts, _copy(four_parts), max_rejects="2")
    first, _ = engine.steps(run, "plan")
    engine.plan_step(first)
    if not planned_after:
        engine.plan(run)
    for part in engine.steps(run, "extract"):
        engine.check(part)
    engine.plan(run)
    assert engine.steps(run, "extract") == []
    engine.settle(run)
    ((input_id,),) = engine.sql("select min(id) from sluice.input")
    assert _verdicts(engine) == [
        ("failed", "over_limit", OVER, 0, 0, 0),
        ("failed", "over_limit", OF_A_COPY.format(input_id, run.id), 0, 0, 0),
    ]
    status = run.status()
    assert (status.state, status.error) == ("failed", "None of its inputs could be loaded.")
    assert [each["line"] for each in list_rejects(run.id)] == [7, 292, 301]
    assert engine.sql("select count(*) from of_copies") == [(0,)]


def test_a_copy_in_a_later_run_is_judged_by_the_limit_of_that_run(engine: InProcess, four_parts: Path) -> None:
    first = engine.register(four_parts, max_rejects="2")
    engine.plan(first)
    later = engine.register(_copy(four_parts), max_rejects="3")
    engine.plan(later)
    for part in engine.steps(first, "extract"):
        engine.check(part)
    recover()
    engine.plan(later)
    for part in engine.steps(later, "extract"):
        engine.check(part)
    for part in engine.steps(later, "load"):
        engine.load_checked(part)
    engine.settle(later)
    assert [row[:2] for row in _verdicts(engine)] == [("failed", "over_limit"), ("done", None)]
    assert engine.sql("select count(*) from letters") == [(297,)]
