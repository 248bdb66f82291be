"""One run that is disturbed: started, struck half way, waited for, and then held to its promise."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import psycopg2

from tests.faults.checks import assert_all_is_well
from tests.faults.sample import Sample
from tests.kit.stack import Stack, Worker, until

OF_A_TASK = re.compile(r"Task sluice\.\w+\[[0-9a-f-]+\] (received|succeeded in)")
HALF_WAY = 20  # parts of 90: enough are loaded, and enough are left
NOTHING: Mapping[str, str] = MappingProxyType({})


class Trial:
    """A stack, a sample, its run, and the clock that starts when the blow falls."""

    def __init__(self, stack: Stack, sample: Sample, record: Callable[[str, float], None]) -> None:
        self.stack = stack
        self.sample = sample
        self.run = 0
        self._record = record
        self._connection: Any = None
        self._struck: float | None = None
        self._loaded_then = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def worker(self, concurrency: int = 2, **env: str) -> Worker:
        """A worker that takes tasks."""
        return self.stack.worker(concurrency, **env).wait_ready()

    def begin(self, concurrency: int = 2, env: Mapping[str, str] = NOTHING) -> Worker:
        """A worker, and the sample on its way."""
        started = self.stack.worker(concurrency, **env)
        self.run = self.stack.enqueue(*self.sample.paths)
        return started.wait_ready()

    def half_way(self, parts: int = HALF_WAY) -> None:
        """Wait until so many parts are loaded; fail if the run has ended by then."""
        until(lambda: self.loaded() >= parts, 120, f"{parts} parts loaded")
        assert self.state() == "running", "too quick: the run had ended before it could be disturbed"

    def struck(self) -> None:
        """The blow falls now."""
        self._struck = time.monotonic()
        self._loaded_then = self.loaded()

    def finish(self, timeout: float = 300) -> dict[str, Any]:
        """Wait for the run's end; how long the next part and the end took, from the blow, is recorded."""
        moved: float | None = None
        end = time.monotonic() + timeout
        while self.state() in ("running", "away"):
            if moved is None and self.loaded() > self._loaded_then:
                moved = time.monotonic()
            if time.monotonic() > end:
                raise AssertionError(
                    f"run {self.run} did not end within {timeout} s\n{self.open_steps()}{self.stack.logs()}"
                )
            time.sleep(0.02)
        if self._struck is not None:
            now = time.monotonic()
            self._record("next_part_s", round((moved or now) - self._struck, 1))
            self._record("end_s", round(now - self._struck, 1))
        return self.status()

    def assert_all_is_well(self, **allowed: bool) -> None:
        """Everything that is promised of a run that ended well."""
        assert_all_is_well(self.stack, self.run, self.sample, **allowed)

    def assert_nothing_was_counted(self, worker: Worker) -> None:
        """No crash and no lost worker was counted, and the worker has not ended."""
        assert self.count("crashes > 0 or vanished > 0") == 0
        assert worker.process.poll() is None

    def finish_as_if_nothing_had_been(self, worker: Worker) -> None:
        """Wait for the run's end: all is well, and nothing was counted."""
        self.finish()
        self.assert_all_is_well(frames=True)
        self.assert_nothing_was_counted(worker)

    def state(self) -> str:
        """The run's state; `away` while PostgreSQL is."""
        rows = self.ask("select state from sluice.run where id = %s", self.run)
        return str(rows[0][0]) if rows else "away"

    def status(self) -> dict[str, Any]:
        """The run's row."""
        return dict(self.ask("select to_jsonb(r) from sluice.run r where id = %s", self.run)[0][0])

    def loaded(self) -> int:
        """Parts of the run that are loaded; -1 while PostgreSQL is away."""
        rows = self.ask(
            "select count(*) from sluice.part p join sluice.input i on i.id = p.input_id"
            " where i.run_id = %s and p.state = 'loaded'",
            self.run,
        )
        return int(rows[0][0]) if rows else -1

    def open_steps(self) -> str:
        """The steps that are not done, for a failure's message."""
        return "\n".join(map(str, self.ask("select * from sluice.step where state <> 'done' order by id limit 20")))

    def count(self, condition: str) -> int:
        """How many steps of the run meet a condition."""
        return int(self.ask(f"select count(*) from sluice.step where run_id = %s and {condition}", self.run)[0][0])

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement, over one connection that is made anew when it broke; [] while PostgreSQL is away."""
        try:
            if self._connection is None:
                self._connection = self.stack.connect()
                self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall())
        except psycopg2.OperationalError:
            if self._connection is not None:
                with suppress(psycopg2.Error):
                    self._connection.close()
            self._connection = None
            return []


def reports(worker: Worker, before: int = 0) -> list[str]:
    """The lines of a worker's log, from that one on, without what it logs of each task that begins and goes well."""
    lines = worker.log.read_text().splitlines()[before:]
    return [line for line in lines if not OF_A_TASK.search(line)]


def count_of(path: Path, failpoint: str) -> int:
    """How often a failpoint was passed, over all processes that count in that file."""
    return path.read_text().splitlines().count(failpoint) if path.exists() else 0
