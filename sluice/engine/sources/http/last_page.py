"""Which page is the last, by what an API says of it. What it says must be of its kind, and agree with what came."""

from __future__ import annotations

import re
from typing import NamedTuple

from sluice.engine.declare import Cursor, HttpApi, Next, Pages
from sluice.engine.sources.http.page import ABSENT, Page
from sluice.errors import DataError

_NUMBER = re.compile("[0-9]+")
_WHY = "so it is not known which page is the last. Nothing is loaded; check pages= in the declaration."


class Came(NamedTuple):
    """What has come of a fetch, with the page that is looked at. `where` names the source and that page's address."""

    where: str
    pages: int
    records: int


def more_follow(pages: Pages | Cursor | Next, page: Page, came: Came) -> bool | None:
    """What the flag says that is declared as `more`; None where none is, or where it may be left out and is.

    Raises DataError `bad_end`.
    """
    if pages.more is None:
        return None
    found = page.at(pages.more)
    if isinstance(found, bool):
        return found
    if found is ABSENT and not isinstance(pages, Pages) and pages.optional:
        return None
    what = "nothing" if found is ABSENT else "neither true nor false"
    raise DataError("bad_end", f"{came.where} has {what} at {pages.more!r}, {_WHY}")


def is_last_number(pages: Pages, page: Page, came: Came) -> bool:
    """Whether a numbered page is the last one. Raises DataError `bad_end`."""
    more = more_follow(pages, page, came)
    if more is not None:
        return not more
    if pages.total_pages is not None:
        number = _number(page, pages.total_pages, came)
        if number < came.pages and page.spans:
            raise DataError(
                "bad_end", f"{came.where} says that there are {number:,} pages, and is page {came.pages:,}, {_WHY}"
            )
        return number <= came.pages
    if not page.spans:
        return True
    if pages.total is not None and _number(page, pages.total, came) == came.records:
        return True
    return pages.short_is_last and pages.size is not None and len(page.spans) < pages.size


def check_total(source: HttpApi, page: Page, came: Came) -> None:
    """At the last page: that no record is missing. Raises DataError `incomplete`, `bad_end`."""
    if source.pages is None or source.pages.total is None:
        return
    total = _number(page, source.pages.total, came)
    if came.records < total:
        raise DataError(
            "incomplete",
            f"{came.where} is the last page by what is declared, and says that there are {total:,} records, of which "
            f"{came.records:,} came. Nothing is loaded; check pages= in the declaration, or fetch again if records "
            "came and went meanwhile.",
        )


def _number(page: Page, path: str, came: Came) -> int:
    found = page.at(path)
    if isinstance(found, str) and _NUMBER.fullmatch(found) and len(found) <= 18:
        return int(found)
    what = "nothing" if found is ABSENT else "a value that is not an integer"
    raise DataError("bad_end", f"{came.where} has {what} at {path!r}, {_WHY}")
