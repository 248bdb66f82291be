"""`sluice backfill` and `sluice schedule list` with real workers: each day once, in order, and as of that day."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.office import HEADERS
from tests.kit.stack import Stack

BY_DAY = """
from dataclasses import replace
from sluice.pipelines.customer_ltv import pipeline as declared
from sluice import Daily, Pipeline

pipeline = Pipeline(
    "ltv_by_day",
    schedule=Daily("03:00", tz="Africa/Kigali", deadline="06:00"),
    flows=[
        replace(flow, source=replace(flow.source, pattern=f"ltv/%Y-%m-%d/{flow.source.name}.csv"))
        for flow in declared.flows
    ],
    derived=declared.derived,
)
"""


def write(folder: Path, kind: str, *rows: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}.csv"
    path.write_text("\n".join([HEADERS[kind], *rows, ""]))
    return path


@pytest.fixture
def loaded(stack: Stack) -> Stack:
    """One customer with an order each in January and in March."""
    folder = stack.home / "in"
    paths = [
        write(folder, "customers", "1,Ada,Uwase,ada@example.com,RW,F,1990-01-01"),
        write(folder, "orders", "10,1,2026-01-30,tea,5.00", "11,1,2026-02-02,tea,7.00"),
        write(folder, "payments", "100,1,10,2026-01-30,5.00", "101,1,11,2026-02-02,7.00"),
    ]
    stack.worker(2)
    assert stack.sluice("run", "customer_ltv", *map(str, paths), "--as-of", "2026-03-01")["loaded"] == 5
    return stack


def test_past_days_are_built_from_what_is_loaded(loaded: Stack) -> None:
    for _ in range(2):
        done = loaded.sluice("backfill", "customer_ltv", "--from", "2026-01-29", "--to", "2026-02-02")
        assert [(each["day"], each["as_of"], each["state"]) for each in done["days"]] == [
            (day, day, "done") for day in ("2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02")
        ]
        assert loaded.sql("select as_of::text, total_amount::text from customer_ltv order by as_of") == [
            ("2026-01-29", "0.00"),
            ("2026-01-30", "5.00"),
            ("2026-01-31", "5.00"),
            ("2026-02-01", "5.00"),
            ("2026-02-02", "12.00"),
            ("2026-03-01", "12.00"),
        ]


def test_a_person_reads_one_line_a_day(loaded: Stack) -> None:
    command = [sys.executable, "-m", "sluice.cli.main", "backfill", "customer_ltv"]
    command += ["--from", "2026-02-01", "--to", "2026-02-02"]
    done = subprocess.run(
        command, env=loaded.env, capture_output=True, text=True, timeout=240, check=True, cwd=loaded.home
    )
    first, second, last = done.stdout.splitlines()
    assert first.startswith("2026-02-01  run 2: done (")
    assert first.endswith("s)  customer_ltv 1 row, sum 15.00; customer_ltv_orphan 0 rows")
    assert second.endswith("s)  customer_ltv 1 row, sum 36.00; customer_ltv_orphan 0 rows")
    assert last == "2 days done"


def test_days_bring_the_files_that_have_their_date(stack: Stack) -> None:
    (stack.home / "mine").mkdir()
    (stack.home / "mine" / "by_day.py").write_text(BY_DAY)
    inbox = stack.home / "inbox" / "ltv"
    write(inbox / "2026-02-01", "customers", "1,Ada,Uwase,ada@example.com,RW,F,1990-01-01")
    write(inbox / "2026-02-01", "orders", "10,1,2026-02-01,tea,5.00")
    write(inbox / "2026-02-01", "payments", "100,1,10,2026-02-01,5.00")
    write(
        inbox / "2026-02-03", "customers", "1,Ada,Uwase,ada@example.com,RW,F,1990-01-01", "2,Eve,B,e@example.com,RW,F,"
    )
    write(inbox / "2026-02-03", "payments", "101,1,10,2026-02-03,-1.00")
    stack.env |= {"SLUICE_PIPELINES": str(stack.home / "mine"), "SLUICE_INBOX": str(stack.home / "inbox")}
    stack.worker(2)

    done = stack.sluice("backfill", "ltv_by_day", "--from", "2026-02-01", "--to", "2026-02-03")

    assert [[Path(one["uri"]).parent.name for one in each["inputs"]] for each in done["days"]] == [
        ["2026-02-01"] * 3,
        [],
        ["2026-02-03"] * 2,
    ]
    built = "select as_of::text, customer_id, total_amount::text from customer_ltv order by 1, 2"
    table = [
        ("2026-02-01", 1, "5.00"),
        ("2026-02-02", 1, "5.00"),
        ("2026-02-03", 1, "4.00"),
        ("2026-02-03", 2, "0.00"),
    ]
    assert stack.sql(built) == table

    again = stack.sluice("backfill", "ltv_by_day", "--from", "2026-02-01", "--to", "2026-02-01")
    assert {each["state"] for each in again["days"][0]["inputs"]} == {"already_loaded"}
    assert stack.sql("select count(*) from customers") == [(2,)]  # the snapshot of that day is an older one


def test_days_in_the_wrong_order_and_a_pipeline_without_days_are_refused(stack: Stack) -> None:
    backwards = stack.sluice("backfill", "customer_ltv", "--from", "2026-02-02", "--to", "2026-02-01", ok=False)
    assert (backwards["exit_code"], backwards["error"]["message"]) == (
        2,
        "--to 2026-02-01 is before --from 2026-02-02; --to must be the same day or a later one.",
    )
    undated = stack.sluice("backfill", "call_logs", "--from", "2026-02-01", "--to", "2026-02-01", ok=False)
    assert undated["exit_code"] == 2
    assert undated["error"]["message"].startswith("Nothing of call_logs belongs to a day")


@pytest.mark.slow
def test_schedules_are_listed_with_what_became_of_the_last_day(stack: Stack) -> None:
    (stack.home / "mine").mkdir()
    (stack.home / "mine" / "by_day.py").write_text(BY_DAY)
    (stack.home / "inbox").mkdir()
    stack.env |= {
        "SLUICE_PIPELINES": f"{stack.home / 'mine'}:call_logs:customer_ltv",
        "SLUICE_INBOX": str(stack.home / "inbox"),
    }
    stack.sluice("migrate")
    check_schedules = (
        "from datetime import UTC, datetime;"
        "from sluice.pipelines import find; from sluice.tasks.scheduled import check_schedules;"
        "check_schedules([find('ltv_by_day')], datetime(2026, 5, 2, 4, tzinfo=UTC))"
    )
    subprocess.run([sys.executable, "-c", check_schedules], env=stack.env, cwd=stack.home, check=True, timeout=240)

    listed = {each["pipeline"]: each for each in stack.sluice("schedule", "list")["schedules"]}

    assert sorted(listed) == ["call_logs", "customer_ltv", "ltv_by_day"]
    assert listed["call_logs"]["last"] is None
    assert (listed["ltv_by_day"]["last"]["day"], listed["ltv_by_day"]["last"]["state"]) == (
        "2026-05-02",
        "missing_input",
    )
    assert [each["day"] for each in listed["ltv_by_day"]["alarms"]] == ["2026-05-02"]
    command = [sys.executable, "-m", "sluice.cli.main", "schedule", "list"]
    said = subprocess.run(
        command, env=stack.env, cwd=stack.home, capture_output=True, text=True, check=True, timeout=240
    )
    heading, *lines = said.stdout.splitlines()
    assert heading.split() == ["pipeline", "schedule", "last", "due", "for", "state", "run", "next", "due"]
    assert [line.split()[0] for line in lines[:3]] == ["call_logs", "customer_ltv", "ltv_by_day"]
    text = " ".join(said.stdout.split())
    assert "ltv_by_day daily at 03:00 Africa/Kigali 2026-05-02 03:00 2026-05-02 missing_input" in text
    assert (
        "missing input: ltv_by_day of 2026-05-02: Nothing new like ltv/2026-05-02/customers.csv, "
        "ltv/2026-05-02/orders.csv, ltv/2026-05-02/payments.csv has come."
    ) in text
    checks = {each["check"]: each for each in stack.sluice("doctor", ok=False)["checks"]}
    assert (checks["missing input"]["state"], checks["missing input"]["found"]) == ("wrong", "ltv_by_day of 2026-05-02")
    assert json.dumps(checks["missing input"]["todo"]).count("sluice backfill") == 1
