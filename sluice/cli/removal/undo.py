"""`undo`: takes a run, or one file of it, out of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.addresses import near
from sluice.cli.options import RunId, Timeout, Workers
from sluice.cli.output import Json, emit, folded, say, things
from sluice.cli.runs.run import finish, own_workers

if TYPE_CHECKING:
    from sluice.engine.steps.removal.undo.found import Found, Obstacle
    from sluice.tasks.removal.undo import Undone

MOST = 10
OneInput = Annotated[
    str | None,
    typer.Option("--input", metavar="FILE", help="Undo only this file of the run.", show_default="all of the run"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would go, come back and be built again.")]
Force = Annotated[
    bool,
    typer.Option("--force", help="Undo also where later runs have changed its rows; the refusal says what is lost."),
]


def undo(
    run: RunId,
    *,
    one_input: OneInput = None,
    dry_run: DryRun = False,
    force: Force = False,
    workers: Workers = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Take a run back: rows that it inserted go, and rows that it replaced come back.

    The content counts as not loaded. Files that had lost rows to it are loaded again, and derived tables are brought up
    to date: with the embedded servers, or with --workers, by workers of this command, which waits for them.
    """
    from sluice.tasks.removal.undo import undo as take_back

    done = take_back(run, one_input, dry_run=dry_run, force=force)
    found = done.found
    if done.by is None:
        facts = found.json() | {"dry_run": dry_run, "run": None}
        emit(facts, as_json=as_json, human=lambda: _print(_told(found, dry_run=dry_run)))
        return
    facts = found.json() | {"dry_run": False, "rows_deleted": done.rows, "rows_restored": done.restored}
    crew = own_workers(workers)
    if crew.slots:
        if not as_json:
            _print(_done(done))
        finish(done.by, crew, strict=False, timeout=timeout, as_json=as_json, **facts)
        return
    emit(facts | {"run": done.by}, as_json=as_json, human=lambda: _print(_done(done)))
    say(f"run {done.by} is registered; workers load again and build what depends on it (`sluice worker` starts some)")


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        folded(line)


def _told(found: Found, *, dry_run: bool) -> Iterator[str]:
    if found.undone_by is not None:
        what = "all of it" if len(found.files) != 1 else near("".join(found.files.values()))
        yield f"run {found.run}: {what} was undone already, by run {found.undone_by} (sluice status {found.undone_by})"
        return
    if dry_run:
        yield f"run {found.run} of {found.pipeline} would be undone: {things(len(found.inputs), 'input')}"
        yield from _rows(found, found.deleted, found.restored, would=True)
    for each in found.obstacles:
        yield f"in the way: {each.why}"
        if each.lost is not None:
            yield f"  with --force: {each.lost}"
        yield from _changed(each)


def _done(done: Undone) -> Iterator[str]:
    found = done.found
    yield f"run {found.run} of {found.pipeline} is undone by run {done.by}: {things(len(found.inputs), 'input')}"
    yield from _rows(found, done.rows, done.restored, would=False)
    for each in found.obstacles:
        if each.lost is not None:
            yield f"lost: {each.lost}"
            yield from _changed(each)


def _changed(each: Obstacle) -> Iterator[str]:
    """The rows that it is about, one by one, as far as they are named."""
    for row in each.rows[:MOST]:
        yield f"  {near(row.uri)}:{row.line} was replaced or removed by {near(row.by)} (run {row.run})"
    if len(each.rows) > MOST:
        yield "  ... and more: --json lists the first of them"


def _rows(found: Found, deleted: int, restored: int, *, would: bool) -> Iterator[str]:
    go, come = ("would go", "would come back") if would else ("went", "came back")
    yield f"{things(deleted, 'row')} {go}, {things(restored, 'row')} {come}"
    if found.again:
        yield f"loaded again, because rows of theirs had lost to it: {things(len(found.again), 'file')}"
    for each in found.again[:MOST]:
        yield f"  {near(each.uri)} (run {each.run})"
    if len(found.again) > MOST:
        yield f"  ... and {len(found.again) - MOST} more: --json lists them"
    if found.dates:
        yield f"built again as of: {', '.join(map(str, found.dates))}"
