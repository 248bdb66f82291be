"""Small files that are planned and loaded in one transaction: the same rows, rejects and books as step by step."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.sources.files import kind
from sluice.engine.steps.batch import at_once
from sluice.errors import EarlierRunOpen
from sluice.pipelines import declared_of
from sluice.samples.call_logs import make_call_logs
from sluice.tasks import batches
from tests.integration.batches.calls import BOOKS, HEADER, cut_at_commit, files, finish, load, register, result, row
from tests.integration.bulk.keys import bulk_of
from tests.kit.in_process import InProcess

FILES = 30
STEPS = "select kind, state, light, count(*)::int from sluice.step where run_id = %s group by 1, 2, 3 order by 1, 2, 3"
PARTS = """select p.number, p.first_line, p.planned, p.state, p.read, p.loaded, p.rejected
           from sluice.part p join sluice.input i on i.id = p.input_id where i.run_id = %s order by i.position"""
FACTS = """select position, state, sha256, size_bytes, dialect, note, raw, stamp, ordered, replaces, parts_total,
                  parts_left
           from sluice.input where run_id = %s order by position"""


def plan_and_load(engine: InProcess, run: Any) -> None:
    batches.plan({"steps": engine.steps(run, "plan")}, at_once=True)


def test_files_loaded_at_once_come_to_the_same_as_step_by_step(calls: InProcess, tmp_path: Path) -> None:
    make_call_logs(tmp_path / "sample", rows=50 * FILES, files=FILES, dirty=0.3)
    paths = sorted((tmp_path / "sample").glob("*.csv"))
    at_once_run = register(calls, *paths)
    plan_and_load(calls, at_once_run)
    if calls.steps(at_once_run, "extract"):
        load(calls, at_once_run)
    calls.settle(at_once_run)
    found = [*result(calls, at_once_run), calls.sql(FACTS, at_once_run.id)]
    calls.sql("truncate customer_call_logs, sluice.run, sluice.reject restart identity cascade")
    step_by_step = register(calls, *paths)
    finish(calls, step_by_step)
    assert found == [*result(calls, step_by_step), calls.sql(FACTS, step_by_step.id)]
    assert len(found[1]) > 100


def test_each_file_has_one_step_and_its_part_and_books(calls: InProcess, tmp_path: Path) -> None:
    texts = [
        row(1) + "\n" + row(2),
        row(3) + row(4, "much"),
        row(5).replace("Lyon", '"Ly\non"') + row(6),
        "x\n" + row(7),
    ]
    run = register(calls, *files(tmp_path / "f", *texts))
    plan_and_load(calls, run)
    assert calls.sql(STEPS, run.id) == [("plan", "done", True, 4), ("settle", "due", False, 1)]
    parts = calls.sql(PARTS, run.id)
    assert parts == [
        (1, 2, 2, "loaded", 2, 2, 0), (1, 2, 2, "loaded", 2, 1, 1),
        (1, 2, 2, "loaded", 2, 2, 0), (1, 2, 2, "loaded", 2, 1, 1),
    ]  # fmt: skip
    calls.settle(run)
    rows, rejects, books = result(calls, run)
    assert [(position, line, key) for position, line, key, *_ in rows] == [
        (1, 2, 1), (1, 4, 2), (2, 2, 3), (3, 2, 5), (3, 4, 6), (4, 3, 7),
    ]  # fmt: skip
    assert [(each[0], each[1], each[3]) for each in rejects] == [(2, 3, "not_money"), (4, 2, "ragged_row")]
    assert [(b[1], b[3], b[4], b[5], b[7]) for b in books] == [
        ("done", 2, 2, 2, 0), ("done", 2, 2, 1, 1), ("done", 2, 2, 2, 0), ("done", 2, 2, 1, 1),
    ]  # fmt: skip


def test_keys_and_contents_that_are_known_go_step_by_step(calls: InProcess, tmp_path: Path) -> None:
    first = register(calls, *files(tmp_path / "a", row(1), row(2)))
    plan_and_load(calls, first)
    calls.settle(first)
    run = register(calls, *files(tmp_path / "b", row(1, "9.00") + row(3), row(2), row(4), row(4)))
    plan_and_load(calls, run)
    assert [state for _, state, *_ in calls.sql(BOOKS, run.id)] == [
        "loading", "already_loaded", "loading", "already_loaded",
    ]  # fmt: skip
    load(calls, run)
    calls.settle(run)
    assert [(b[1], b[5], b[7]) for b in calls.sql(BOOKS, run.id)] == [
        ("done", 1, 1), ("already_loaded", 0, 0), ("done", 1, 0), ("already_loaded", 0, 0),
    ]  # fmt: skip


def test_a_file_whose_rows_are_all_refused_fails(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1, "much"), row(2)))
    plan_and_load(calls, run)
    calls.settle(run)
    assert [(b[1], b[2], b[5], b[7]) for b in calls.sql(BOOKS, run.id)] == [
        ("failed", "nothing_loaded", 0, 1), ("done", None, 1, 0),
    ]  # fmt: skip


def test_files_that_have_to_wait_are_planned_and_nothing_of_them_is_loaded(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(*_: object) -> None:
        raise EarlierRunOpen("Run 1 is open.")

    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    monkeypatch.setattr(at_once, "clear_replaced", wait)
    plan_and_load(calls, run)
    assert [state for _, state, *_ in calls.sql(BOOKS, run.id)] == ["loading", "loading"]
    assert calls.sql("select count(*)::int from customer_call_logs") == [(0,)]
    assert len(calls.steps(run, "extract")) == 2


def test_when_the_answer_of_commit_is_lost_the_ledger_says_what_is_loaded(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    monkeypatch.setattr(at_once, "transaction", cut_at_commit(at_once.transaction))
    plan_and_load(calls, run)
    calls.settle(run)
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 1]


def test_the_first_batch_of_a_large_run_is_a_bulk_load(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", "3")
    calls.forget()
    run = register(calls, *files(tmp_path / "f", row(1) + row(2), row(2, "9.00")))
    plan_and_load(calls, run)
    assert bulk_of(calls) == [("customer_call_logs", run.id, False)]
    calls.settle(run)
    assert [(b[5], b[7]) for b in calls.sql(BOOKS, run.id)] == [(2, 0), (0, 1)]


def test_known_bytes_are_not_parsed_and_a_packed_copy_is(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path / "f", row(1), row(2))
    first = register(calls, *paths)
    plan_and_load(calls, first)
    calls.settle(first)
    (tmp_path / "f" / "02.csv").write_bytes(gzip.compress((HEADER + row(2)).encode()))
    parsed: list[str] = []
    scan = kind._scan

    def noted(source: Any, request: Any) -> Any:
        parsed.append(Path(request.uri).name)
        return scan(source, request)

    monkeypatch.setattr(kind, "_scan", noted)
    run = register(calls, *paths, tmp_path / "f" / "02.csv")
    plan_and_load(calls, run)
    assert [b[1] for b in calls.sql(BOOKS, run.id)] == ["already_loaded"] * 3
    assert parsed == ["02.csv"]


def test_bytes_that_are_the_decoded_text_of_another_file_are_read(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = [Column("id", Integer(), required=True), Column("name", Text())]
    engine.use(Pipeline("things", Files("*.csv", encoding="cp1252"), Table("things", ["id"], columns)))
    monkeypatch.setattr(batches, "declared_for", lambda *_: declared_of(engine.pipeline))  # it is in no folder
    text = "id,name\n1,Zoë\n"
    for name, encoding in (("1.csv", "cp1252"), ("2.csv", "utf-8")):
        (tmp_path / name).write_bytes(text.encode(encoding))
        run = register(engine, tmp_path / name)
        plan_and_load(engine, run)
        if engine.steps(run, "extract"):
            load(engine, run)
        engine.settle(run)
    assert engine.sql("select state, rejected::int from sluice.input order by id") == [
        ("done", 0), ("failed", 1),
    ]  # fmt: skip
