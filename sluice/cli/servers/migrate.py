"""`migrate`: the ledger's tables and those of all pipelines, brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import Json, emit, say

if TYPE_CHECKING:
    from sluice.engine.tables.changes.preview import Preview, Shown

WAIT_S = 60.0
NAMED = 3

Examples = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PIPELINE ...]", help="Examples that are not switched on: theirs, too.", show_default=False
    ),
]
Plan = Annotated[bool, typer.Option("--plan", help="Print the SQL and what it costs, and change nothing.")]
DropColumns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TABLE.COLUMN",
        help="Drop a column that is not declared any more, with its values; repeat the option for more.",
        show_default=False,
    ),
]
RebuildKey = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TABLE",
        help="Give a table that has rows its declared key, if they differ in it; repeat the option for more.",
        show_default=False,
    ),
]


def migrate(
    pipelines: Examples = None,
    *,
    plan: Plan = False,
    drop_columns: DropColumns = None,
    rebuild_key: RebuildKey = None,
    as_json: Json = False,
) -> None:
    """Create or update the tables of the ledger and of all pipelines, where nothing is lost by it.

    Columns are added, renamed (`renamed_from`) and made wider while workers run. What would lose something is
    refused with a reason; --plan shows all of it before.
    """
    from sluice.engine.tables.changes.change import Allowed
    from sluice.engine.tables.migrate import NotMigrated
    from sluice.engine.tables.migrate import migrate as bring_up_to_date
    from sluice.pipelines import all_pipelines, broken, find

    wanted = [*(all_pipelines() | {name: find(name) for name in pipelines or ()}).values()]
    left_out = broken()
    for sentence in left_out:
        say(f"a pipeline is left out: {sentence}")
    allowed = Allowed(tuple(drop_columns or ()), tuple(rebuild_key or ()), rewrite=True)
    if plan:
        from sluice.engine.tables.changes.preview import preview

        shown = preview(wanted, allowed)
        emit(shown.json() | {"left_out": left_out}, as_json=as_json, human=lambda: _print(shown))
        raise typer.Exit(Exit.USAGE if shown.refused or left_out else Exit.DONE)
    try:
        done = bring_up_to_date(wanted, allowed, wait_s=WAIT_S)
    except NotMigrated as error:
        for sentence in error.done:
            say(sentence)
        raise
    emit({"done": done}, as_json=as_json, human=lambda: print("\n".join(done) or "everything is up to date"))


def _print(shown: Preview) -> None:
    if shown.ledger:
        print(f"ledger: applies {', '.join(shown.ledger[:NAMED])}{' ...' if len(shown.ledger) > NAMED else ''}")
    for name in shown.schemas:
        print(f"schema {name}: is made")
    for name in shown.made:
        print(f"table {name}: is made")
    for table in shown.tables:
        _print_table(table)
    if not shown.ledger and not shown.made and not shown.tables:
        print("everything is up to date")


def _print_table(table: Shown) -> None:
    print(f"table {table.table}:")
    for each in table.statements:
        print(f"  {each.sql};\n      -- {each.cost}")
    for sentence in table.refused:
        print(f"  refused: {sentence}")
    for note in table.notes:
        print(f"  note: {note}")
