"""Templates of a report: those of its pipeline, and the pieces that all pages share.

Names, files and reasons are data, and may hold anything: templates escape all of it, and a page's own policy
(`pieces.html`) lets a browser run and fetch nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from sluice.reports import wording

FILTERS = ("whole", "things", "money", "percent", "month")


def environment(
    folder: Path,
    named: Callable[[str], str] = str,
    told: Callable[[Mapping[str, Any]], str] = itemgetter("reason"),
) -> Environment:
    """Templates of `folder`, then those of Sluice.

    `named` says how to show an input's address, `told` how to tell why a row was refused (code, column_name, reason).
    """
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), PackageLoader("sluice.reports", "page")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(wording, name) for name in FILTERS} | {"named": named, "told": told}
    return made
