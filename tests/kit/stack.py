"""A whole Sluice for a test: a database of its own, two Redis numbers of its own, and real workers."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import psycopg2.errors
import redis

from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.ledger import in_ledger, ledger_schema
from tests.kit.forked import Forked, run_forked

QUICK = {
    "SLUICE_LEASE_S": "4",
    "SLUICE_PUBLISH_S": "2",
    "SLUICE_DISPATCH_EVERY_S": "0.2",
    "SLUICE_LOG_LEVEL": "INFO",
}
EXAMPLES = "call_logs:customer_ltv:unified_sales"  # switched on
ROOT = Path(__file__).parents[2]


def until(condition: Callable[[], Any], timeout: float = 90, what: str = "the condition") -> Any:
    """Wait until `condition()` is true and return what it gave; fail after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {timeout} s")
        time.sleep(0.02)


class Worker:
    """A real `celery -A sluice.app worker` in a process group of its own."""

    def __init__(self, env: dict[str, str], log: Path, concurrency: int, options: Sequence[str] = ()) -> None:
        self.log = log
        words = ["-A", "sluice.app", "worker", "--loglevel", "INFO"]
        words += ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle", *options]
        with log.open("ab") as out:
            self.process = Forked("celery", words, env, ROOT, out.fileno(), out.fileno())

    def wait_ready(self) -> Worker:
        until(lambda: " ready." in self.log.read_text() or self.process.poll() is not None, 120, "the worker")
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return self

    def children(self) -> list[int]:
        """The pids of its pool."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in task.read_text().split()]

    def kill_group(self) -> None:
        """kill -9 of the worker and all its children."""
        self.process.kill_group()

    def stop(self) -> None:
        """SIGTERM, then SIGKILL for what is still there."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(60)
        self.kill_group()


class Stack:
    """Servers, a home folder and the environment in which `sluice`, workers and scripts of a test run."""

    def __init__(self, home: Path, database_url: str, redis_url: str, numbers: tuple[int, int]) -> None:
        self.home = home
        self.database_url = database_url
        self.redis_url = _with_path(redis_url, str(numbers[0]))
        self.cache_url = _with_path(redis_url, str(numbers[1]))
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SLUICE_")}
        self.env = kept | QUICK | {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SLUICE_CACHE_URL": self.cache_url,
            "SLUICE_HOME": str(home),
            "SLUICE_PIPELINES": EXAMPLES,
            "SLUICE_SCHEMA": ledger_schema(),
        }  # fmt: skip
        self._workers: list[Worker] = []

    def worker(self, concurrency: int = 2, options: Sequence[str] = (), **env: str) -> Worker:
        """Start a worker, with more options of `celery worker`; it is stopped with the test."""
        log = self.home / f"worker{len(self._workers)}.log"
        started = Worker(self.env | env, log, concurrency, options)
        self._workers.append(started)
        return started

    def sluice(self, *words: str, ok: bool = True, timeout: float = 240, **env: str) -> dict[str, Any]:
        """Run `sluice WORDS --json` and return its object, with `exit_code`; fail unless it exits 0 (or ok=False)."""
        code, out, err = run_forked("sluice.cli.main", [*words, "--json"], self.env | env, self.home, timeout)
        assert not ok or code == 0, f"exit {code}\n{out}\n{err}{self.logs()}"
        answer: dict[str, Any] = json.loads(out)
        return answer | {"exit_code": code}

    def enqueue(self, *paths: Path | str, pipeline: str = "call_logs", **options: str) -> int:
        """Queue files and return the run's id."""
        return int(self.sluice("enqueue", pipeline, *map(str, paths), **options)["run"])

    def wait(self, run: int, timeout: float = 180) -> dict[str, Any]:
        """Wait for the run's end by its row in the ledger, and return its status."""
        ask = "select state from sluice.run where id = %s"
        try:
            until(lambda: self.sql(ask, run)[0][0] != "running", timeout, f"the end of run {run}")
        except AssertionError as error:
            steps = self.sql("select kind, state, fence, crashes, vanished, error, lease_until from sluice.step")
            raise AssertionError(f"{error}\n{steps}\n{self.logs()}") from None
        return self.sluice("status", str(run))

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement, written for the schema `sluice`, in the stack's database and return its rows."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(in_ledger(statement), values or None)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    def empty(self, *tables: str) -> None:
        """Empty tables, and those that refer to them. A worker that reads the ledger meanwhile may be in the way."""

        def emptied() -> bool:
            try:
                self.sql(f"truncate {', '.join(tables)} cascade")
            except psycopg2.errors.DeadlockDetected:
                return False
            return True

        until(emptied, 120, f"{', '.join(tables)} emptied")

    def connect(self) -> Any:
        """A connection of the test's own."""
        return psycopg2.connect(self.database_url, options="-c timezone=UTC")

    def redis(self, *, cache: bool = False) -> Any:
        """A client of the broker's database (or the cache's)."""
        return redis.Redis.from_url(self.cache_url if cache else self.redis_url)

    def logs(self) -> str:
        """The last lines of every worker's log."""
        tails = [f"\n--- {w.log.name}\n" + "\n".join(w.log.read_text().splitlines()[-40:]) for w in self._workers]
        return "".join(tails)

    def close(self) -> None:
        """End the workers: with SIGKILL, which is quicker, since how they end is not what a test is about by then."""
        for worker in self._workers:
            worker.kill_group()


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


@contextmanager
def own_database(url: str, name: str, template: str = "template1") -> Iterator[str]:
    """A fresh database of that name on the server of `url`, dropped afterwards."""
    with autocommit(url) as cursor:
        # copying files is quicker than logging every page, on a server that does not wait for the disk
        cursor.execute(f"create database {name} template {template} strategy file_copy")
    try:
        yield _with_path(url, name)
    finally:
        with autocommit(url) as cursor:
            cursor.execute(f"drop database if exists {name} with (force)")
