"""`demo`: generated data with known faults through a whole pipeline, compared with what was planted."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from sluice.cli.output import Json
from sluice.errors import ConfigError


class Shown(StrEnum):
    """Pipelines that have a demonstration."""

    call_logs = "call_logs"
    unified_sales = "unified_sales"


LEAST = {Shown.call_logs: 4, Shown.unified_sales: 80}
Which = Annotated[Shown, typer.Argument(help="What to show.")]
Rows = Annotated[
    int | None,
    typer.Option(
        help="call_logs: rows to generate; unified_sales: number of sales, and of transactions.",
        show_default="200000 or 1000",
    ),
]
Serve = Annotated[bool, typer.Option("--serve/--no-serve", help="unified_sales: serve the result until Ctrl-C.")]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="unified_sales: where to serve it.", show_default="8000, or a free one"),
]


def demo(
    pipeline: Which = Shown.call_logs,
    *,
    rows: Rows = None,
    serve: Serve = True,
    port: Port = None,
    as_json: Json = False,
) -> None:
    """Generate data with known faults, load it with two worker processes, and compare with what was planted.

    unified_sales also starts its sources, an API and a database, and serves the result.
    """
    if rows is not None and rows < LEAST[pipeline]:
        raise ConfigError(f"--rows {rows}: the demonstration of {pipeline.value} has at least {LEAST[pipeline]}.")
    if pipeline is Shown.call_logs:
        from sluice.cli.demo.call_logs import show_call_logs

        show_call_logs(rows or 200_000, as_json=as_json)
    else:
        from sluice.cli.demo.unified_sales import show_unified_sales

        show_unified_sales(rows or 1_000, serve=serve, port=port, as_json=as_json)
