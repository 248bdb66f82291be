"""A pipeline after others: it starts when their runs are done, for their day, and says what it waits for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sluice.engine.declare import After, Column, Files, Pipeline, Table
from sluice.engine.schedule import check_schedule, overview
from sluice.engine.types import Integer
from tests.kit.office import Office, at

TABLE = Table("sums", key=("n",), columns=[Column("n", Integer(), required=True)])


class Follower:
    """A pipeline that comes after others, whose ticks and runs a test writes itself."""

    def __init__(self, office: Office, after: After) -> None:
        self.office = office
        self.pipeline = Pipeline("sums", Files("sums/*.csv"), TABLE, schedule=after)
        office.engine.use(self.pipeline)
        (office.inbox / "sums").mkdir()

    def tick(self, pipeline: str, due: str, state: str = "started", run_state: str | None = "done") -> int | None:
        run = None
        if run_state is not None:
            ((run,),) = self.office.engine.sql(
                "insert into sluice.run (pipeline, contract, state, inputs_total, inputs_left)"
                " values (%s, 'c', %s, 0, 0) returning id",
                pipeline,
                run_state,
            )
        self.office.engine.sql(
            "insert into sluice.tick (schedule, due_time, day, state, run_id) values (%s, %s, %s, %s, %s)",
            f"{pipeline}-daily", at(due), at(due).date(), state, run,
        )  # fmt: skip
        return run

    def check(self, now: str) -> int:
        """How many runs are started, each with a new file."""
        (self.office.inbox / "sums" / f"{now}.csv").write_text(f"n\n{now[-2:]}\n")
        return len(check_schedule(self.pipeline, at(now), self.office.start))

    def ticks(self) -> list[tuple[date, str, str | None]]:
        return self.office.engine.sql(
            "select day::text, state, note from sluice.tick where schedule = 'sums-daily' order by due_time"
        )


@pytest.fixture
def follow(office: Office) -> Any:
    return lambda *names, **options: Follower(office, After(*names, **options))


def test_it_starts_when_the_run_before_is_done_and_for_its_day(follow: Any) -> None:
    sums = follow("orders")
    run = sums.tick("orders", "2026-05-02 03:00", run_state="running")

    assert sums.check("2026-05-02 03:01") == 0
    assert sums.ticks() == [("2026-05-02", "waiting", f"It waits for run {run} of orders.")]
    sums.office.engine.sql("update sluice.run set state = 'done' where id = %s", run)
    assert sums.check("2026-05-02 03:02") == 1
    assert sums.check("2026-05-02 03:03") == 0
    assert sums.ticks() == [("2026-05-02", "started", None)]


def test_a_failed_run_starts_nothing_and_the_overview_says_so(follow: Any) -> None:
    sums = follow("orders")
    run = sums.tick("orders", "2026-05-02 03:00", run_state="failed")

    assert sums.check("2026-05-02 03:01") == 0
    (found,) = overview([sums.pipeline], at("2026-05-02 03:02"))
    assert found.last is not None
    assert (found.schedule, found.next_due, found.last.state) == ("after orders", None, "waiting")
    assert found.last.note == (
        f"It waits for run {run} of orders, which is failed: nothing is started before it is done. "
        f"See `sluice status {run}`, then `sluice retry {run}`."
    )
    sums.office.engine.sql("update sluice.run set state = 'done' where id = %s", run)
    assert sums.check("2026-05-02 09:00") == 1


def test_it_waits_for_all_of_several_on_the_same_day(follow: Any) -> None:
    sums = follow("orders", "customers")
    sums.tick("orders", "2026-05-02 03:00")
    assert sums.check("2026-05-02 03:01") == 0
    assert sums.ticks() == []
    sums.tick("customers", "2026-05-02 05:00", state="missing_input", run_state=None)
    assert sums.check("2026-05-02 05:01") == 0
    assert sums.ticks() == [("2026-05-02", "waiting", "It waits for customers, which is missing_input itself.")]
    sums.office.engine.sql("update sluice.tick set state = 'nothing' where schedule = 'customers-daily'")
    assert sums.check("2026-05-02 05:02") == 1


def test_a_later_run_that_is_done_passes_over_one_that_failed(follow: Any) -> None:
    sums = follow("orders")
    sums.tick("orders", "2026-05-02 03:00", run_state="failed")
    sums.check("2026-05-02 03:01")
    sums.tick("orders", "2026-05-03 03:00")

    assert sums.check("2026-05-03 03:01") == 1
    assert sums.ticks() == [
        ("2026-05-02", "skipped", "It was passed over: a later run of the pipelines before it was done first."),
        ("2026-05-03", "started", None),
    ]


def test_or_each_in_order(follow: Any) -> None:
    sums = follow("orders", catch_up="each")
    run = sums.tick("orders", "2026-05-02 03:00", run_state="failed")
    sums.check("2026-05-02 03:01")
    sums.tick("orders", "2026-05-03 03:00")
    assert sums.check("2026-05-03 03:01") == 0
    sums.office.engine.sql("update sluice.run set state = 'done' where id = %s", run)
    assert sums.check("2026-05-03 03:02") == 1
    assert [state for _, state, _ in sums.ticks()] == ["started", "nothing"]  # one new file, and it went with the first


def test_a_slow_run_before_does_not_keep_it_from_ever_starting(follow: Any) -> None:
    sums = follow("orders")
    sums.tick("orders", "2026-05-02 03:00", run_state=None, state="nothing")
    sums.check("2026-05-02 03:01")
    first = sums.tick("orders", "2026-05-02 04:00", run_state="running")
    sums.tick("orders", "2026-05-02 05:00", run_state="running")
    assert sums.check("2026-05-02 05:01") == 0
    sums.office.engine.sql("update sluice.run set state = 'done' where id = %s", first)
    assert sums.check("2026-05-02 05:02") == 1
    assert [state for _, state, _ in sums.ticks()] == ["started", "started", "waiting"]


def test_what_was_skipped_before_is_skipped_after(follow: Any) -> None:
    sums = follow("orders")
    sums.tick("orders", "2026-05-02 03:00", state="skipped", run_state=None)
    assert sums.check("2026-05-02 03:01") == 0
    assert sums.ticks() == [("2026-05-02", "skipped", "orders was skipped.")]


@pytest.mark.parametrize(
    ("state", "change", "word"),
    [
        ("done", "undone_by = id", "undone"),
        ("failed", "options = '{\"cancelled\": true}'", "cancelled"),
    ],
)
def test_what_was_undone_or_cancelled_before_is_skipped_after(follow: Any, state: str, change: str, word: str) -> None:
    sums = follow("orders", catch_up="each")
    run = sums.tick("orders", "2026-05-02 03:00", run_state=state)
    sums.office.engine.sql(f"update sluice.run set {change} where id = {run}")
    assert sums.check("2026-05-02 03:01") == 0
    assert sums.ticks() == [("2026-05-02", "skipped", f"Run {run} of orders was {word}.")]
    sums.tick("orders", "2026-05-03 03:00")
    assert sums.check("2026-05-03 03:01") == 1  # nothing is held back
