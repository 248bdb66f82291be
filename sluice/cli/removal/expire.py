"""`expire`: deletes rows that are older than their tables keep them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import Json, emit, folded, things
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.steps.expire.expire import Expired

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PIPELINE]...", help="The pipelines; without it all whose tables have expire_after."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count what would be deleted.")]


def expire(pipelines: Names = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Delete rows that are older than `expire_after` of their tables says, to the end. Beat does it each day.

    It works in batches, each a short transaction, and gives way to open runs of the same tables: then it ends with 1,
    and the next time goes on. Derived tables are not built: their next builds are without these rows.
    """
    from sluice.pipelines import all_pipelines, find
    from sluice.tasks.removal.expire import expire as do_expire

    chosen = [find(name) for name in pipelines or all_pipelines()]
    for each in chosen if pipelines else ():
        if not any(flow.table.expire_after for flow in each.flows):
            raise ConfigError(f"No rows of {each.name} expire: declare Table(..., expire_after='90 days') in its file.")
    done = do_expire(chosen, dry_run=dry_run)
    emit(_facts(done, dry_run), as_json=as_json, human=lambda: _print(_told(done, dry_run)))
    if not dry_run and not all(each.ended for each in done):
        raise typer.Exit(Exit.FAILED)


def _facts(done: Sequence[Expired], dry_run: bool) -> dict[str, object]:
    tables = [
        {"table": each.table, "before": each.first, "rows": each.rows, "ended": each.ended, "why": each.why}
        | ({"left": each.left} if dry_run else {})
        for each in done
    ]
    return {"dry_run": dry_run, "tables": tables}


def _told(done: Sequence[Expired], dry_run: bool) -> Iterator[str]:
    if not done:
        yield "no table has expire_after"
    for each in done:
        yield f"{each.table}: {things(each.rows, 'row')} from before {each.first} {'would go' if dry_run else 'went'}"
        if each.left:
            yield f"  {things(each.left, 'row')} as old stay: Sluice has not loaded them, or their run is not settled"
        if each.why is not None:
            yield f"  not all: {each.why}"


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        folded(line)
