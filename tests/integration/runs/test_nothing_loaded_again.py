"""Inputs of which nothing could be loaded are tried again when that is of use."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.ledger.runs import Run, list_rejects, retry
from sluice.engine.steps.dispatch import recover
from tests.kit.in_process import InProcess
from tests.kit.prices import (
    ALL_BAD,
    COMMA,
    POINT,
    bad_file,
    file_of,
    finished,
    prices,
    retried,
    states_of,
)


def test_the_last_of_several_parts_decides(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    settings.cache_clear()
    engine.use(prices())
    bad = file_of(tmp_path, [(f"r{n}", COMMA) for n in range(200)], "bad.csv")
    one = file_of(tmp_path, [*((f"s{n}", COMMA) for n in range(200)), ("good", POINT)], "one.csv")
    run = engine.register(bad, one)
    engine.plan(run)
    assert len(engine.steps(run, "extract")) > 4
    assert states_of(engine.finish(run)) == [("failed", "nothing_loaded"), ("done", None)]


def test_the_same_content_again_says_that_and_why_it_failed_before(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    first = finished(engine, path)
    for _ in range(2):
        again = finished(engine, path)
        assert states_of(again) == [("failed", "nothing_loaded")]
        assert (again["state"], again["read"]) == ("failed", 0)
        assert again["inputs"][0]["same_as_run"] == first["run"]
        assert again["inputs"][0]["error"] == (
            "Nothing of the same content could be loaded before, under the same declaration "
            f"(input {first['inputs'][0]['input']} of run {first['run']}). {ALL_BAD} "
            f"Correct the declaration or the file; `sluice retry {first['run']}` tries it again."
        )


def test_it_is_tried_again_under_another_declaration(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    finished(engine, path)
    finished(engine, path)
    engine.use(prices(point=","))
    status = finished(engine, path)
    assert (status["state"], status["loaded"]) == ("done", 3)
    assert states_of(finished(engine, path)) == [("already_loaded", None)]
    assert engine.sql("select ref, price::text from prices order by 1") == [("a", "1.50"), ("b", "1.50"), ("c", "1.50")]


def test_it_is_tried_again_with_reload(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    finished(engine, path)
    again = finished(engine, path, reload=True)
    assert (states_of(again), again["rejected"]) == ([("failed", "nothing_loaded")], 3)
    assert again["inputs"][0]["error"] == ALL_BAD


def test_it_is_tried_again_where_its_keys_were_taken(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    finished(engine, file_of(tmp_path, [("a", "1")], "good.csv"))
    path = file_of(tmp_path, [("a", "2")], "other.csv")
    refused = finished(engine, path)
    assert states_of(refused) == [("failed", "nothing_loaded")]
    assert refused["inputs"][0]["error"].startswith("Its only row was rejected: key_conflict, first in line 2: ")
    engine.sql("truncate prices")
    assert states_of(finished(engine, path)) == [("done", None)]


def test_it_is_tried_again_by_another_version_of_the_code(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    finished(engine, path)
    engine.sql("update sluice.step set code_version = '0.0.9'")
    assert finished(engine, path)["rejected"] == 3


def test_what_an_older_version_took_for_a_success_is_tried_again(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    finished(engine, path)
    engine.sql("update sluice.input set state = 'done', error_code = null, error = null")
    assert states_of(finished(engine, path)) == [("failed", "nothing_loaded")]


def test_retry_reads_it_again_under_the_declaration_of_now(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    run = finished(engine, path, file_of(tmp_path, [("z", "9")]))["run"]
    before = finished(engine, path)["run"]
    assert retried(engine, run)["rejected"] == 3  # nothing was corrected
    engine.use(prices(point=","))
    status = retried(engine, run)
    assert (status["state"], status["error"], status["reasons"]) == ("done", None, [])
    assert (status["read"], status["loaded"], status["rejected"]) == (4, 4, 0)
    assert list_rejects(run) == []
    # and the run that was refused because of the first one has nothing left to do
    assert states_of(retried(engine, before)) == [("already_loaded", None)]


def test_retry_of_the_run_that_was_refused_really_tries(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    finished(engine, path)
    refused = finished(engine, path)["run"]
    status = retried(engine, refused)
    assert (states_of(status), status["rejected"]) == ([("failed", "nothing_loaded")], 3)
    assert status["inputs"][0]["error"] == ALL_BAD


def test_retry_of_a_run_without_such_an_input_does_nothing(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    done = finished(engine, file_of(tmp_path, [("a", "1")]))["run"]
    assert retry(done) == 0
    assert states_of(Run(done).status().json()) == [("done", None)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_copy_of_it_in_the_same_run_fails_with_it(engine: InProcess, tmp_path: Path, order: tuple[int, int]) -> None:
    engine.use(prices())
    run = engine.register(bad_file(tmp_path, "a.csv"), bad_file(tmp_path, "b.csv"))
    plans = engine.steps(run, "plan")
    for number in order:
        engine.plan_step(plans[number])
    status = engine.finish(run)
    assert states_of(status) == [("failed", "nothing_loaded")] * 2
    assert status["state"] == "failed"
    copy = status["inputs"][order[1]]
    assert copy["error"].startswith("It has the same content as input ")
    assert copy["error"].endswith(ALL_BAD)


def test_who_waits_for_another_runs_copy_of_it_is_refused_too(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = bad_file(tmp_path)
    first, second = engine.register(path), engine.register(path)
    engine.plan(first)
    engine.plan(second)
    assert states_of(second.status().json()) == [("attached", None)]
    engine.finish(first)
    recover()
    status = engine.finish(second)
    assert (states_of(status), status["state"]) == ([("failed", "nothing_loaded")], "failed")


def test_where_all_its_keys_are_lost_to_an_open_run_settling_decides(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    first = engine.register(file_of(tmp_path, [("a", "1"), ("b", "1")]))
    second = engine.register(file_of(tmp_path, [("b", "2"), ("a", "2")]))
    for run in (first, second):
        engine.plan(run)
    for run in (second, first):
        for step in engine.steps(run, "extract"):
            engine.load(step)
    engine.settle(first)
    engine.settle(second)
    assert states_of(first.status().json()) == [("done", None)]
    status = second.status().json()
    assert (states_of(status), status["state"]) == ([("failed", "nothing_loaded")], "failed")
    assert status["inputs"][0]["error"].startswith("All 2 rows were rejected: key_conflict, first in line 2: ")
