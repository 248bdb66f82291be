"""Arguments and options that several commands take, or that say the same in each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

Pipeline = Annotated[str, typer.Argument(help="Name of the pipeline, e.g. call_logs.", show_default=False)]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        help="Files, folders or quoted patterns. Sources that are no files are fetched in any case. With nothing to"
        " load, derived tables are built from what is loaded.",
        show_default=False,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="SOURCE", help="Bring only this source; say it again for more.", show_default="all"),
]
DAY: dict[str, Any] = {"formats": ["%Y-%m-%d"], "metavar": "YYYY-MM-DD"}
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", help="The date that derived tables are built for.", show_default=False, **DAY),
]
Built = Annotated[
    datetime | None, typer.Option("--as-of", help="A date that was built.", show_default="the newest", **DAY)
]
Reload = Annotated[bool, typer.Option("--reload", help="Load content again that was loaded before.")]
MaxRejects = Annotated[
    str | None,
    typer.Option(
        "--max-rejects",
        metavar="N|P%",
        help="Load nothing of a file with more rejects than this: a number of rows, or a share of its rows.",
        show_default=False,
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if rows were rejected or inputs failed.")]
Timeout = Annotated[float | None, typer.Option(min=0, help="Seconds to wait for the run to end.", show_default="none")]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        help="Worker processes to start for this run. Without DATABASE_URL they are started in any case, "
        "SLUICE_CONCURRENCY of them; with it, only if you say so.",
        show_default=False,
    ),
]
