"""sluice: everything on: Celery workers, frames in Redis, ledger, checks, rejects, lineage.

Two worker processes are started beforehand and have loaded a few rows; the clock runs from enqueue until the
ledger says `done`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg2 import sql

from benchmarks.cases.case import PROCESSES, Case
from benchmarks.datasets import Dataset
from benchmarks.meter import Cost, Meter
from benchmarks.servers import BenchServers
from sluice.cli.servers.processes import worker_command
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.runs import run_state
from sluice.errors import SluiceError
from sluice.workers.child import Child

LONGEST_S = 600.0
LOOK_EVERY_S = 0.02
WARM_FILES, WARM_ROWS = 4, 500


class RunFailed(SluiceError):
    """A run did not end, or not well."""


class Sluice(Case):
    """One run over all files of the dataset."""

    name = "sluice"
    datasets = frozenset({"call_logs", "call_logs_dirty", "calls_wide"})

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        with ready_worker() as worker:
            _warm_up(dataset)
            with Meter(servers, worker.pid) as meter:
                _load(dataset.pipeline, dataset.files)
            return meter.cost()


@contextmanager
def ready_worker() -> Iterator[Child]:
    """A worker that is ready. It is killed at the end: its state is in the ledger, and that is removed."""
    log = settings().home / "worker.log"
    log.unlink(missing_ok=True)
    child = Child(worker_command(PROCESSES, log))
    try:
        until = time.monotonic() + 60
        while " ready." not in (said := log.read_text()):
            if child.ended() is not None or time.monotonic() > until:
                raise RunFailed(f"The worker did not get ready:\n{said[-2000:]}")
            time.sleep(0.05)
        yield child
    finally:
        child.kill()


def _warm_up(dataset: Dataset) -> None:
    """A few rows of the same kind through both processes, and out of the table again."""
    folder = settings().home / "warm"
    small = Dataset(dataset.name, dataset.pipeline, folder, dataset.limit_of)
    small.make(WARM_ROWS * WARM_FILES, WARM_FILES, dirty=0.1)
    _load(small.pipeline, small.files)
    with transaction() as cursor:
        cursor.execute(sql.SQL("truncate {}").format(sql.Identifier(dataset.table.name)))


def _load(pipeline: str, files: list[Path]) -> None:
    # Celery's settings are read when its app is imported: not before the servers of the benchmark are known.
    from sluice.tasks.enqueue import enqueue

    run = enqueue(pipeline, files)
    until = time.monotonic() + LONGEST_S
    while (state := run_state(run.id)) == "running" and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
    if state != "done":
        raise RunFailed(f"The run is {state}: {run.status()['error']}")
