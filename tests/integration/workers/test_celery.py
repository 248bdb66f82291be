"""What we rely on in Celery and kombu, and what Celery's users rely on in us."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from sluice import enqueue
from tests.kit.in_process import InProcess
from tests.kit.stack import ROOT, Stack


def _commands(stack: Stack, seconds: float) -> Iterator[str]:
    """What Redis is asked, until `seconds` have passed."""
    # a socket timeout of its own: by default redis-py gives up while a worker on a busy machine still starts
    client = redis.Redis.from_url(stack.redis_url, socket_timeout=seconds)
    end = time.monotonic() + seconds
    with client.monitor() as monitor:
        stack.worker(1)
        for seen in monitor.listen():
            yield seen["command"]
            if time.monotonic() > end:
                return


KINDS = ("settle", "build", "load", "transform", "plan", "extract", "dispatch")


def test_a_worker_takes_load_before_transform_before_extract(stack: Stack) -> None:
    stack.sluice("migrate")
    order = next(
        [word for word in command.split()[1:] if "\\x06" not in word][:7]
        for command in _commands(stack, 60)
        if command.startswith("BRPOP sluice.")
    )
    assert order == [f"sluice.{kind}" for kind in KINDS]


def test_the_app_has_its_tasks_and_a_daily_entry_for_call_logs(stack: Stack) -> None:
    script = """
from sluice.app import app
app.loader.import_default_modules()
print(*sorted(name.removeprefix("sluice.") for name in app.tasks if name.startswith("sluice.")))
entry = app.conf.beat_schedule["call_logs-daily"]
print(entry["task"], entry["args"], entry["schedule"], entry["schedule"].tz)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=stack.env, capture_output=True, text=True, check=True, cwd=ROOT, timeout=240
    )
    assert done.stdout.splitlines() == [
        "build check_schedules dispatch expire extract load plan scheduled settle transform",
        "sluice.scheduled ('call_logs',) <crontab: 0 2 * * * (m/h/dM/MY/d)> Africa/Nairobi",
    ]


def test_beat_loads_what_is_new_in_the_inbox_once_for_each_due_time(stack: Stack) -> None:
    inbox = stack.home / "inbox" / "call_logs"
    inbox.mkdir(parents=True)
    header = "customer_id,call_cost,call_destination,call_date,call_duration\n"
    (inbox / "a.csv").write_text(header + "1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n")
    (inbox / "link.csv").symlink_to(inbox / "a.csv")
    stack.worker().wait_ready()
    script = "from sluice.tasks.scheduled import scheduled; scheduled('call_logs'); scheduled('call_logs')"
    env = stack.env | {"SLUICE_INBOX": str(stack.home / "inbox")}
    stack.sluice("migrate")

    subprocess.run([sys.executable, "-c", script], env=env, check=True, cwd=ROOT, timeout=240)

    assert stack.wait(1)["loaded"] == 1
    assert stack.sql("select count(*) from sluice.run") == [(1,)]
    assert stack.sql("select uri from sluice.input") == [(str(inbox / "a.csv"),)]


@pytest.mark.parametrize("kind", [str, Path])
def test_a_single_path_is_queued_as_one_file(engine: InProcess, tmp_path: Path, kind: type) -> None:
    path = tmp_path / "call_logs_1.csv"
    path.write_text("call_id\n")
    assert [each["uri"] for each in enqueue("call_logs", kind(path)).status().json()["inputs"]] == [str(path)]
