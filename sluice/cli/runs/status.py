"""`status`: the newest runs, or one run with its inputs, parts and books, from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.addresses import near, sentence
from sluice.cli.hints import print_hints_of
from sluice.cli.output import Json, count, emit, folded, narrow_table, say, tint
from sluice.cli.runs.books import (
    BOOKS,
    came_to_nothing,
    contested,
    headline,
    print_books,
    print_contested,
    rejects_heading,
)
from sluice.cli.runs.builds import print_builds
from sluice.cli.runs.outcome import (
    continued,
    dismissals,
    failed,
    notes,
    reasons,
    registration,
    replaced,
    replays,
    undoing,
    untouched,
    waiting,
)
from sluice.errors import ConfigError, TransientError

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import InputStatus, RunStatus, RunSummary

MaybeRun = Annotated[
    int | None,
    typer.Argument(metavar="[RUN]", help="Number of a run; without it, the newest runs.", show_default=False),
]
_KEYLESS = (
    "without the index of its key, which `sluice retry` and the next load make:",
    "without the index of its key until this run is settled; rows with the same key count as loaded until then:",
)
MOST = 50  # inputs that are listed
SPARE = ("updated", "unchanged", "duplicate")  # columns that are omitted if they are 0 and there is no room
Limit = Annotated[int, typer.Option(min=1, help="How many runs to list.")]


def status(run: MaybeRun = None, limit: Limit = 20, as_json: Json = False) -> None:
    """Show the newest runs, or one run: its inputs, parts, books and what it waits for."""
    from sluice.engine.ledger.runs import list_runs, read_status

    if run is None:
        runs, alarms = list_runs(limit), _alarms()
        facts = {"runs": [asdict(each) for each in runs], "missing_input": alarms}
        emit(facts, as_json=as_json, human=lambda: print_overview(runs, alarms))
    else:
        one = read_status(run)
        missing = _missing(one)
        emit(one.json() | {"missing": missing}, as_json=as_json, human=lambda: print_status(one, missing))


def _missing(status: RunStatus) -> list[dict[str, Any]]:
    """The inputs of an ended run of which rows are missing in their tables."""
    from sluice.engine.tables.loaded_rows import missing_of_run
    from sluice.pipelines import known_declared

    if status.state == "running":
        return []
    try:
        declared = known_declared().get(status.pipeline)
        if declared is None:
            return []
        return [asdict(each) | {"sentence": str(each)} for each in missing_of_run(status.run, declared.pipeline)]
    except (ConfigError, TransientError) as error:
        say(f"the rows of this run were not counted: {error}")
        return []


def print_overview(runs: list[RunSummary], missing: list[str]) -> None:
    """The newest runs, and what their schedules wait for."""
    print_runs(runs)
    for each in missing:
        print()
        folded(f"{tint('missing input:', 'red')} {each}")


def _alarms() -> list[str]:
    from sluice.engine.schedule import alarms
    from sluice.pipelines import all_pipelines

    try:
        return [f"{each.pipeline} of {each.day}: {each.note}" for each in alarms(all_pipelines().values())]
    except ConfigError as error:  # the runs are in the ledger: no pipeline has to be read to show them
        say(f"the schedules were not checked: {error}")
        return []


def print_runs(runs: list[RunSummary]) -> None:
    """One line a run, newest first."""
    if not runs:
        print("no runs yet: sluice run PIPELINE PATH...")
        return
    books = BOOKS + contested(runs)
    failed = ("inputs_failed",) if any(each.inputs_failed for each in runs) else ()
    head = ("run", "pipeline", "state", "inputs", *(["failed"] if failed else []), "read", *books, "seconds")
    names = ("inputs_total", *failed, "read", *books, "seconds")
    narrow_table(head, ([*_name(each), *(getattr(each, name) for name in names)] for each in runs), SPARE)
    print_contested(runs)


def _name(each: RunSummary) -> list[str]:
    return [str(each.run), each.pipeline, each.state if each.undone_by is None else "undone"]


def print_status(status: RunStatus, missing: Sequence[dict[str, Any]] = ()) -> None:
    """One run: headline, books, inputs, and what it waits for."""
    _print_head(status)
    books = BOOKS + contested(status.inputs)
    print()
    for line in registration(status):
        folded(line)
        print()
    head = ("input", "state", "parts", "read", *books, "file")
    shown = _worth_showing(status.inputs)
    narrow_table(head, (_input_row(each, books) for each in shown), SPARE)
    _print_left(len(status.inputs) - len(shown), "inputs", status.run)
    print_contested([status, *status.inputs])
    lines = failed(status)
    for line in lines[:MOST]:
        print()
        folded(line)
    _print_left(len(lines) - MOST, "inputs that could not be loaded", status.run)
    for heading, lines in (
        ("nothing to do:", untouched(status)),
        ("continued:", continued(status)),
        ("waits for another run:", waiting(status)),
        ("replaced since, these books are those of then:", replaced(status)),
        (_KEYLESS[status.state == "running"], status.keyless),
        ("note:", notes(status)),
        (rejects_heading(status), reasons(status)),
        ("replays of rejects:", replays(status)),
        ("dismissed rejects:", dismissals(status)),
    ):
        _print_all(heading, lines)
    print_hints_of(status)
    for lost in missing:
        print()
        folded(f"{tint('rows are missing:', 'red')} {lost['sentence']}")
    if missing:
        print(f"load them again: sluice run {status.pipeline} FILES --reload")
    print_builds(status)
    if status.dead_steps:
        print(f"\ndead steps: {status.dead_steps}; correct the cause, then sluice retry {status.run}")
    if status.waiting and status.state == "running":
        print()
        folded(f"waits: {sentence(status.waiting)}")
    if status.unattended:
        print(f"\nno worker is running it: {_who_continues(status.run)} continues it")


def _print_head(status: RunStatus) -> None:
    for line in (headline(status), *undoing(status)):
        folded(line)
    if not came_to_nothing(status):
        print()
        print_books(status)
        print(f"\n{_parts(status)}")


def _worth_showing(inputs: Sequence[InputStatus]) -> list[InputStatus]:
    """All inputs or, of very many, first those that failed, then those with rejects; in the order of the run."""
    chosen = sorted(inputs, key=lambda each: (each.state != "failed", not each.has_rejects))[:MOST]
    kept = {each.input for each in chosen}
    return [each for each in inputs if each.input in kept]


def _print_left(number: int, what: str, run: int) -> None:
    if number > 0:
        print(f"... and {count(number)} more {what}: sluice status {run} --json")


def _who_continues(run: int) -> str:
    from sluice.engine.base.servers import is_embedded

    return f"`sluice retry {run}`, or `sluice worker`," if is_embedded() else "`sluice worker`"


def _print_all(heading: str, lines: Sequence[str]) -> None:
    if lines:
        print(f"\n{heading}")
    for line in lines:
        folded(line, "  ")


def _parts(status: RunStatus) -> str:
    if status.purged_at:
        return f"purged on {status.purged_at:%Y-%m-%d}: its parts, steps and rejects are gone, its books stay"
    checked = f", {count(status.parts_held)} checked" if status.parts_held else ""
    return f"parts: {count(status.parts_loaded)} of {count(status.parts_total)} loaded{checked}"


def _input_row(each: InputStatus, books: Sequence[str]) -> list[object]:
    total = each.parts_total
    parts = "" if total is None else f"{total - (each.parts_left or 0)}/{total}"
    return [str(each.input), each.state, parts, each.read, *(getattr(each, name) for name in books), near(each.uri)]
