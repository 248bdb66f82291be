"""`status`: the newest runs, or one run with its inputs, parts and books, from the ledger. And `retry`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sluice.cli.addresses import near, sentence
from sluice.cli.books import BOOKS, came_to_nothing, contested, headline, print_books, rejects_heading
from sluice.cli.builds import print_builds
from sluice.cli.outcome import failed, notes, reasons, untouched, waiting
from sluice.cli.output import Json, count, emit, item, say, table, tint
from sluice.errors import TransientError

RunId = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run.", show_default=False)]
MaybeRun = Annotated[
    int | None,
    typer.Argument(metavar="[RUN]", help="Number of a run; without it, the newest runs.", show_default=False),
]
Limit = Annotated[int, typer.Option(min=1, help="How many runs to list.")]


def status(run: MaybeRun = None, limit: Limit = 20, as_json: Json = False) -> None:
    """Show the newest runs, or one run: its inputs, parts, books and what it waits for."""
    from sluice.engine.ledger.runs import list_runs, read_status

    if run is None:
        runs, missing = list_runs(limit), _alarms()
        facts = {"runs": runs, "missing_input": missing}
        emit(facts, as_json=as_json, human=lambda: print_overview(runs, missing))
    else:
        found = read_status(run)
        found["missing"] = _missing(found)
        emit(found, as_json=as_json, human=lambda: print_status(found))


def _missing(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The inputs of an ended run whose rows are not all in their tables any more."""
    from sluice.engine.tables.loaded_rows import missing_of_run
    from sluice.pipelines import all_pipelines

    declared = all_pipelines().get(found["pipeline"])
    if found["state"] == "running" or declared is None:
        return []
    try:
        return [asdict(each) | {"sentence": str(each)} for each in missing_of_run(found["run"], declared)]
    except TransientError as error:
        say(f"the rows of this run were not counted: {error}")
        return []


def print_overview(runs: list[dict[str, Any]], missing: list[str]) -> None:
    """The newest runs, and what their schedules wait for."""
    print_runs(runs)
    for each in missing:
        print(f"\n{tint('missing input:', 'red')} {each}")


def _alarms() -> list[str]:
    from sluice.engine.schedule import alarms
    from sluice.pipelines import all_pipelines

    return [f"{each.pipeline} of {each.day}: {each.note}" for each in alarms(all_pipelines().values())]


_NOTHING = (
    "run {run} has nothing to try again: no step is dead, and no file had all its rows rejected.\n"
    "Files that were refused (a wrong header, an empty file) are loaded by a new run: sluice run PIPELINE FILES"
)


def retry(run: RunId, as_json: Json = False) -> None:
    """Try again what failed in a run: dead steps, and files whose rows were all rejected, under the current
    declaration."""
    from sluice.engine.ledger.runs import retry as revive
    from sluice.workers.publish import publish_now

    revived = revive(run, _derived_now, _contracts_now)
    publish_now()
    what = f"steps of run {run} that are due again: {revived}" if revived else _NOTHING.format(run=run)
    emit({"run": run, "retried": revived}, as_json=as_json, human=lambda: print(what))
    if revived:
        say("workers take them (`sluice worker` starts some)")


def _derived_now(pipeline: str) -> str | None:
    """The definition of what a pipeline derives; None of one that is not known here."""
    from sluice.engine.steps.build import definition_of
    from sluice.pipelines import all_pipelines

    declared = all_pipelines().get(pipeline)
    return None if declared is None else definition_of(declared)


def _contracts_now(pipeline: str) -> dict[str, str]:
    """The versions of the contracts of a pipeline's sources; none of one that is not known here."""
    from sluice.pipelines import all_pipelines
    from sluice.tasks.enqueue import contracts_of

    declared = all_pipelines().get(pipeline)
    return {} if declared is None else contracts_of(declared)


def print_runs(runs: list[dict[str, Any]]) -> None:
    """One line a run, newest first."""
    if not runs:
        print("no runs yet: sluice run PIPELINE PATH...")
        return
    books = BOOKS + contested(runs)
    head = ("run", "pipeline", "state", "inputs", "read", *books, "seconds")
    names = ("pipeline", "state", "inputs_total", "read", *books, "seconds")
    table(head, ([str(each["run"]), *(each[name] for name in names)] for each in runs))


def print_status(found: dict[str, Any]) -> None:
    """One run: headline, books, inputs, and what it waits for."""
    print(headline(found))
    if not came_to_nothing(found):
        print()
        print_books(found)
        print(f"\n{_parts(found)}")
    books = BOOKS + contested(found["inputs"])
    print()
    table(("input", "state", "parts", "read", *books, "file"), (_input_row(each, books) for each in found["inputs"]))
    for line in failed(found):
        print(f"\n{line}")
    for heading, lines in (
        ("nothing to do:", untouched(found)),
        ("waits for another run:", waiting(found)),
        ("note:", notes(found)),
        (rejects_heading(found), reasons(found)),
    ):
        _print_all(heading, lines)
    for each in found.get("missing", ()):
        print(f"\n{tint('rows are missing:', 'red')} {each['sentence']}")
    if found.get("missing"):
        print(f"load them again: sluice run {found['pipeline']} FILES --reload")
    print_builds(found)
    if found["dead_steps"]:
        print(f"\ndead steps: {found['dead_steps']}; correct the cause, then sluice retry {found['run']}")
    if found["waiting"] and found["state"] == "running":
        print(f"\nwaits: {sentence(found['waiting'])}")
    if found["unattended"]:
        print("\nno worker is at work on it: sluice worker goes on with it")


def _print_all(heading: str, lines: Sequence[str]) -> None:
    if lines:
        print(f"\n{heading}")
    for line in lines:
        item(line)


def _parts(found: dict[str, Any]) -> str:
    if found["purged_at"]:
        return f"purged on {found['purged_at']:%Y-%m-%d}: its parts, steps and rejects are gone, its books stay"
    checked = f", {count(found['parts_held'])} checked" if found["parts_held"] else ""
    return f"parts: {count(found['parts_loaded'])} of {count(found['parts_total'])} loaded{checked}"


def _input_row(each: dict[str, Any], books: Sequence[str]) -> list[object]:
    total = each["parts_total"]
    parts = "" if total is None else f"{total - each['parts_left']}/{total}"
    return [str(each["input"]), each["state"], parts, each["read"], *(each[b] for b in books), near(each["uri"])]
