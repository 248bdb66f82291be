"""The report on customer lifetime value: `sluice report customer_ltv`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sluice.engine.declare import Page

from .figures import read_figures
from .page import page


def make(as_of: date | None, address_of: Callable[[str], str], reason_of: Callable[[Mapping[str, Any]], str]) -> Page:
    """The page for a date (None: the newest that was built). Raises ConfigError where there is nothing to report on."""
    figures = read_figures(as_of)
    date_of, customers = figures["as_of"], figures["totals"]["customers"]
    about = f"as of {date_of}, {customers:,} customer{'' if customers == 1 else 's'}"
    return Page(page(figures, address_of, reason_of), about, {"as_of": str(date_of), "customers": customers})
