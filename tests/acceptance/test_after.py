"""A pipeline after another one, with real workers: it starts when the run before it is done, without beat."""

from __future__ import annotations

import subprocess
import sys

from tests.kit.stack import Stack, until

PIPELINE = """
from sluice import After, Column, Files, Hourly, Integer, Pipeline, Table
pipeline = Pipeline("{name}", Files("{name}/*.csv"), Table("{name}", ["id"], [Column("id", Integer(), required=True)]),
                    schedule={schedule})
"""
CHECK = (
    "from datetime import UTC, datetime;"
    "from sluice.pipelines import find; from sluice.tasks.scheduled import check_schedules;"
    "check_schedules([find('first')], datetime(2026, 5, 2, 4, 30, tzinfo=UTC))"
)


def test_it_starts_when_the_run_before_is_done(stack: Stack) -> None:
    folder, inbox = stack.home / "pipelines", stack.home / "inbox"
    folder.mkdir()
    stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_INBOX": str(inbox)}
    for name, schedule in (("first", "Hourly(5)"), ("second", 'After("first")')):
        (folder / f"{name}.py").write_text(PIPELINE.format(name=name, schedule=schedule))
        (inbox / name).mkdir(parents=True)
        (inbox / name / "a.csv").write_text("id\n1\n")
    stack.sluice("migrate")
    # the schedule of second is as old as that of first: at first it takes runs of the last day only
    stack.sql(
        "insert into sluice.tick (schedule, due_time, day) values ('second-daily', '2026-05-02 03:05+00', '2026-05-02')"
    )
    stack.worker(1).wait_ready()

    subprocess.run([sys.executable, "-c", CHECK], env=stack.env, check=True, timeout=120)
    asked = (
        "select state, due_time::text, run_id from sluice.tick where schedule = 'second-daily' and run_id is not null"
    )
    ((state, due, run),) = until(lambda: stack.sql(asked), 120, "a run of second")  # no beat is there to start it
    assert (state, due) == ("started", "2026-05-02 04:05:00+00")
    assert stack.wait(run)["loaded"] == 1
    assert stack.sql("select id from second") == [(1,)]
    listed = {each["pipeline"]: each for each in stack.sluice("schedule", "list")["schedules"]}
    assert (listed["second"]["schedule"], listed["second"]["next_due"], listed["second"]["last"]["state"]) == (
        "after first", None, "done"
    )  # fmt: skip
    assert listed["first"]["schedule"] == "hourly at :05 UTC"
