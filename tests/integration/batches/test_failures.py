"""Whatever is unusual in a batch: its steps go on alone, and nothing of it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery.exceptions import Ignore

from sluice.engine.database.connection import DatabaseAway
from sluice.engine.ledger import steps
from sluice.engine.steps.batch import load as batch_load
from sluice.engine.steps.part import extract
from sluice.engine.steps.removal.withdraw import withdraw_input
from sluice.errors import EarlierRunOpen, TransientError
from sluice.tasks import batches
from tests.integration.batches.calls import BOOKS, cut_at_commit, files, planned, ready, register, row, take
from tests.kit.in_process import InProcess


@pytest.mark.parametrize(
    ("error", "light", "noted"),
    [
        (ValueError("x"), False, None),
        (TransientError("The store of one of them is away."), False, None),
        (DatabaseAway("PostgreSQL is away."), True, "PostgreSQL is away."),
        (EarlierRunOpen("Run 1 is open."), True, "Run 1 is open."),
    ],
)
def test_an_error_makes_the_steps_go_on_alone_unless_all_have_to_wait(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, light: bool, noted: str | None
) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2))

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(batches, "extract_batch", fails)
    with pytest.raises(Ignore):
        take(calls, run, "extract")
    ask = "select kind, state, light, crashes, error from sluice.step where part_id is not null"
    assert calls.sql(ask) == [("extract", "due", light, 0, noted)] * 2


def test_a_file_whose_store_is_away_does_not_keep_its_neighbours_waiting(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = register(calls, *files(tmp_path / "f", row(71), row(72), row(73)))  # no frames of others
    take(calls, run, "plan")
    read = extract.read_range

    def away(uri: str, start: int, length: int) -> tuple[bytes, int]:
        if uri.endswith("01.csv"):
            raise TransientError("The store is away.")
        return read(uri, start, length)

    monkeypatch.setattr(extract, "read_range", away)
    with pytest.raises(Ignore):
        take(calls, run, "extract")
    ask = "select id from sluice.step where kind = 'extract' and not light order by id"
    first, second, third = (step for (step,) in calls.sql(ask))
    calls.load(first)
    with pytest.raises(TransientError):
        calls.load(second)
    calls.load(third)
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 0, 1]


def test_a_file_that_is_planned_again_is_planned_alone(calls: InProcess, tmp_path: Path) -> None:
    paths = files(tmp_path / "f", row(1), row(2))
    run = register(calls, *paths)
    take(calls, run, "plan")
    step, _ = calls.steps(run, "extract")
    table = calls.pipeline.flows[0].table
    withdraw_input(steps.claim("extract", {"step": step}), table, "It changed.", code="changed", again=True)
    assert calls.sql("select light, state from sluice.step where kind = 'plan' order by id") == [
        (False, "due"), (True, "done"),
    ]  # fmt: skip
    calls.sql("update sluice.step set due_at = clock_timestamp()")
    calls.finish(run)
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 1]


def test_books_that_do_not_balance_are_refused(calls: InProcess, tmp_path: Path) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2))
    message = ready(calls, run)
    calls.sql("update sluice.part set planned = 7 where id = (select min(id) from sluice.part)")
    with pytest.raises(Ignore):
        batches.load(message)
    assert calls.sql("select count(*) from customer_call_logs") == [(0,)]
    assert calls.sql("select light from sluice.step where part_id is not null") == [(False,), (False,)]


def test_when_the_answer_of_commit_is_lost_the_ledger_says_what_is_loaded(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2))
    message = ready(calls, run)
    monkeypatch.setattr(batch_load, "transaction", cut_at_commit(batch_load.transaction))
    batches.load(message)
    calls.settle(run)
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 1]


def test_a_broken_load_of_which_others_loaded_the_first_part_is_tried_again(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2))
    message = ready(calls, run)

    def breaks(*_: object) -> None:
        first = "(select min(id) from sluice.part)"
        calls.sql(f"update sluice.part set state = 'loaded', read = 1, loaded = 1 where id = {first}")
        raise DatabaseAway("The connection broke.")

    monkeypatch.setattr(batch_load, "transaction", breaks)
    with pytest.raises(Ignore):
        batches.load(message)
    assert calls.sql("select state, error from sluice.step where id = %s", message["steps"][1]) == [
        ("due", "The connection broke."),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["plan", "extract"])
def test_a_message_with_steps_of_two_runs_makes_each_go_alone(calls: InProcess, tmp_path: Path, kind: str) -> None:
    runs = [register(calls, *files(tmp_path / name, row(at), row(at + 1))) for name, at in (("a", 1), ("b", 3))]
    if kind == "extract":
        for run in runs:
            take(calls, run, "plan")
    mixed = [step for run in runs for step in calls.steps(run, kind)]
    with pytest.raises(Ignore):
        getattr(batches, kind)({"steps": mixed})
    for run in runs:
        calls.finish(run)
        assert calls.sql("select planned, loaded from sluice.run where id = %s", run.id) == [(2, 2)]


def test_a_message_with_steps_of_two_declarations_makes_each_go_alone(calls: InProcess, tmp_path: Path) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2))
    calls.sql("update sluice.input set contract = 'another', revision = 'another' where position = 2")
    with pytest.raises(Ignore):
        take(calls, run, "extract")
    ask = "select kind, state, light, crashes, error from sluice.step where part_id is not null"
    assert calls.sql(ask) == [("extract", "due", False, 0, None)] * 2
