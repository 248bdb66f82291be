"""`backfill`: the runs of past days, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.exits import Exit
from sluice.cli.options import DAY, Pipeline, Workers
from sluice.cli.output import COLOURS, Json, count, emit, fail, say, things, tint
from sluice.cli.run import WELL, let_go, own_workers, verdict
from sluice.cli.waiting import follow
from sluice.errors import ConfigError
from sluice.workers.supervisor import Supervisor, told_to_stop

if TYPE_CHECKING:
    from sluice.engine.declare import Pipeline as Declared

First = Annotated[datetime, typer.Option("--from", help="The first day.", show_default=False, **DAY)]
Last = Annotated[datetime, typer.Option("--to", help="The last day, which is one of them.", show_default=False, **DAY)]


def backfill(pipeline: Pipeline, first: First, last: Last, workers: Workers = None, as_json: Json = False) -> None:
    """Run past days in order and wait: each with its own files, where their names have the day, and as of that day.

    A day that was run before comes out the same, unless more has been loaded since. It stops at a day that fails.
    """
    declared = _declared(pipeline)
    days = list(_days(first.date(), last.date()))
    done: list[dict[str, Any]] = []
    with told_to_stop(), own_workers(workers) as crew:
        code = _run_all(declared, days, crew, done, as_json=as_json)
        let_go(crew)
    if code is not Exit.INTERRUPTED:
        _say_no_files(declared, done)
        facts = {"pipeline": pipeline, "days": done, "error": None if code in WELL else _error(done[-1])}
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
        raise ConfigError(f"--to {last} is before --from {first}.")
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _run_all(
    declared: Declared, days: list[date], crew: Supervisor, done: list[dict[str, Any]], *, as_json: bool
) -> Exit:
    """Run the days until one goes wrong. Appends each to `done`, and says it at once where a person reads."""
    ended = Exit.DONE
    for day in days:
        try:
            each = {"day": day} | _run_day(declared, day, crew)
        except KeyboardInterrupt:
            fail("Interrupted", f"Interrupted at {day}: give it as --from to go on.", as_json=as_json, days=done)
            return Exit.INTERRUPTED
        done.append(each)
        if not as_json:
            print(_line(each), flush=True)
        code = verdict(each, strict=False) if each["run"] else Exit.DONE
        if code not in WELL:
            return code
        ended = max(ended, code)
    return ended


def _run_day(declared: Declared, day: date, crew: Supervisor) -> dict[str, Any]:
    """The status of the day's run once it has ended; only `run` is there, and None, when there was nothing to run."""
    from sluice.tasks.scheduled import enqueue_day

    queued = enqueue_day(declared, day)
    return {"run": None} if queued is None else follow(queued.id, crew, None)


def _say_no_files(declared: Declared, done: list[dict[str, Any]]) -> None:
    """Where nothing was found for any day, say where it was looked for, and for what."""
    from sluice.engine.base.settings import settings

    if not any(each["run"] for each in done):
        like = " or ".join(source.pattern for source in declared.files)
        say(f"no day has a file: nothing in {settings().inbox} (SLUICE_INBOX) is like {like} for it")


def _line(each: dict[str, Any]) -> str:
    if each["run"] is None:
        return f"{each['day']}  no files"
    state = tint(each["state"], COLOURS.get(each["state"]))
    facts = [f"{things(len(each['inputs']), 'file')}, {count(each['loaded'])} rows loaded"] if each["inputs"] else []
    if each["rejected"]:
        facts.append(f"{count(each['rejected'])} rejected")
    facts += [_built(build) for build in each["builds"]]
    why = f": {each['error']}" if each["error"] else ""
    return f"{each['day']}  run {each['run']}: {state}{why} ({each['seconds']:.1f} s)  {'; '.join(facts)}".rstrip()


def _built(build: dict[str, Any]) -> str:
    total = "" if build["sum_after"] is None else f", sum {build['sum_after']:,}"
    return f"{build['derived']} {things(build['rows'], 'row')}{total}"


def _summary(done: list[dict[str, Any]], code: Exit) -> str:
    if code in WELL:
        runs = [str(each["run"]) for each in done if each["run"] and verdict(each, strict=False)]
        if runs:
            say(f"of some inputs nothing could be loaded: sluice status RUN tells why, for RUN {', '.join(runs)}")
        return f"{things(len(done), 'day')} done"
    run, day = done[-1]["run"], done[-1]["day"]
    say(f"sluice status {run} tells what is wrong; then go on with --from {day}")
    return f"stopped at {day}"


def _error(each: dict[str, Any]) -> dict[str, str]:
    return {"kind": "RunFailed", "message": f"{each['day']}: {each['error'] or 'a step is dead'}"}
