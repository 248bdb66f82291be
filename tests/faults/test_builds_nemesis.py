"""Runs of customer_ltv under faults that nobody has chosen: a seed chooses them, SLUICE_TEST_SEED another one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from tests.faults.building import Building
from tests.faults.checks import assert_nothing_is_left
from tests.faults.servers import Processes
from tests.faults.shop import AS_OF, FILES, Shop, assert_books_add_up, assert_built_once, assert_tables
from tests.faults.test_messages import multiply
from tests.kit.budget import LONG
from tests.kit.stack import Worker, until

DISTURBED_S = 60 if LONG else 20
PIECES = 4  # of the orders and of the payments: each piece is a run, and builds
QUEUE = """
import sys, time
from datetime import date
from sluice.errors import SluiceError
from sluice import enqueue

for path in sys.argv[2:]:
    while True:
        try:
            enqueue("customer_ltv", [path], as_of=date.fromisoformat(sys.argv[1]))
            break
        except SluiceError:
            time.sleep(0.2)
    time.sleep(2.5)
"""


class Nemesis:
    """Two workers, and what befalls them."""

    def __init__(self, building: Building, processes: Processes, chance: random.Random) -> None:
        self.building, self.stack, self.processes, self.chance = building, building.stack, processes, chance
        self.workers = [building.worker(1), building.worker(2)]

    def strike(self) -> str:
        """One fault, any. Workers that have ended are started again, as their supervisor would."""
        what: Callable[[], None] = self.chance.choice([
            *[self.kill_a_child, self.stop_a_child_for_a_while] * 2,
            self.kill_a_worker, self.restart_postgresql, self.throw_out_all_backends, self.cancel_all_statements,
            self.kill_redis, self.empty_redis, self.double_messages,
        ])  # fmt: skip
        with suppress(redis.RedisError):
            what()
        for number, worker in enumerate(self.workers):
            if worker.process.poll() is not None:
                self.workers[number] = self.stack.worker(2)
        return what.__name__

    def kill_a_child(self) -> None:
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(self.a_child(), signal.SIGKILL)

    def stop_a_child_for_a_while(self) -> None:
        with suppress(ProcessLookupError, FileNotFoundError):
            child = self.a_child()
            os.kill(child, signal.SIGSTOP)
            time.sleep(self.chance.choice([0.5, 2, 6]))  # a lease is 4 s
            os.kill(child, signal.SIGCONT)

    def kill_a_worker(self) -> None:
        self.a_worker().kill_group()

    def restart_postgresql(self) -> None:
        self.processes.restart_database()

    def throw_out_all_backends(self) -> None:
        self.to_all_backends("pg_terminate_backend")

    def cancel_all_statements(self) -> None:
        for _ in range(10):
            self.to_all_backends("pg_cancel_backend")
            time.sleep(0.05)

    def kill_redis(self) -> None:
        self.processes.kill_redis()

    def empty_redis(self) -> None:
        self.stack.redis().flushall()

    def double_messages(self) -> None:
        multiply(self.stack, 3, self.chance)

    def to_all_backends(self, what: str) -> None:
        self.building.ask(
            f"select count({what}(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    def a_worker(self) -> Worker:
        return self.chance.choice(self.workers)

    def a_child(self) -> int:
        children = self.a_worker().children()
        if not children:
            raise ProcessLookupError
        return self.chance.choice(children)


def pieces_of(shop: Shop, folder: Path) -> list[Path]:
    """The rows that load of each file, in several pieces, and the late ones: no row of one contests another's."""
    found = []
    for source in (*FILES, "late"):
        rows = [",".join(_quoted(row.values())) for row in shop.counted[source].rows.values()]
        name = "payments" if source == "late" else source
        header = ",".join(next(iter(shop.counted[source].rows.values())))
        pieces = PIECES if source in ("orders", "payments") else 1
        for piece in range(pieces):
            path = folder / f"{name[:-1]}_{source}_{piece}.csv"
            path.write_text("\n".join([header, *rows[piece::pieces]]) + "\n")
            found.append(path)
    return found


def _quoted(values: Iterable[str]) -> list[str]:
    return ['"{}"'.format(value.replace('"', '""')) for value in values]


@pytest.mark.slow
def test_runs_that_load_and_build_while_anything_may_happen(
    building: Building, processes: Processes, tmp_path: Path
) -> None:
    seed = int(os.environ.get("SLUICE_TEST_SEED") or 4)
    print("seed", seed)
    chance = random.Random(seed)
    # how often a step may be killed before it counts as the cause is not what this is about
    building.stack.env |= {"SLUICE_PART_BYTES": "16384", "SLUICE_MAX_CRASHES": "50", "SLUICE_MAX_VANISHED": "50"}
    pieces = pieces_of(building.shop, tmp_path)
    chance.shuffle(pieces)
    building.stack.sluice("migrate")
    nemesis = Nemesis(building, processes, chance)
    words = [sys.executable, "-c", QUEUE, AS_OF, *map(str, pieces)]
    queueing = subprocess.Popen(words, env=building.stack.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: building.ask("select 1 from sluice.part where state = 'loaded' limit 1"), 120, "the first part")
        end = time.monotonic() + DISTURBED_S
        while time.monotonic() < end:
            print(f"{end - time.monotonic():5.1f} {nemesis.strike()}")
            time.sleep(chance.uniform(0.1, 1.5))
        assert queueing.wait(120) == 0
    finally:
        queueing.kill()
    building.struck()
    ended = "select count(*) filter (where state = 'running'), count(*) from sluice.run"
    until(lambda: building.ask(ended)[0][0] == 0, 120, f"the end of all runs (seed {seed})\n{building.open_steps()}")
    runs = [run for (run,) in building.ask("select id from sluice.run order by id")]
    assert len(runs) >= len(pieces)
    for run in runs:
        assert_built_once(building.stack, run)
    assert_books_add_up(building.stack)
    assert_tables(building.stack, building.shop, late=True)
    assert_nothing_is_left(building.stack, unacked=True, frames=True)
