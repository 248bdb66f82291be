"""Detects the last page by the fields of a page, which must have the right type and agree with the fetched records."""

from __future__ import annotations

import re
from typing import NamedTuple

from sluice.engine.declare import Cursor, HttpApi, Next, Pages
from sluice.engine.sources.http.page import ABSENT, Page
from sluice.errors import DataError

_NUMBER = re.compile("[0-9]+")
_WHY = "so it is not known which page is the last. Nothing is loaded; check pages= in the declaration."


class Progress(NamedTuple):
    """The progress of a fetch, including the current page. `where` names the source and that page's address."""

    where: str
    pages: int
    records: int


def has_more(pages: Pages | Cursor | Next, page: Page, progress: Progress) -> bool | None:
    """The value of the flag that is declared as `more`; None if none is declared, or if it is optional and missing.

    Raises DataError `bad_end`.
    """
    if pages.more is None:
        return None
    value = page.at(pages.more)
    if isinstance(value, bool):
        return value
    if value is ABSENT and not isinstance(pages, Pages) and pages.optional:
        return None
    what = "nothing" if value is ABSENT else "neither true nor false"
    raise DataError("bad_end", f"{progress.where} has {what} at {pages.more!r}, {_WHY}")


def is_last_number(pages: Pages, page: Page, progress: Progress) -> bool:
    """Whether a numbered page is the last one. Raises DataError `bad_end`."""
    more = has_more(pages, page, progress)
    if more is not None:
        return not more
    if pages.total_pages is not None:
        number = _number(page, pages.total_pages, progress)
        if number < progress.pages and page.spans:
            raise DataError(
                "bad_end", f"{progress.where} declares {number:,} pages, and is page {progress.pages:,}, {_WHY}"
            )
        return number <= progress.pages
    if not page.spans:
        return True
    if pages.total is not None and _number(page, pages.total, progress) == progress.records:
        return True
    return pages.short_is_last and pages.size is not None and len(page.spans) < pages.size


def check_total(source: HttpApi, page: Page, progress: Progress) -> None:
    """Check at the last page that no record is missing. Raises DataError `incomplete`, `bad_end`."""
    if source.pages is None or source.pages.total is None:
        return
    total = _number(page, source.pages.total, progress)
    if progress.records < total:
        raise DataError(
            "incomplete",
            f"{progress.where} is the last page by the declaration, and has a total of {total:,} records, of which "
            f"{progress.records:,} came. Nothing is loaded; check pages= in the declaration, or fetch again if records "
            "were added or deleted meanwhile.",
        )


def _number(page: Page, path: str, progress: Progress) -> int:
    value = page.at(path)
    if isinstance(value, str) and _NUMBER.fullmatch(value) and len(value) <= 18:
        return int(value)
    what = "nothing" if value is ABSENT else "a value that is not an integer"
    raise DataError("bad_end", f"{progress.where} has {what} at {path!r}, {_WHY}")
