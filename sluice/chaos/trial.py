"""One load of the sample into an empty database, with or without faults."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sluice.chaos.contents import read_contents
from sluice.chaos.faults import Faults, NotYet
from sluice.chaos.loaded import Happened, Loaded, Watch
from sluice.chaos.place import Place
from sluice.chaos.sample import Sample
from sluice.chaos.series import Fault
from sluice.engine.base.only_settings import only_settings
from sluice.engine.database.connection import drop_connection, transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.tables.migrate import migrate
from sluice.errors import TransientError
from sluice.pipelines import find
from sluice.workers.child import Command
from sluice.workers.supervisor import Supervisor

query = statements(__name__)
NAME = "chaos"
AS_OF = date(2022, 12, 31)
WORKERS, PROCESSES = 2, 2
GRACE_S = 1.0  # for workers that have nothing to do any more
LEASE_S = 3
STOPPED_S = 1.5 * LEASE_S
SKIP_S = 20.0  # a fault that could not happen for so long is left out
STUCK_S = 120.0  # without any step that ends
TEMPORARY = "tmp"
LOOK_S, TICK_S = 0.25, 0.05
SETTINGS = {
    "SLUICE_PIPELINES": str(Path(__file__).with_name("pipelines")),
    # shorter than by default, so that a fault costs seconds
    "SLUICE_LEASE_S": str(LEASE_S),
    "SLUICE_PUBLISH_S": "2",
    "SLUICE_DISPATCH_EVERY_S": "0.5",
    # a step that dies is not at fault here: we kill it, any number of times
    "SLUICE_MAX_CRASHES": "1000",
    "SLUICE_MAX_VANISHED": "1000",
}
LEAST_PART, PARTS = 8 << 10, 10  # so many parts of each file of calls, but none smaller
ROW_BYTES = 56


class _Progress(NamedTuple):
    runs: int = 0
    running: int = 0
    read: int = 0
    done: int = 0
    workers: frozenset[int] = frozenset()


class Trial:
    """A load named `name`, whose batches are released over `seconds`, under these faults.

    `commands` gives the commands of the workers, each with a log below the folder it is called with.
    """

    def __init__(
        self,
        place: Place,
        sample: Sample,
        commands: Callable[[Path], list[Command]],
        watch: Watch,
        *,
        name: str,
        faults: Sequence[Fault] = (),
        seconds: float = 0.0,
    ) -> None:
        self._place, self._sample, self._commands, self._watch = place, sample, commands, watch
        self._name, self._faults, self._seconds = name, list(faults), seconds
        self._rows = sample.calls + sample.accounts
        self._progress = _Progress()
        self._released = 0
        self._happened: list[Happened] = []
        self._late_s = 0.0
        self._began = 0.0
        self._looked, self._changed = 0.0, time.monotonic()

    def load(self) -> Loaded:
        """Load all batches, and read what is in the tables then."""
        folder = self._place.home / self._name
        with only_settings(self._settings(folder)):
            drop_connection()
            try:
                return self._load(folder)
            finally:
                drop_connection()

    def _settings(self, folder: Path) -> Mapping[str, str]:
        size = self._sample.calls * ROW_BYTES // len(self._sample.batches) // PARTS
        return SETTINGS | {
            "SLUICE_HOME": str(folder),
            "TMPDIR": str(folder / TEMPORARY),  # processes that are killed leave files behind
            "SLUICE_PART_BYTES": str(max(size, LEAST_PART)),
            "DATABASE_URL": self._place.database(self._name),
            "REDIS_URL": self._place.servers.redis_url,
        }

    def _load(self, folder: Path) -> Loaded:
        pipeline = find(NAME)
        migrate([pipeline])
        self._place.empty_redis()
        (folder / TEMPORARY).mkdir(parents=True)
        with (folder / "events.log").open("a", encoding="utf-8") as log:
            crew = Supervisor(
                self._commands(folder), say=lambda text: print(text, file=log, flush=True), grace_s=GRACE_S
            )
            with crew:
                error = self._until_end(crew)
        return self._ended(pipeline, folder, error)

    def _until_end(self, crew: Supervisor) -> str | None:
        """Release batches and make faults happen, until all is loaded. Returns why it does not end, if so."""
        faults = Faults(self._place, crew, STOPPED_S)
        due = list(self._faults)
        self._release()
        while True:
            self._keep(crew)
            self._look()
            if not self._began:
                self._began = time.monotonic() if self._progress.done else 0.0
            else:
                faults.ready = self._progress.workers
                stopped = faults.continue_stopped()
                due = self._strike(faults, due)
                self._release()
                if not due and not stopped and self._is_loaded():
                    return None
            if time.monotonic() - self._changed > STUCK_S:
                return f"no step has ended for {STUCK_S:.0f} s"
            time.sleep(TICK_S)

    def _keep(self, crew: Supervisor) -> None:
        for slot in crew.slots:
            slot.failures = 0  # they die because we kill them: the pause before the next start stays short
        crew.poll()

    def _strike(self, faults: Faults, due: list[Fault]) -> list[Fault]:
        """Make the next fault happen if its time has come. Returns those that are still to come."""
        if not due or self._at() < due[0].at_s + self._late_s:
            return due
        fault, *rest = due
        try:
            text = faults.strike(fault)
        except NotYet:
            if self._at() < fault.at_s + self._late_s + SKIP_S:
                return due
            self._happened.append(Happened(fault, fault.kind.value, None))
            return rest
        self._late_s = self._at() - fault.at_s  # the gaps stay as they are
        self._happened.append(Happened(fault, text, round(self._at(), 1)))
        self._watch.happened(self._at(), self._share(), text)
        return rest

    def _release(self) -> None:
        """Queue the batches that are due, each as a run: at the start the first one, the others at equal distances.

        A COMMIT whose reply was lost is not repeated: the ledger says how many runs there are.
        """
        from sluice.client.enqueue import enqueue  # Celery's app reads the URL of Redis when it is imported

        batches = self._sample.batches
        while self._released < len(batches) and self._at() >= self._released * self._seconds / len(batches):
            try:
                if self._count_runs() == self._released:
                    enqueue(NAME, batches[self._released], as_of=AS_OF)
                self._released += 1
            except TransientError:  # PostgreSQL is away: at the next look
                return

    def _look(self) -> None:
        if time.monotonic() - self._looked < LOOK_S:
            return
        self._looked = time.monotonic()
        with suppress(TransientError):
            found = self._figures()
            if found != self._progress:
                self._progress, self._changed = found, time.monotonic()
        self._watch.moved(self._at(), self._share())

    def _is_loaded(self) -> bool:
        return self._released == len(self._sample.batches) == self._progress.runs and not self._progress.running

    def _count_runs(self) -> int:
        return self._figures().runs

    def _figures(self) -> _Progress:
        with transaction() as cursor:
            cursor.execute(query("progress"))
            runs, running, read, done, workers = cursor.fetchone() or (0, 0, 0, 0, [])
        return _Progress(runs, running, read, done, frozenset(workers))

    def _at(self) -> float:
        return time.monotonic() - self._began if self._began else 0.0

    def _share(self) -> float:
        return self._progress.read / self._rows

    def _ended(self, pipeline: Pipeline, folder: Path, error: str | None) -> Loaded:
        seconds = round(self._at(), 1)
        with transaction() as cursor:
            cursor.execute(query("errors"))
            reasons = [reason for (reason,) in cursor.fetchall()]
        contents = read_contents(pipeline)
        contents.write(folder / "tables")
        return Loaded(self._name, seconds, self._happened, contents, error, reasons)
