"""An ended run on one screen: its books, inputs that could not be loaded and why, and the next commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sluice.cli.activation import activation
from sluice.cli.exits import Exit
from sluice.cli.hints import print_hints_of
from sluice.cli.output import COLOURS, count, folded, item, things, tint
from sluice.cli.runs.builds import next_for_builds, print_builds
from sluice.cli.runs.outcome import continued, failed, notes, reasons, undoing, untouched

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import InputStatus, RunStatus, RunSummary

ACCEPTED = ("loaded", "updated", "unchanged", "duplicate")
BOOKS = (*ACCEPTED, "rejected")
SHOWN = 8
CONTESTED = (
    "contested: rows that have the same key as another row; which of them stays is decided when all parts are loaded"
)
ENDS = {  # what an exit code means
    Exit.FAILED: "the run failed",
    Exit.STRICT: "--strict, and rows were rejected or inputs could not be loaded",
    Exit.OVER_LIMIT: "more rejects than --max-rejects allows",
    Exit.PARTLY: "some inputs could not be loaded",
}


def print_run(status: RunStatus, code: Exit, others: Sequence[RunStatus] = ()) -> None:
    """Print an ended run, the `others` that it has continued, and how the command ends."""
    _print_ended(status)
    for other in others:
        print()
        _print_ended(other)
    if code:
        print(f"\nexit code {code.value}: {ENDS[code]} (`sluice run --help` lists them)")
    print("\nwhat to type next:")
    steps = [*activation(), *next_steps(status, others)]
    wide = max(len(command) for command, effect in steps if effect)
    for command, effect in steps:
        print(f"  {command:<{wide}}  {effect}".rstrip())


def _print_ended(status: RunStatus) -> None:
    print(headline(status))
    for line in undoing(status):
        folded(line)
    if not came_to_nothing(status):
        print()
        print_books(status)
    for heading, lines in (
        ("nothing to do:", untouched(status)),
        ("continued:", continued(status)),
        (tint("not loaded:", "red"), failed(status)),
        ("note:", notes(status)),
        (rejects_heading(status), reasons(status)),
    ):
        print_some(heading, lines, status.run)
    print_hints_of(status)
    print_builds(status)


def rejects_heading(status: RunStatus) -> str:
    """How many rejects the reasons are counted from; rejects of inputs over --max-rejects are not in the books."""
    counted = sum(each.rows for each in status.reasons or ())
    share = f"{count(counted)} of " if counted < status.rejected else ""
    return f"{share}{things(max(counted, status.rejected), 'reject')} by reason:"


def headline(status: RunStatus) -> str:
    """Run, pipeline, state, time and speed in one line."""
    state = tint(status.state, COLOURS.get(status.state))
    nothing = all(each.state == "already_loaded" for each in status.inputs)
    failed = sum(each.state == "failed" for each in status.inputs)
    but = f", but {failed} of {len(status.inputs)} inputs could not be loaded" if failed else ""
    but = _nothing(status) if nothing else but
    why = f": {status.error}" if status.error else ""
    speed = f", {count(status.rows_per_second)} rows/s" if status.read else ""
    return f"run {status.run} of {status.pipeline}: {state}{why or but} ({status.seconds:.1f} s{speed})"


def _nothing(status: RunStatus) -> str:
    """Why a run had nothing to load."""
    if status.undoes is not None:
        return ""  # what it has done is on the next line
    if status.continued:
        return f", run {' and run '.join(map(str, status.continued))} had its content already, and has loaded it"
    return ", there was nothing new to load" if status.builds else ", there was nothing to do"


def came_to_nothing(status: RunStatus) -> bool:
    """Whether it ended without a row: nothing was new, or nothing could be loaded. Its books are all 0 then."""
    return status.state != "running" and not status.read


def contested(counted: Iterable[InputStatus | RunStatus | RunSummary]) -> tuple[str, ...]:
    """The name of the books' last column, while the winner of some keys is still open."""
    return ("contested",) if any(each.contested for each in counted) else ()


def print_contested(counted: Iterable[InputStatus | RunStatus | RunSummary]) -> None:
    """Say what the column is, where it is shown."""
    if contested(counted):
        print()
        folded(CONTESTED)


def print_books(status: RunStatus) -> None:
    """Print read = loaded + updated + unchanged + duplicate + rejected, one line each."""
    width = len(count(status.read))
    print(f"    read       {count(status.read):>{width}}")
    for sign, name in zip("=+++++", BOOKS + contested([status]), strict=False):
        print(f"  {sign} {name:<10} {count(getattr(status, name)):>{width}}")


def next_steps(status: RunStatus, others: Sequence[RunStatus] = ()) -> Iterator[tuple[str, str]]:
    """Commands that a person may want now, each with what it does."""
    from sluice.engine.base.servers import is_embedded

    own = [status] if status.read or status.failed_codes or not others else []
    for each in (*own, *others):
        yield from _next_for(each)
    yield from next_for_builds(status)
    rows = any(getattr(each, name) for each in (status, *others) for name in ACCEPTED) or bool(status.builds)
    if is_embedded():
        then = "; then, in another terminal," if rows else ""
        yield "sluice up", f"keeps servers, workers and Flower running{then}"
    if rows:
        yield f"""eval "$(sluice env)" && psql "$DATABASE_URL" -c 'table {_target(status.pipeline)} limit 5'""", ""


def _next_for(status: RunStatus) -> Iterator[tuple[str, str]]:
    run, failing = status.run, status.failed_codes
    yield f"sluice status {run}", "inputs, parts and books"
    for refused in [run] if any(each.has_rejects for each in status.inputs) else sorted(_failed_before(status)):
        yield f"sluice rejects list {refused}", "every reject with its reason"
        first = status.replay or refused  # what a replay has refused is replayed from the run of its file
        yield f"sluice rejects export {first} rejects_{first}.csv", "all of them as CSV, to correct them"
        yield f"sluice rejects replay {first} rejects_{first}.csv", "loads them when they are corrected"
    if status.dead_steps or (status.replay is None and "nothing_loaded" in failing):
        yield f"sluice retry {run}", "what failed again, once its cause is corrected"
    if failing - {"nothing_loaded", "dead_part", "dead_step"}:
        yield _run_again(status)


def _run_again(status: RunStatus) -> tuple[str, str]:
    """The command for inputs that were refused: sources are not named in it."""
    from sluice.engine.sources.fetched import is_fetched

    if all(is_fetched(each.uri) for each in status.inputs if each.error_code):
        return f"sluice run {status.pipeline}", "its sources again, once the cause is corrected"
    return f"sluice run {status.pipeline} FILE...", "files again, once they are corrected"


def _failed_before(status: RunStatus) -> set[int]:
    """Earlier runs in which nothing of an input's content could be loaded: they have its rejects."""
    copies = [each.same_as_run for each in status.inputs if each.error_code == "nothing_loaded"]
    return {run for run in copies if run is not None}


def _target(pipeline: str) -> str:
    """The table of a pipeline that a person looks at, as psql finds it: with its schema, unless that is `public`."""
    from sluice.engine.database.session import schema_and_name
    from sluice.pipelines import find

    declared = find(pipeline)
    newest = [f"{derived.name}_latest" if derived.dated else derived.name for derived in declared.derived]
    schema, name = schema_and_name([*newest, declared.flows[0].table.name][0])
    return name if schema == "public" else f"{schema}.{name}"


def print_some(heading: str, lines: Sequence[str], run: int) -> None:
    """Print lines under a heading, if there are any; at most the first ones."""
    if not lines:
        return
    print(f"\n{heading}")
    for line in lines[:SHOWN]:
        item(line)
    if len(lines) > SHOWN:
        print(f"  ... and {len(lines) - SHOWN} more: sluice status {run}")
