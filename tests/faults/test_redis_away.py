"""Redis away, or without memory, for longer: the worker goes on afterwards, and its log stays short."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.trial import Trial, reports
from tests.kit.budget import LONG
from tests.kit.stack import Worker, until
from tests.kit.tcp_proxy import TcpProxy

AWAY_S = 60 if LONG else 15
MOST_LINES = 50  # in a minute


@contextmanager
def behind_a_proxy(trial: Trial) -> Iterator[tuple[TcpProxy, dict[str, str]]]:
    """A proxy before Redis, and the environment of a worker that goes through it."""
    with TcpProxy.before(trial.stack.redis_url) as proxy:
        urls = {"REDIS_URL": trial.stack.redis_url, "SLUICE_CACHE_URL": trial.stack.cache_url}
        yield proxy, {name: proxy.through(url) for name, url in urls.items()}


def lines_of_a_while(worker: Worker, before: int) -> list[str]:
    """What the worker logs while Redis is away; its main process must not end."""
    gone = time.monotonic()
    while time.monotonic() - gone < AWAY_S:
        assert worker.process.poll() is None, worker.log.read_text()[-4000:]
        time.sleep(0.5)
    return reports(worker, before)


@pytest.mark.parametrize("how", ["refused", "black-holed", "cut again and again"])
@pytest.mark.slow
def test_redis_away_for_a_while_burns_no_attempt_and_fills_no_log(trial: Trial, how: str) -> None:
    with behind_a_proxy(trial) as (proxy, through):
        worker = trial.begin(env=through | {"SLUICE_LEASE_S": "30"})  # a busy machine keeps that
        trial.half_way()
        before = len(worker.log.read_text().splitlines())
        if how == "refused":
            proxy.refuse(True)
        elif how == "black-holed":
            proxy.blackhole(True)
        proxy.cut()
        said = lines_of_a_while(worker, before) if how != "cut again and again" else cut_for_a_while(proxy, worker)
        proxy.refuse(False)
        proxy.blackhole(False)
        proxy.cut()
        trial.struck()
        trial.finish()
        trial.assert_all_is_well(unacked=True, frames=True)
        assert trial.count("crashes > 0 or vanished > 0") == 0
        assert worker.process.poll() is None
        assert len(said) < MOST_LINES, "\n".join(said)
        assert not any("Traceback" in line for line in said)


def cut_for_a_while(proxy: TcpProxy, worker: Worker) -> list[str]:
    """Connections that are cut a moment after they are made. Returns the log without what is said of each task."""
    before = len(worker.log.read_text().splitlines())
    end = time.monotonic() + AWAY_S
    while time.monotonic() < end:
        proxy.cut()
        time.sleep(0.3)
    said = worker.log.read_text().splitlines()[before:]
    return [line for line in said if "INFO/" not in line]


@pytest.mark.slow
def test_redis_without_memory_for_a_while_ends_no_worker_and_fills_no_log(trial: Trial) -> None:
    worker = trial.begin()
    trial.half_way()
    before = len(worker.log.read_text().splitlines())
    trial.stack.redis().config_set("maxmemory", "1")
    os.kill(worker.children()[0], signal.SIGKILL)
    said = lines_of_a_while(worker, before)
    late = trial.stack.worker(1)  # starts without memory, too
    until(lambda: "maxmemory" in late.log.read_text(), 120, "a write that Redis refuses")
    trial.stack.redis().config_set("maxmemory", "256mb")
    trial.struck()
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
    assert len(said) < MOST_LINES, "\n".join(said)
    assert len([line for line in late.log.read_text().splitlines() if "maxmemory" in line]) < 10
    assert (worker.process.poll(), late.process.poll()) == (None, None)


@pytest.mark.slow
def test_a_child_that_dies_before_the_first_connection_does_not_end_its_worker(trial: Trial) -> None:
    with behind_a_proxy(trial) as (proxy, through):
        proxy.refuse(True)
        trial.run = trial.stack.enqueue(*trial.sample.paths)
        worker = trial.stack.worker(2, **through)
        until(lambda: "Cannot connect" in worker.log.read_text(), 120, "an attempt to connect")
        os.kill(worker.children()[0], signal.SIGKILL)
        proxy.refuse(False)
        trial.struck()
        trial.finish()
        trial.assert_all_is_well()
        assert worker.process.poll() is None
