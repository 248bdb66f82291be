"""Arguments and options that several commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

Pipeline = Annotated[str, typer.Argument(help="Name of the pipeline, e.g. call_logs.", show_default=False)]
RunId = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run.", show_default=False)]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        help="Files, folders or quoted patterns. API and database sources are fetched in any case. With nothing to"
        " load, derived tables are built from what is loaded.",
        show_default=False,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="SOURCE", help="Load only this source; repeat the option for more.", show_default="all"),
]
DAY: dict[str, Any] = {"formats": ["%Y-%m-%d"], "metavar": "YYYY-MM-DD"}
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", help="As-of date: the date for which derived tables are built.", show_default=False, **DAY),
]
AllowFuture = Annotated[bool, typer.Option("--allow-future", help="Allow an as-of date after tomorrow.")]
Built = Annotated[
    datetime | None,
    typer.Option("--as-of", help="A date for which tables were built.", show_default="the newest", **DAY),
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
        help="Worker processes to start for this run. Without DATABASE_URL the default is SLUICE_CONCURRENCY; with it, "
        "none are started without this option.",
        show_default=False,
    ),
]


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What `run` and `enqueue` both take."""

    pipeline: Pipeline
    paths: Paths = None
    only: Only = None
    as_of: AsOf = None
    allow_future: AllowFuture = False
    reload: Reload = False
    max_rejects: MaxRejects = None


def takes(shared: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the fields of a dataclass as arguments and options, before its own.

    The command is a function whose first parameter is such an object.
    """
    fields = list(inspect.signature(shared, eval_str=True).parameters.values())

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]

        def command(**given: Any) -> None:
            function(shared(**{field.name: given.pop(field.name) for field in fields}), **given)

        parameters = [*fields, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)]
        command.__name__, command.__doc__ = function.__name__, function.__doc__
        command.__annotations__ = {each.name: each.annotation for each in parameters}
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return command

    return decorate
