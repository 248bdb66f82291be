"""Waiting for a run: its workers are kept alive, its progress is shown, and what holds it up is said."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sluice.cli.output import say
from sluice.cli.progress import Progress
from sluice.errors import PermanentError, SluiceError, TransientError
from sluice.workers.supervisor import Supervisor

POLL_S = 0.2
PATIENCE_S = 10.0
HOPELESS = 5  # workers that died in a row, each within a minute, while nothing was loaded


def follow(run: int, workers: Supervisor, timeout: float | None) -> dict[str, Any]:
    """Wait until the run has ended, and return its status; see `read_status` for its keys.

    Raises TimeoutError after `timeout` seconds, DatabaseAway when PostgreSQL stays away, PermanentError when
    the workers do not stay alive.
    """
    started = time.monotonic()
    asked_after_workers = bool(workers.posts)
    with Progress() as progress:
        while True:
            workers.tend()
            status = _read_patiently(run, workers)
            if status["state"] in ("done", "failed"):
                return status
            progress.show(status)
            _give_up_on_dying(workers, status)
            waited = time.monotonic() - started
            if timeout is not None and waited > timeout:
                raise TimeoutError(f"Run {run} is still {status['state']} after {timeout:g} s.")
            if not asked_after_workers and waited > PATIENCE_S:
                asked_after_workers = True
                _mention_missing_workers(status)
            time.sleep(POLL_S)


def _read_patiently(run: int, workers: Supervisor) -> dict[str, Any]:
    """The run's status; PostgreSQL may be away for the time that tasks wait for it, too."""
    from sluice.engine.ledger.connection import DatabaseAway
    from sluice.engine.ledger.runs import read_status
    from sluice.engine.settings import settings

    until = time.monotonic() + settings().database_wait_s
    while True:
        try:
            return read_status(run)
        except DatabaseAway:
            if time.monotonic() > until:
                raise
            workers.tend()
            time.sleep(POLL_S)


def _give_up_on_dying(workers: Supervisor, status: dict[str, Any]) -> None:
    for post in workers.posts:
        if post.failures >= HOPELESS and not status["read"]:
            end = _last_words(post.command.log)
            raise PermanentError(f"The worker died {post.failures} times as soon as it was started.{end}")


def _last_words(log: Path | None) -> str:
    if log is None or not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    return "".join([f" The end of {log}:", *(f"\n  {line}" for line in lines)])


def _mention_missing_workers(status: dict[str, Any]) -> None:
    """Say so when nothing has begun and no worker answers."""
    if status["planned"] or any(each["state"] != "registered" for each in status["inputs"]):
        return
    try:
        missing = not _workers_answer()
    except SluiceError as error:
        say(f"waiting: {error} The run starts by itself when Redis is back.")
        return
    if missing:
        say("no worker seems to run: start one with `sluice worker`, or give --workers 2 to this command")


def _workers_answer() -> bool:
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    from sluice.app import app

    try:
        return bool(app.control.ping(timeout=1.0))
    except (OperationalError, RedisError, OSError) as error:
        raise TransientError(f"Redis does not answer ({type(error).__name__}).") from error
