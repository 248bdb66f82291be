"""Where the next page is."""

from __future__ import annotations

import httpx

from sluice.engine.declare import Cursor, HttpApi, Next, Pages
from sluice.engine.remote.address import onward, shown
from sluice.engine.remote.asking import Answer
from sluice.engine.remote.page import ABSENT, Page
from sluice.errors import DataError


def first_url(source: HttpApi, address: httpx.URL) -> httpx.URL:
    """What the first page is asked for with."""
    asked = {name: str(value) for name, value in source.params.items()}
    if isinstance(source.pages, Pages):
        asked[source.pages.page_param] = str(source.pages.first)
        if source.pages.size is not None:
            asked[source.pages.size_param] = str(source.pages.size)
    return address.copy_merge_params(asked) if asked else address


def next_url(source: HttpApi, asked: httpx.URL, answer: Answer, page: Page) -> httpx.URL | None:
    """What the page after `asked` is asked for with; None when that was the last.

    Raises DataError `bad_next`, `no_next`, `other_origin`.
    """
    match source.pages:
        case None:
            return None
        case Pages(page_param=param):
            return asked.copy_set_param(param, str(int(asked.params[param]) + 1)) if page.spans else None
        case Cursor(next=path, param=param, optional=optional):
            cursor = _said(source, answer, page, path, optional=optional)
            return asked.copy_set_param(param, cursor) if cursor else None
        case Next(url=path, optional=optional):
            link = answer.next_link if path is None else _said(source, answer, page, path, optional=optional)
            return onward(source, answer.url, link) if link else None


def path_of_next(source: HttpApi) -> str | None:
    """Where a page says what the next one is, if it is in the page."""
    match source.pages:
        case Cursor(next=path) | Next(url=path):
            return path
    return None


def _said(source: HttpApi, answer: Answer, page: Page, path: str, *, optional: bool) -> str | None:
    """The text that stands in a page at the path of the next one."""
    found = page.following
    if found is ABSENT and not optional:
        raise DataError(
            "no_next",
            f"{source.name}: {shown(answer.url)} has nothing at {path!r}, so it is not known whether more pages follow."
            " Mend the path; or, if this API leaves it out on the last page, declare optional=True.",
        )
    if found is ABSENT or found is None or found == "":
        return None
    if not isinstance(found, str):
        raise DataError("bad_next", f"{source.name}: {shown(answer.url)} has neither text nor number at {path!r}.")
    return found
