"""What a pipeline's own report and forecast give back to the commands that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sluice.engine.base.declaration import Declaration


@dataclass(frozen=True)
class Page(Declaration):
    """A report: a whole HTML document, what it is about ("as of 2024-12-31, 12 customers"), and facts for `--json`."""

    html: str
    about: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Forecast(Declaration):
    """A forecast that was made: facts for `--json`, and the same as text for people."""

    facts: Mapping[str, object]
    text: str


# as_of (None: the newest), how to show the address of an input, how to tell why a row was refused
ReportMaker = Callable[[date | None, Callable[[str], str], Callable[[Mapping[str, Any]], str]], Page]
# as_of, months ahead, what a month of waiting takes off (0.01: one per cent)
ForecastMaker = Callable[[date, int, float], Forecast]
