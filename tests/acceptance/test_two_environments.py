"""Two environments, production and staging, in one database and one Redis: nothing of one is seen in the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import ROOT, Stack, until

STAGING = {"SLUICE_SCHEMA": "sluice_staging", "SLUICE_SEARCH_PATH": "staging"}
HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
ROWS = 3_000
CORE = ["tests/acceptance/test_call_logs.py", "tests/integration/undo", "tests/acceptance/test_forget.py"]
BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")


def calls(path: Path, first: int, rows: int, bad: int) -> Path:
    """Calls of customers from a number on; the last ones have no cost that can be read."""
    good = (f"{first + n},$1.25,Nairobi,2022-01-01 10:00:00,00:06:15\n" for n in range(rows))
    wrong = (f"{first + rows + n},?,Nairobi,2022-01-01 10:00:00,00:06:15\n" for n in range(bad))
    path.write_text(HEADER + "".join(good) + "".join(wrong))
    return path


def books(status: dict[str, Any]) -> dict[str, int]:
    return {name: status[name] for name in BOOKS if status[name]}


def ends(stack: Stack, run: int, **env: str) -> dict[str, Any]:
    """The status of a run at its end."""
    until(lambda: stack.sluice("status", str(run), **env)["state"] != "running", 180, f"the end of run {run}")
    return stack.sluice("status", str(run), **env)


def test_the_same_pipeline_runs_in_both_at_once(stack: Stack) -> None:
    both = [calls(stack.home / f"both_{n}.csv", 10_000 * n, ROWS, 2) for n in (1, 2)]
    own = calls(stack.home / "own.csv", 90_000, 10, 1)
    stack.sluice("migrate", "call_logs")
    stack.sluice("migrate", "call_logs", **STAGING)
    mine = stack.enqueue(*both, SLUICE_PART_BYTES="20000")
    theirs = stack.enqueue(*both, own, SLUICE_PART_BYTES="20000", **STAGING)
    assert (mine, theirs) == (1, 1)  # each ledger counts its own
    stack.worker()
    stack.worker(**STAGING)

    of_mine, of_theirs = ends(stack, mine), ends(stack, theirs, **STAGING)

    assert (of_mine["state"], books(of_mine)) == ("done", {"read": 6_004, "loaded": 6_000, "rejected": 4})
    assert (of_theirs["state"], books(of_theirs)) == ("done", {"read": 6_015, "loaded": 6_010, "rejected": 5})
    assert stack.sql("select count(*) from public.customer_call_logs") == [(6_000,)]
    assert stack.sql("select count(*) from staging.customer_call_logs") == [(6_010,)]
    assert stack.sql("select count(distinct name) from sluice.worker") == [(1,)]
    assert stack.sql("select count(distinct name) from sluice_staging.worker") == [(1,)]
    assert [stack.redis().exists(key) for key in ("sluice:queues", "sluice_staging:queues")] == [1, 1]

    # whoever takes back, doctors and purges in one does nothing to the other
    stack.sluice("undo", "1", **STAGING)
    assert stack.sql("select count(*) from staging.customer_call_logs") == [(0,)]
    assert stack.sql("select count(*) from public.customer_call_logs") == [(6_000,)]
    assert stack.sluice("status", "1")["state"] == "done"


def test_a_worker_takes_no_message_of_the_other_environment(stack: Stack) -> None:
    path = calls(stack.home / "calls.csv", 1_000, 5, 0)
    stack.sluice("migrate", "call_logs")
    stack.sluice("migrate", "call_logs", **STAGING)
    stack.worker().wait_ready()
    run = stack.enqueue(path, **STAGING)
    until(lambda: stack.redis().llen("sluice_staging.plan"), 60, "the message on the queue of staging")
    assert stack.redis().llen("sluice.plan") == 0
    other = stack.enqueue(path)
    assert stack.wait(other)["loaded"] == 5
    assert stack.sluice("status", str(run), **STAGING)["state"] == "running"
    findings = stack.sluice("doctor", ok=False, **STAGING)["checks"]
    assert [each["found"] for each in findings if each["check"] == "workers"] == ["none answers"]


def test_a_table_of_the_other_environment_is_refused(stack: Stack) -> None:
    path = calls(stack.home / "calls.csv", 1_000, 5, 0)
    stack.worker()
    assert stack.sluice("run", "call_logs", str(path))["loaded"] == 5

    refused = stack.sluice("run", "call_logs", str(path), ok=False, SLUICE_SCHEMA="sluice_staging")

    assert refused["exit_code"] == 2
    assert refused["error"]["message"] == (
        "The table public.customer_call_logs has rows of another environment in this database, whose ledger is in the"
        " schema sluice, and this one's is in sluice_staging. Set SLUICE_SEARCH_PATH to a schema that only this"
        " environment has; or SLUICE_SCHEMA=sluice, to go on with the other one."
    )
    assert stack.sql("select count(*) from public.customer_call_logs") == [(5,)]
    assert stack.sql("select count(*) from sluice_staging.run") == [(0,)]


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_what_holds_in_the_first_environment_holds_in_another() -> None:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *CORE]
    env = os.environ | {"SLUICE_TEST_SCHEMA": "sluice_staging"}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1_700, check=False)
    assert done.returncode == 0, done.stdout[-5_000:]
