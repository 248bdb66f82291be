"""What must not cost a day: a process that is killed on the way to its run, servers and stores that are away."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from s3fs import S3FileSystem

from sluice.engine.base.settings import settings
from sluice.engine.declare import Daily
from sluice.engine.schedule import check as room
from tests.kit.object_store import KEYS, running
from tests.kit.office import HEADERS, ROWS, Office
from tests.kit.stack import ROOT, Stack

CALLS = "customer_id,call_cost,call_destination,call_date,call_duration\n1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n"
TEND = """
import sys
from datetime import datetime
from sluice.pipelines import find
from sluice.tasks.scheduled import check_schedules
print(*(run.id for run in check_schedules([find("call_logs")], datetime.fromisoformat(sys.argv[1]))))
"""


def check_schedules(stack: Stack, now: str, **env: str) -> subprocess.CompletedProcess[str]:
    """What a worker does at a time, in a process of its own."""
    command = [sys.executable, "-c", TEND, f"{now}+00:00"]
    return subprocess.run(
        command, env=stack.env | env, capture_output=True, text=True, check=False, cwd=ROOT, timeout=240
    )


@contextmanager
def closed_port() -> Iterator[int]:
    """A port where nobody listens, and nobody else can begin to meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize("point", ["schedule.looked", "schedule.before_commit"])
@pytest.mark.slow
def test_a_worker_that_is_killed_before_the_run_is_registered_leaves_the_day_to_the_next(
    stack: Stack, point: str
) -> None:
    inbox = stack.home / "inbox"
    (inbox / "call_logs").mkdir(parents=True)
    (inbox / "call_logs" / "a.csv").write_text(CALLS)
    stack.env["SLUICE_INBOX"] = str(inbox)

    killed = check_schedules(stack, "2026-05-02T00:00:00", SLUICE_FAILPOINT=f"{point}:kill")
    assert killed.returncode == -signal.SIGKILL
    assert stack.sql("select day::text, state from sluice.tick") == [("2026-05-02", "waiting")]
    assert stack.sql("select count(*) from sluice.run") == [(0,)]

    assert check_schedules(stack, "2026-05-02T00:01:59").stdout == "\n"  # for two minutes it may still be at it
    run = int(check_schedules(stack, "2026-05-02T00:02:00").stdout)
    assert check_schedules(stack, "2026-05-02T00:03:00").stdout == "\n"
    assert stack.sql("select day::text, state, run_id from sluice.tick") == [("2026-05-02", "started", run)]


def test_a_run_that_was_registered_starts_when_redis_is_back(stack: Stack) -> None:
    inbox = stack.home / "inbox"
    (inbox / "call_logs").mkdir(parents=True)
    (inbox / "call_logs" / "a.csv").write_text(CALLS)
    with closed_port() as port:
        away = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "SLUICE_CACHE_URL": f"redis://127.0.0.1:{port}/1"}
        done = check_schedules(stack, "2026-05-02T00:00:00", SLUICE_INBOX=str(inbox), **away)

    assert done.stdout == "1\n", done.stderr
    stack.worker(1)
    assert stack.wait(1)["loaded"] == 1


def test_a_run_that_cannot_be_registered_leaves_the_day_open(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.use(Daily("03:00", tz="Africa/Kigali"))
    office.put_all("customer_ltv")

    def fail(point: str) -> None:
        if point == "schedule.before_commit":
            raise OSError("out of memory, or whatever it may be")

    with monkeypatch.context() as patch:
        patch.setattr(room, "failpoint", fail)
        with pytest.raises(OSError, match="whatever"):
            office.check("2026-05-02 01:00")

    assert office.engine.sql("select count(*) from sluice.run") == [(0,)]
    assert office.days() == [("2026-05-02", "waiting")]
    assert [as_of for as_of, _ in office.check("2026-05-02 01:02")] == ["2026-05-02"]


@pytest.mark.slow
def test_an_object_store_that_is_away_at_the_due_time_is_asked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_INBOX", "s3://inbox/drop")
    settings.cache_clear()
    office.use(Daily("03:00", tz="Africa/Kigali", deadline="04:00"), "%Y-%m-%d/{}*.csv")
    with closed_port() as port:
        for name, value in KEYS.items() | {("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")}:
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()

        assert office.check("2026-05-02 01:00") == []
        assert office.days() == [("2026-05-02", "waiting")]
        assert "does not answer" in office.note("2026-05-02")
        assert office.check("2026-05-02 02:00") == []
        assert office.days() == [("2026-05-02", "missing_input")]

    with running() as store:
        for name, value in store.env.items():
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()
        files = {f"drop/2026-05-02/{kind}.csv": f"{HEADERS[kind]}\n{ROWS[kind]}\n".encode() for kind in HEADERS}
        store.fill("inbox", files)
        office.inbox = Path("s3:/inbox/drop")
        ((as_of, files_read),) = office.check("2026-05-02 02:01")
        S3FileSystem.clear_instance_cache()

    assert as_of == "2026-05-02"
    assert files_read == ["2026-05-02/customers.csv", "2026-05-02/orders.csv", "2026-05-02/payments.csv"]
    assert office.days() == [("2026-05-02", "started")]
