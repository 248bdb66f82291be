"""sluice: everything on: Celery workers, frames in Redis, ledger, checks, rejects, lineage.

Two worker processes are started beforehand and have loaded a few rows; the clock runs from enqueue until the
ledger says `done`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from psycopg2 import sql

from benchmarks.cases.case import PROCESSES, Case
from benchmarks.data.datasets import Dataset
from benchmarks.data.kinds import Size, datasets
from benchmarks.measure.meter import Cost, Meter
from benchmarks.measure.servers import BenchServers
from sluice.cli.servers.processes import worker_command
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.runs import read_status, run_state
from sluice.errors import SluiceError
from sluice.workers.child import Child

LONGEST_S = 1_800.0
LOOK_EVERY_S = 0.02
WARM_UP = Size(rows=2_000, files=4, dirty=0.1)


class RunFailed(SluiceError):
    """A run did not end, or not well."""


class Sluice(Case):
    """One run over all files of the dataset."""

    name = "sluice"
    datasets = frozenset(
        {
            *("call_logs", "call_logs_dirty", "hostile", "calls_wide", "wide_repeats", "small_1000", "small_5000"),
            *("call_logs_x4", "call_logs_dirty_x4", "calls_wide_x4", "first_load", "first_load_x5", "first_load_x20"),
        }
    )
    warm = True
    processes = PROCESSES

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        with ready_worker(self.processes) as worker:
            warm_up(dataset)
            with Meter(servers, worker.pid) as meter:
                load(dataset.pipeline, dataset.files)
            return meter.cost()


class SluiceAlone(Sluice):
    """The same with one worker process."""

    name = "sluice_1"
    datasets = frozenset({"first_load", "first_load_x5", "first_load_x20"})
    usual = False
    processes = 1


class Again(Sluice):
    """The same files again, right after they were loaded: there is nothing to do, and that has to be found out."""

    name = "again"
    datasets = frozenset({"small_1000", "small_5000"})
    usual = False

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        with ready_worker(self.processes) as worker:
            load(dataset.pipeline, dataset.files)
            with Meter(servers, worker.pid) as meter:
                run = load(dataset.pipeline, dataset.files)
            if loaded := read_status(run).loaded:
                raise RunFailed(f"The same files again loaded {loaded:,} rows.")
            return meter.cost()


class FirstRow(Sluice):
    """One large file: also the seconds from enqueue until somebody who looks at the table sees rows in it."""

    name = "first_row"
    datasets = frozenset({"one_file"})
    usual = False

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        seen: list[float] = []
        with ready_worker(self.processes) as worker:
            warm_up(dataset)
            with Meter(servers, worker.pid) as meter:
                started = time.perf_counter()

                def look() -> None:
                    if not seen and _has_rows(dataset):
                        seen.append(time.perf_counter() - started)

                load(dataset.pipeline, dataset.files, look)
            return replace(meter.cost(), first_row_s=round(seen[0], 3))


def _has_rows(dataset: Dataset) -> bool:
    with transaction() as cursor:
        cursor.execute(sql.SQL("select exists (select from {})").format(sql.Identifier(dataset.table.name)))
        return cursor.fetchone() == (True,)


@contextmanager
def ready_worker(processes: int = PROCESSES) -> Iterator[Child]:
    """A worker that is ready. It is killed at the end: its state is in the ledger, and that is removed."""
    log = settings().home / "worker.log"
    log.unlink(missing_ok=True)
    child = Child(worker_command(processes, log))
    try:
        until = time.monotonic() + 60
        while " ready." not in (said := log.read_text()):
            if child.ended() is not None or time.monotonic() > until:
                raise RunFailed(f"The worker did not get ready:\n{said[-2000:]}")
            time.sleep(0.05)
        yield child
    finally:
        child.kill()


def warm_up(dataset: Dataset) -> None:
    """A few rows of the same kind through the processes, and out of the table again.

    Of another kind where the table of the dataset must be untouched.
    """
    name = {"call_logs": "call_logs_dirty", "calls_wide": "calls_wide"}[dataset.pipeline]
    if dataset.untouched:
        name = "call_logs_dirty"
    (small,) = (each for each in datasets(settings().home / "warm", WARM_UP) if each.name == name)
    small.make()
    load(small.pipeline, small.files)
    with transaction() as cursor:
        cursor.execute(sql.SQL("truncate {}").format(sql.Identifier(small.table.name)))


def load(pipeline: str, files: Sequence[Path], look: Callable[[], None] = lambda: None) -> int:
    """A run from enqueue to its end. `look` is called now and then, and at the end. Returns the run."""
    # Celery's settings are read when its app is imported: not before the servers of the benchmark are known.
    from sluice.client.enqueue import enqueue

    run = enqueue(pipeline, files)
    until = time.monotonic() + LONGEST_S
    while (state := run_state(run.id)) == "running" and time.monotonic() < until:
        look()
        time.sleep(LOOK_EVERY_S)
    if state != "done":
        raise RunFailed(f"The run is {state}: {run.status().error}")
    look()
    return run.id
