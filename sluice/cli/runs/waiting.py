"""Waiting for a run: keeps its workers running, and shows its progress and what it waits for."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sluice.cli.addresses import sentence
from sluice.cli.output import say
from sluice.cli.runs.progress import Progress
from sluice.errors import PermanentError, SluiceError, TransientError
from sluice.workers.supervisor import Supervisor

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunStatus

POLL_S = 0.2
MANY = 1_000  # with so many inputs their states are read in a fifth of the time at most, and books alone meanwhile
SHARE = 5
LONGEST_S = 10.0
ENDED = ("done", "failed")
_OTHERS = "others"
MOST_DEATHS = 5  # consecutive deaths of workers, each within a minute, while nothing was loaded


def follow(run: int, workers: Supervisor, timeout: float | None) -> RunStatus:
    """Wait until the run has ended, and earlier ones that loaded its content, and return its status.

    Shows the progress of an earlier run while it has all the content that is left. Prints on stderr that no worker is
    running, unless it has its own. Raises TimeoutError after `timeout` seconds, DatabaseAway when PostgreSQL stays
    away, PermanentError when the workers do not stay alive.
    """
    from sluice.engine.ledger.workers import Absence

    started = time.monotonic()
    until = None if timeout is None else started + timeout
    absence = None if workers.slots else Absence(lambda: _mention_missing_workers(run), _worker_there)
    mentioned: set[int | str] = set()
    with Progress() as progress:
        while True:
            workers.poll()
            began = time.monotonic()
            status = _read_patiently(run, workers, until)
            if status is None:
                raise TimeoutError(
                    f"PostgreSQL does not answer, so the state of run {run} after {timeout:g} s is not known."
                )
            took = time.monotonic() - began
            ahead = _ahead(status, workers, until)
            shown = ahead or status
            if status.state in ENDED and ahead is None:
                return status
            _mention_ahead(ahead, status, workers, mentioned)
            _mention_what_it_waits_for(shown, mentioned)
            progress.show(shown)
            _give_up_on_dying(workers, shown)
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"Run {shown.run} is still running after {timeout:g} s.")
            if absence is not None:
                absence.look()
            many = len(status.inputs) >= MANY
            _pause(shown, min(took * (SHARE - 1), LONGEST_S) if many else 0.0, workers, progress)


def _pause(shown: RunStatus, seconds: float, workers: Supervisor, progress: Progress) -> None:
    """Wait before the next look at all of the run. In a long pause its books are shown, and its end ends the pause."""
    from sluice.engine.ledger.runs import read_counts

    until = time.monotonic() + seconds
    time.sleep(POLL_S)
    while time.monotonic() < until:
        workers.poll()
        try:
            shown = replace(shown, **read_counts(shown.run))
        except TransientError:
            return
        if shown.state in ENDED:
            return
        progress.show(shown)
        time.sleep(POLL_S)


def _ahead(status: RunStatus, workers: Supervisor, by: float | None) -> RunStatus | None:
    """The open earlier run that the run waits for. One that ended waits, too: its content is not settled before."""
    waits_for = status.continued if status.state in ENDED else [status.ahead]
    others = (_read_patiently(other, workers, by) for other in waits_for if other is not None)
    return next((other for other in others if other is not None and other.state not in ENDED), None)


def _mention_ahead(ahead: RunStatus | None, status: RunStatus, workers: Supervisor, mentioned: set[int | str]) -> None:
    """Print once for each earlier run that the command goes on with it, or waits for it without own workers.

    Its workers also go on with all other runs that are open; that is printed once.
    """
    if workers.slots and _OTHERS not in mentioned:
        mentioned.add(_OTHERS)
        _mention_others({status.run, ahead.run if ahead else status.run})
    if ahead is None or ahead.run in mentioned:
        return
    mentioned.add(ahead.run)
    what = "continuing" if workers.slots else "waiting for"
    say(f"{what} run {ahead.run}: it has not ended, and has the same content as run {status.run}")


def _mention_others(known: set[int]) -> None:
    from sluice.engine.ledger.runs import list_runs

    others = sorted(each.run for each in list_runs() if each.state == "running" and each.run not in known)
    if others:
        have = "has" if len(others) == 1 else "have"
        say(f"the workers of this command also go on with what {have} not ended: run {', run '.join(map(str, others))}")


def _mention_what_it_waits_for(status: RunStatus, mentioned: set[int | str]) -> None:
    """Print once each why a run does not end although all its rows are read."""
    why = status.waiting
    if why and why not in mentioned and status.read and status.read == status.planned:
        mentioned.add(why)
        say(f"run {status.run} has read all its rows, and waits: {sentence(why)}")


def _read_patiently(run: int, workers: Supervisor, by: float | None) -> RunStatus | None:
    """The run's status; PostgreSQL may be away for the time that tasks wait for it, too. None when it is, at `by`."""
    from sluice.engine.base.settings import settings
    from sluice.engine.database.connection import DatabaseAway
    from sluice.engine.ledger.runs import read_status

    until = time.monotonic() + settings().database_wait_s
    while True:
        try:
            return read_status(run)
        except DatabaseAway:
            if by is not None and time.monotonic() > by:
                return None
            if time.monotonic() > until:
                raise
            workers.poll()
            time.sleep(POLL_S)


def _give_up_on_dying(workers: Supervisor, status: RunStatus) -> None:
    for slot in workers.slots:
        if slot.failures >= MOST_DEATHS and not status.read:
            end = _end_of_log(slot.command.log)
            raise PermanentError(f"The worker died {slot.failures} times as soon as it was started.{end}")


def _end_of_log(log: Path | None) -> str:
    if log is None or not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    return "".join([f" The end of {log}:", *(f"\n  {line}" for line in lines)])


def _worker_there() -> bool:
    """Whether any worker takes messages. While PostgreSQL is away that is not known, and nothing is printed."""
    from sluice.engine.ledger.workers import worker_there

    try:
        return worker_there()
    except TransientError:
        return True


def _mention_missing_workers(run: int) -> None:
    """Print that no worker is running, unless Redis is away, or a worker answers that is not in the ledger."""
    try:
        missing = not _workers_answer()
    except SluiceError as error:
        say(f"waiting: {error} The run starts by itself when Redis is back.")
        return
    if missing:
        say(
            f"no worker is there: run {run} waits until one is. Start one with `sluice worker`, or give --workers 2 to"
            " this command"
        )


def _workers_answer() -> bool:
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    from sluice.app import app

    try:
        return bool(app.control.ping(timeout=1.0))
    except (OperationalError, RedisError, OSError) as error:
        raise TransientError(f"Redis does not answer ({type(error).__name__}).") from error
