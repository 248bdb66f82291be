"""An ended run on one screen: its books, what could not be loaded and why, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sluice.cli.output import COLOURS, count, near, tint

BOOKS = ("loaded", "updated", "unchanged", "duplicate", "rejected")
SHOWN = 8


def print_run(status: dict[str, Any], rejects: Sequence[dict[str, Any]]) -> None:
    """Print a run's status (as of `read_status`) and a few of its rejects."""
    print(headline(status))
    print()
    print_books(status)
    for heading, lines in (
        ("nothing to do:", _untouched(status)),
        (tint("not loaded:", "red"), _failed(status)),
        ("note:", dict.fromkeys(each["note"] for each in status["inputs"] if each["note"])),
        (_rejects_heading(status, rejects), map(_reject, rejects)),
    ):
        _print_some(heading, list(lines), status["run"])
    print("\nwhat to type next:")
    for command, effect in next_steps(status):
        print(f"  {command:<24} {effect}".rstrip())


def _rejects_heading(status: dict[str, Any], shown: Sequence[dict[str, Any]]) -> str:
    # what --max-rejects kept out is in no books
    return f"{len(shown)} of {count(status['rejected'])} rejects:" if status["rejected"] else "some of the rejects:"


def headline(status: dict[str, Any]) -> str:
    """Run, pipeline, state, time and speed in one line."""
    state = tint(status["state"], COLOURS.get(status["state"]))
    nothing = all(each["state"] == "already_loaded" for each in status["inputs"])
    failed = sum(each["state"] == "failed" for each in status["inputs"])
    but = f", but {failed} of {len(status['inputs'])} inputs could not be loaded" if failed else ""
    but = ", there was nothing to do" if nothing else but
    why = f": {status['error']}" if status["error"] else ""
    speed = f"{status['seconds']:.1f} s, {count(status['rows_per_second'])} rows/s"
    return f"run {status['run']} of {status['pipeline']}: {state}{why or but} ({speed})"


def print_books(status: dict[str, Any]) -> None:
    """read = loaded + updated + unchanged + duplicate + rejected, one below the other."""
    width = len(count(status["read"]))
    print(f"    read       {count(status['read']):>{width}}")
    contested = ("contested",) if status.get("contested") else ()
    for sign, name in zip("=+++++", BOOKS + contested, strict=False):
        print(f"  {sign} {name:<10} {count(status[name]):>{width}}")


def next_steps(status: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Commands that a person may want now, each with what it does."""
    from sluice.engine.servers import is_embedded

    run = status["run"]
    yield f"sluice status {run}", "inputs, parts and books"
    if status["rejected"] or any(each["error_code"] == "over_limit" for each in status["inputs"]):
        yield f"sluice rejects list {run}", "every reject with its reason"
    if status.get("dead_steps"):
        yield f"sluice retry {run}", "try again what failed"
    if is_embedded():
        yield "sluice up", "keeps servers, workers and Flower running; then, in another terminal,"
    yield f"""eval "$(sluice env)" && psql "$DATABASE_URL" -c 'table {_target(status["pipeline"])} limit 5'""", ""


def _target(pipeline: str) -> str:
    from pipelines import find

    return find(pipeline).table.name


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
            yield f"{near(each['uri'])}: {each['error'] or each['error_code']}"


def _reject(each: dict[str, Any]) -> str:
    column = each["column"]
    where = f"{near(each['file'])}:{each['line']}:"
    what = each["reason"] if column is None or column in each["reason"] else f"{column}: {each['reason']}"
    return f"{where} {what} [{each['code']}]"


def _print_some(heading: str, lines: Sequence[str], run: int) -> None:
    if not lines:
        return
    print(f"\n{heading}")
    for line in lines[:SHOWN]:
        print(f"  {line}")
    if len(lines) > SHOWN:
        print(f"  ... and {len(lines) - SHOWN} more: sluice status {run}")
