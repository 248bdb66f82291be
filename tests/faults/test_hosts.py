"""A worker on another host that dies: nobody here can look at its processes, so its lease alone frees its steps."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.test_processes import failing
from tests.faults.trial import HALF_WAY, Trial, count_of
from tests.kit.budget import LONG
from tests.kit.stack import ROOT, until

# a host of its own as far as Sluice sees: another name, and process ids that mean nothing here
UNSHARE = ["unshare", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child"]
LEASE_S = 30 if LONG else 15  # 30 is the default. The two loads are stopped within this time
DISPATCH_S = 1  # the default
STOPS = ("load.mid_copy", "load.before_commit")


@contextmanager
def elsewhere(trial: Trial, concurrency: int) -> Iterator[subprocess.Popen[bytes]]:
    """A worker on another host, ready. Skips the test where namespaces may not be made."""
    tried = subprocess.run([*UNSHARE, "hostname", "elsewhere"], capture_output=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"a host of its own cannot be made here: {tried.stderr.decode().strip()}")
    celery = [
        sys.executable,
        "-P",
        "-m",
        "celery",
        "-A",
        "sluice.app",
        "worker",
        "--without-gossip",
        "--without-mingle",
    ]
    words = [*celery, "--loglevel", "INFO", "--concurrency", str(concurrency)]
    log = trial.stack.home / "elsewhere.log"
    with log.open("wb") as out:
        started = subprocess.Popen(
            [*UNSHARE, "sh", "-c", f"hostname elsewhere && exec {shlex.join(words)}"],
            env=trial.stack.env | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        until(lambda: " ready." in log.read_text() or started.poll() is not None, 120, "the worker elsewhere")
        assert started.poll() is None, log.read_text()[-3000:]
        yield started
    finally:
        kill(started)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """All of its processes at once, as when a host loses its power."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(60)


def passed(trial: Trial, point: str) -> int:
    return count_of(trial.stack.home / "failpoints", point)


@pytest.mark.slow
def test_the_steps_of_a_worker_on_another_host_that_dies_are_due_when_its_lease_ends(trial: Trial) -> None:
    trial.stack.env |= {"SLUICE_LEASE_S": str(LEASE_S), "SLUICE_DISPATCH_EVERY_S": str(DISPATCH_S)}
    # counted over both processes: the second one stops at its next load but one
    trial.stack.env |= failing(trial, ",".join(f"{point}:30:stop" for point in STOPS))
    with elsewhere(trial, 2) as worker:
        trial.run = trial.stack.enqueue(*trial.sample.paths, SLUICE_FAILPOINT="")
        until(lambda: trial.loaded() >= HALF_WAY, 120, "parts loaded elsewhere")
        until(lambda: all(passed(trial, point) >= 30 for point in STOPS), 120, "two loads that are stopped")
        hosts = trial.ask("select distinct split_part(holder, ':', 1) from sluice.step where state = 'working'")
        assert ("elsewhere",) in hosts
        kill(worker)
    trial.struck()
    trial.worker(SLUICE_FAILPOINT="")
    of_the_dead = "state = 'working' and holder like 'elsewhere%%'"
    until(lambda: trial.count(of_the_dead) == 0, LEASE_S + 60, "the end of the leases")
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
    assert trial.count("crashes > 0") == 0
    assert trial.ask("select max(vanished) from sluice.step") == [(1,)]
