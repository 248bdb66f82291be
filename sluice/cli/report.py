"""`report`: what was built, as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from sluice.cli.addresses import beside_column, near, reason
from sluice.cli.data.spreadsheet import STDOUT, new_file, refuse_json_on
from sluice.cli.options import Built
from sluice.cli.output import Json, print_object, say, things
from sluice.errors import ConfigError

Pipeline = Annotated[str, typer.Argument(help="customer_ltv", show_default=False)]
Out = Annotated[
    str, typer.Option("--out", metavar="FILE", help="HTML file to make; - is standard output.", show_default=False)
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE if it is there already.")]


def report(pipeline: Pipeline, out: Out, as_of: Built = None, force: Force = False, as_json: Json = False) -> None:
    """Write a page on what was built: value, top customers, cohorts, orphans and rejects."""
    from sluice.reports.customer_ltv import page
    from sluice.reports.figures import PIPELINE, read_figures

    if pipeline != PIPELINE:
        raise ConfigError(f"There is no report on {pipeline!r}, only on {PIPELINE}.")
    refuse_json_on(out, "--out", as_json=as_json)
    with new_file(out, force=force) as sink:
        figures = read_figures(as_of.date() if as_of else None)
        sink.write(page(figures, near, _why))
    date, customers = figures["as_of"], figures["totals"]["customers"]
    if as_json:
        print_object({"pipeline": pipeline, "as_of": str(date), "customers": customers, "out": out})
    else:
        where = "standard output" if out == STDOUT else out
        say(f"report on {pipeline} as of {date}, {things(customers, 'customer')}: written to {where}")


def _why(reject: Mapping[str, Any]) -> str:
    return beside_column(reject["column_name"], reason(reject["reason"], reject.get("other_file")))
