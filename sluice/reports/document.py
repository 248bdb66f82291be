"""Templates of a report: those of its pipeline, and the pieces that all reports share.

Names, files and reasons are data and may contain anything: templates escape all of it, and the page's own policy
(`pieces.html`) forbids a browser to run or fetch anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from sluice.engine.storage.address import printable_lines
from sluice.reports import wording

FILTERS = ("whole", "things", "money", "percent", "month")


def _finalized(value: Any) -> Any:
    """A text without control characters: it may be from a file. What a template has made stays."""
    return printable_lines(value) if type(value) is str else value


def environment(
    folder: Path,
    address_of: Callable[[str], str] = str,
    reason_of: Callable[[Mapping[str, Any]], str] = itemgetter("reason"),
) -> Environment:
    """Templates of `folder`, then those of Sluice.

    `address_of` gives an input's address as it is shown, `reason_of` the reason of a reject from its code, column_name
    and reason.
    """
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), PackageLoader("sluice.reports", "page")]),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(wording, name) for name in FILTERS} | {"address": address_of, "reason": reason_of}
    return made
