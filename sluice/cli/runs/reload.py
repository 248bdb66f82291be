"""`reload`: the files of earlier runs, loaded again under the current declaration."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from sluice.cli.options import DAY, AllowFuture, AsOf, Pipeline, Strict, Timeout, Workers
from sluice.cli.output import Json, count, emit, say
from sluice.cli.runs.run import load_and_report
from sluice.cli.runs.wanted import Wanted

SHOWN = 20

Since = Annotated[
    datetime | None,
    typer.Option("--since", help="Only files of runs from this day on (UTC).", show_default="all", **DAY),
]
OfColumn = Annotated[
    str | None,
    typer.Option(
        "--column",
        metavar="NAME",
        help="Only files that were last loaded before the declaration had this column.",
        show_default=False,
    ),
]


def reload(
    pipeline: Pipeline,
    *,
    since: Since = None,
    column: OfColumn = None,
    as_of: AsOf = None,
    allow_future: AllowFuture = False,
    strict: Strict = False,
    workers: Workers = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Load the files of earlier runs again, in their order, so that their rows are as the current declaration says.

    A file that is gone is read from its copy in the landing, if there is one; which are gone is printed. The same as
    `sluice run PIPELINE FILES --reload` with these files. Of APIs, queries and functions the copies in the landing
    are read again, and nothing is fetched.
    """
    from sluice.engine.steps.again.reload import files_again
    from sluice.pipelines import find

    declared = find(pipeline)
    again = files_again(declared, since and since.date(), column)
    for uri in again.gone[:SHOWN]:
        say(f"gone, and not loaded again: {uri}")
    if len(again.gone) > SHOWN:
        say(f"gone, and not loaded again: {count(len(again.gone) - SHOWN)} more")
    if not again.inputs:
        facts = {"run": None, "pipeline": pipeline, "gone": again.gone}
        emit(facts, as_json=as_json, human=lambda: print("no file of an earlier run is to be loaded again"))
        return
    day = as_of and as_of.date()
    declared.check_run(has_inputs=True, as_of=day, allow_future=allow_future)
    say(f"files that are loaded again: {count(len(again.inputs))}")
    wanted = Wanted(declared, again.inputs, reload=True, max_rejects=None, as_of=day, allow_future=allow_future)
    load_and_report(wanted, strict=strict, processes=workers, timeout=timeout, as_json=as_json)
