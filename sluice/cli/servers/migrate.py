"""`migrate`: the ledger's tables and those of all pipelines, brought up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from sluice.cli.output import Json, emit

Examples = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PIPELINE ...]", help="Examples that are not switched on: theirs, too.", show_default=False
    ),
]


def migrate(pipelines: Examples = None, as_json: Json = False) -> None:
    """Create or update the tables of the ledger and of all pipelines."""
    from sluice.engine.tables.migrate import migrate as bring_up_to_date
    from sluice.pipelines import all_pipelines, find

    wanted = all_pipelines() | {name: find(name) for name in pipelines or ()}
    done = bring_up_to_date(list(wanted.values()))
    emit({"done": done}, as_json=as_json, human=lambda: print("\n".join(done) or "everything is up to date"))
