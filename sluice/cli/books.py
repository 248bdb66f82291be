"""An ended run on one screen: its books, what could not be loaded and why, and what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sluice.cli.addresses import beside_column, complaint, near, reason
from sluice.cli.builds import next_for_builds, print_builds
from sluice.cli.output import COLOURS, count, tint

BOOKS = ("loaded", "updated", "unchanged", "duplicate", "rejected")
SHOWN = 8


def print_run(status: dict[str, Any], rejects: Sequence[dict[str, Any]]) -> None:
    """Print a run's status (as of `read_status`) and a few of its rejects."""
    print(headline(status))
    if not came_to_nothing(status):
        print()
        print_books(status)
    for heading, lines in (
        ("nothing to do:", _untouched(status)),
        (tint("not loaded:", "red"), _failed(status)),
        ("note:", dict.fromkeys(each["note"] for each in status["inputs"] if each["note"])),
        (_rejects_heading(status, rejects), map(_reject, rejects)),
    ):
        _print_some(heading, list(lines), status["run"])
    print_builds(status)
    print("\nwhat to type next:")
    steps = list(next_steps(status))
    wide = max(len(command) for command, effect in steps if effect)
    for command, effect in steps:
        print(f"  {command:<{wide}}  {effect}".rstrip())


def _rejects_heading(status: dict[str, Any], shown: Sequence[dict[str, Any]]) -> str:
    return f"{len(shown)} of {count(status['rejected'])} rejects:" if status["rejected"] else "some of the rejects:"


def headline(status: dict[str, Any]) -> str:
    """Run, pipeline, state, time and speed in one line."""
    state = tint(status["state"], COLOURS.get(status["state"]))
    nothing = all(each["state"] == "already_loaded" for each in status["inputs"])
    failed = sum(each["state"] == "failed" for each in status["inputs"])
    but = f", but {failed} of {len(status['inputs'])} inputs could not be loaded" if failed else ""
    but = (", there was nothing new to load" if status["builds"] else ", there was nothing to do") if nothing else but
    why = f": {status['error']}" if status["error"] else ""
    speed = f", {count(status['rows_per_second'])} rows/s" if status["read"] else ""
    return f"run {status['run']} of {status['pipeline']}: {state}{why or but} ({status['seconds']:.1f} s{speed})"


def came_to_nothing(status: dict[str, Any]) -> bool:
    """Whether it ended without a row: nothing was new, or nothing could be loaded. Its books say nothing then."""
    return status["state"] != "running" and not status["read"]


def contested(counted: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """The name of the books' last column, while rows still wait for their verdict."""
    return ("contested",) if any(each["contested"] for each in counted) else ()


def has_rejects(each: dict[str, Any]) -> bool:
    """Whether an input has rejects to show; those that --max-rejects kept out are in no books."""
    return bool(each["rejected"]) or each["error_code"] == "over_limit"


def print_books(status: dict[str, Any]) -> None:
    """read = loaded + updated + unchanged + duplicate + rejected, one below the other."""
    width = len(count(status["read"]))
    print(f"    read       {count(status['read']):>{width}}")
    for sign, name in zip("=+++++", BOOKS + contested([status]), strict=False):
        print(f"  {sign} {name:<10} {count(status[name]):>{width}}")


def next_steps(status: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Commands that a person may want now, each with what it does."""
    from sluice.engine.servers import is_embedded

    run = status["run"]
    yield f"sluice status {run}", "inputs, parts and books"
    if any(map(has_rejects, status["inputs"])):
        yield f"sluice rejects list {run}", "every reject with its reason"
        yield f"sluice rejects export {run} rejects.csv", "all of them as CSV"
    if status.get("dead_steps"):
        yield f"sluice retry {run}", "try again what failed"
    yield from next_for_builds(status)
    rows = not came_to_nothing(status) or bool(status["builds"])
    if is_embedded():
        then = "; then, in another terminal," if rows else ""
        yield "sluice up", f"keeps servers, workers and Flower running{then}"
    if rows:
        yield f"""eval "$(sluice env)" && psql "$DATABASE_URL" -c 'table {_target(status["pipeline"])} limit 5'""", ""


def _target(pipeline: str) -> str:
    from sluice.pipelines import find

    declared = find(pipeline)
    newest = [f"{derived.name}_latest" if derived.dated else derived.name for derived in declared.derived]
    return [*newest, declared.flows[0].table.name][0]


def _untouched(status: dict[str, Any]) -> Iterator[str]:
    names = {each["input"]: each["uri"] for each in status["inputs"]}
    for each in status["inputs"]:
        if each["state"] != "already_loaded":
            continue
        if each["same_as"] in names:
            yield f"{near(each['uri'])}: the same content as {near(names[each['same_as']])}"
        else:
            by = f"run {each['same_as_run']}" if each.get("same_as_run") else "an earlier run"
            yield f"{near(each['uri'])}: already loaded by {by}"


def _failed(status: dict[str, Any]) -> Iterator[str]:
    for each in status["inputs"]:
        if each["state"] == "failed":
            yield f"{near(each['uri'])}: {complaint(each)}"


def _reject(each: dict[str, Any]) -> str:
    column, why = each["column"], reason(each["code"], each["reason"])
    named = column is None or beside_column(column, why) != why
    return f"{near(each['file'])}:{each['line']}: {why if named else f'{column}: {why}'} [{each['code']}]"


def _print_some(heading: str, lines: Sequence[str], run: int) -> None:
    if not lines:
        return
    print(f"\n{heading}")
    for line in lines[:SHOWN]:
        print(f"  {line}")
    if len(lines) > SHOWN:
        print(f"  ... and {len(lines) - SHOWN} more: sluice status {run}")
