"""The results of a pipeline's report and forecast functions, for the commands that call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sluice.engine.base.declaration import Declaration


@dataclass(frozen=True)
class Page(Declaration):
    """A report: a whole HTML document, its subject ("as of 2024-12-31, 12 customers"), and facts for `--json`."""

    html: str
    about: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Forecast(Declaration):
    """A forecast: facts for `--json`, and the same as text."""

    facts: Mapping[str, object]
    text: str


# as_of (None: the newest), the text of an input's address, the text of a reject's reason
ReportMaker = Callable[[date | None, Callable[[str], str], Callable[[Mapping[str, Any]], str]], Page]
# as_of, months ahead, discount per month (0.01: one per cent)
ForecastMaker = Callable[[date, int, float], Forecast]
