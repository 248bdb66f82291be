"""`unbuild`: withdraws what was built for a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.options import DAY, Pipeline
from sluice.cli.output import Json, emit, table, things

if TYPE_CHECKING:
    from sluice.engine.derive.unbuild import Unbuilt

Day = Annotated[datetime, typer.Option("--as-of", help="The date to withdraw.", show_default=False, **DAY)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be withdrawn.")]


def unbuild(pipeline: Pipeline, as_of: Day, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Withdraw what was built for a date, such as a wrong one: rows of derived tables and forecasts, and its builds.

    Loaded rows stay. The next build of the date computes all of its rows.
    """
    from sluice.engine.derive.unbuild import unbuild as withdraw
    from sluice.pipelines import find

    found = withdraw(find(pipeline), as_of.date(), dry_run=dry_run)
    emit(found.json() | {"dry_run": dry_run}, as_json=as_json, human=lambda: _print(found, dry_run=dry_run))


def _print(found: Unbuilt, *, dry_run: bool) -> None:
    if found.is_empty:
        print(f"{found.pipeline}: nothing to withdraw as of {found.as_of}")
        return
    print(f"{found.pipeline} as of {found.as_of}: {'would be withdrawn' if dry_run else 'withdrawn'}")
    table(("table", "rows"), found.rows.items(), indent="  ")
    print("\n".join(_rest(found)))
    if not dry_run:
        print(f"next: sluice run {found.pipeline} --as-of YYYY-MM-DD builds another date, or this one again, in full")


def _rest(found: Unbuilt) -> Iterator[str]:
    if found.statistics:
        yield f"{things(found.statistics, 'statistic')} of preprocessed tables"
    if found.builds:
        runs = ", ".join(map(str, found.runs))
        yield f"{things(found.builds, 'build')}, of run{'s' if len(found.runs) > 1 else ''} {runs}"
    yield "loaded rows, other dates, and reports and exports that were written, stay as they are"
    if found.kept:
        yield f"without dates, so they stay as they are: {', '.join(found.kept)}"
    yield f"the newest date that is left: {found.newest or 'none'}"
