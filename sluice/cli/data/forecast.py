"""`forecast`: the forecast that a pipeline declares, for the months after a date."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from sluice.cli.data.own import pipeline_with
from sluice.cli.options import DAY
from sluice.cli.output import Json, emit

Pipeline = Annotated[str, typer.Argument(help="A pipeline that makes a forecast.", show_default=False)]
AsOf = Annotated[
    datetime,
    typer.Option(
        "--as-of", help="The date from which to forecast; it must have been built.", show_default=False, **DAY
    ),
]
Months = Annotated[int, typer.Option(help="Number of months.")]
Discount = Annotated[float, typer.Option(help="Discount of one month: 0.01 is one per cent.")]


def forecast(
    pipeline: Pipeline, as_of: AsOf, months: Months = 12, discount: Discount = 0.01, as_json: Json = False
) -> None:
    """Make the forecast that a pipeline declares, and fill its tables."""
    answer = pipeline_with("forecast", pipeline)(as_of.date(), months, discount)
    emit(dict(answer.facts), as_json=as_json, human=lambda: print(answer.text))
