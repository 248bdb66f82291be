"""`backfill`: the runs of past days, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.exits import Exit
from sluice.cli.options import DAY, Pipeline, Workers
from sluice.cli.output import COLOURS, Json, count, emit, fail, say, things, tint
from sluice.cli.runs.run import WELL, own_workers, stop_workers, verdict
from sluice.cli.runs.waiting import follow
from sluice.errors import ConfigError
from sluice.workers.supervisor import Supervisor, stop_signals

if TYPE_CHECKING:
    from sluice.engine.declare import Pipeline as Declared
    from sluice.engine.ledger.facts import BuildStatus, RunStatus

First = Annotated[datetime, typer.Option("--from", help="The first day.", show_default=False, **DAY)]
Last = Annotated[datetime, typer.Option("--to", help="The last day, included.", show_default=False, **DAY)]


@dataclass(frozen=True)
class DayRun:
    """A day, and the status of its run once that has ended; None when there was nothing to run."""

    day: date
    status: RunStatus | None

    @property
    def code(self) -> Exit:
        """The exit code of its run alone."""
        return Exit.DONE if self.status is None else verdict(self.status, strict=False)

    def json(self) -> dict[str, Any]:
        """As `--json` prints it: the day, then the run's status, or `run` None."""
        return {"day": self.day} | ({"run": None} if self.status is None else self.status.json())


def backfill(pipeline: Pipeline, first: First, last: Last, workers: Workers = None, as_json: Json = False) -> None:
    """Run past days in order and wait: each with its own files, where their names have the day, and as of that day.

    Running a day again gives the same result, unless more was loaded since. It stops at a day that fails.
    """
    declared = _declared(pipeline)
    days = list(_days(first.date(), last.date()))
    done: list[DayRun] = []
    with stop_signals(), own_workers(workers) as crew:
        code = _run_all(declared, days, crew, done, as_json=as_json)
        stop_workers(crew)
    if code is not Exit.INTERRUPTED:
        _say_no_files(declared, done)
        error = None if code in WELL else _error(done[-1])
        facts = {"pipeline": pipeline, "days": [each.json() for each in done], "error": error}
        emit(facts, as_json=as_json, human=lambda: print(_summary(done, code)))
    if code:
        raise typer.Exit(code)


def _declared(name: str) -> Declared:
    from sluice.engine.schedule import tells_days
    from sluice.pipelines import find

    declared = find(name)
    if not declared.dated and not tells_days(declared):
        raise ConfigError(
            f"Nothing of {name} belongs to a day: it has no table that is built for a date, and no pattern of files "
            f"with one in it, such as {name}/%Y-%m-%d/*.csv. `sluice run` loads its files."
        )
    return declared


def _days(first: date, last: date) -> Iterator[date]:
    if last < first:
        raise ConfigError(f"--to {last} is before --from {first}; --to must be the same day or a later one.")
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _run_all(declared: Declared, days: list[date], crew: Supervisor, done: list[DayRun], *, as_json: bool) -> Exit:
    """Run the days until one fails. Appends each to `done`, and prints its line at once unless `as_json`."""
    ended = Exit.DONE
    for day in days:
        try:
            each = DayRun(day, _run_day(declared, day, crew))
        except KeyboardInterrupt:
            so_far = [each.json() for each in done]
            fail("Interrupted", f"Interrupted at {day}: give it as --from to go on.", as_json=as_json, days=so_far)
            return Exit.INTERRUPTED
        done.append(each)
        if not as_json:
            print(_line(each), flush=True)
        if each.code not in WELL:
            return each.code
        ended = max(ended, each.code)
    return ended


def _run_day(declared: Declared, day: date, crew: Supervisor) -> RunStatus | None:
    """The status of the day's run once it has ended; None when there was nothing to run."""
    from sluice.tasks.scheduled import enqueue_day

    queued = enqueue_day(declared, day)
    return None if queued is None else follow(queued.id, crew, None)


def _say_no_files(declared: Declared, done: list[DayRun]) -> None:
    """If no day had a file: print the folder that was searched, and the pattern."""
    from sluice.engine.base.settings import settings

    if not any(each.status for each in done):
        like = " or ".join(source.pattern for source in declared.files)
        say(f"no day has a file: nothing in {settings().inbox} (SLUICE_INBOX) is like {like} for it")


def _line(each: DayRun) -> str:
    status = each.status
    if status is None:
        return f"{each.day}  no files"
    state = tint(status.state, COLOURS.get(status.state))
    facts = [f"{things(len(status.inputs), 'file')}, {count(status.loaded)} rows loaded"] if status.inputs else []
    if status.rejected:
        facts.append(f"{count(status.rejected)} rejected")
    facts += [_built(build) for build in status.builds]
    why = f": {status.error}" if status.error else ""
    return f"{each.day}  run {status.run}: {state}{why} ({status.seconds:.1f} s)  {'; '.join(facts)}".rstrip()


def _built(build: BuildStatus) -> str:
    total = "" if build.sum_after is None else f", sum {build.sum_after:,}"
    return f"{build.derived} {things(build.rows, 'row')}{total}"


def _summary(done: list[DayRun], code: Exit) -> str:
    if code in WELL:
        runs = [str(each.status.run) for each in done if each.status and each.code]
        if runs:
            say(f"some inputs could not be loaded: sluice status RUN says why, for RUN {', '.join(runs)}")
        return f"{things(len(done), 'day')} done"
    last = done[-1]
    if last.status is not None:
        say(f"sluice status {last.status.run} says what is wrong; then go on with --from {last.day}")
    return f"stopped at {last.day}"


def _error(each: DayRun) -> dict[str, str]:
    why = (each.status and each.status.error) or "a step is dead"
    return {"kind": "RunFailed", "message": f"{each.day}: {why}"}
