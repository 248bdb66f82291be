"""`report`: derived tables as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from sluice.cli.addresses import near, reason, without_column
from sluice.cli.data.own import pipeline_with
from sluice.cli.options import Built
from sluice.cli.output import Json, print_object, say
from sluice.cli.spreadsheet import STDOUT, new_file, refuse_json_on

Pipeline = Annotated[str, typer.Argument(help="A pipeline that makes a report.", show_default=False)]
Out = Annotated[
    str, typer.Option("--out", metavar="FILE", help="HTML file to write; - is standard output.", show_default=False)
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE if it is there already.")]


def report(pipeline: Pipeline, out: Out, as_of: Built = None, force: Force = False, as_json: Json = False) -> None:
    """Write the report that a pipeline declares on its loaded and derived tables."""
    make = pipeline_with("report", pipeline)
    refuse_json_on(out, "--out", as_json=as_json)
    with new_file(out, force=force) as sink:
        page = make(as_of.date() if as_of else None, near, _reason_of)
        sink.write(page.html)
    if as_json:
        print_object({"pipeline": pipeline, **page.facts, "out": out})
    else:
        where = "standard output" if out == STDOUT else out
        say(f"report on {pipeline} {page.about}: written to {where}")


def _reason_of(reject: Mapping[str, Any]) -> str:
    return without_column(reject["column_name"], reason(reject["reason"], reject.get("other_file")))
