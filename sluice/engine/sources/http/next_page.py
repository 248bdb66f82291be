"""The URL of the next page."""

from __future__ import annotations

import httpx

from sluice.engine.declare import Cursor, HttpApi, Next, Pages
from sluice.engine.sources.http.address import link_target, shown
from sluice.engine.sources.http.last_page import Progress, check_total, has_more, is_last_number
from sluice.engine.sources.http.links import read_links
from sluice.engine.sources.http.page import ABSENT, Page
from sluice.engine.sources.http.request import Answer
from sluice.errors import DataError


def first_url(source: HttpApi, address: httpx.URL) -> httpx.URL:
    """The URL of the first page."""
    params = {name: str(value) for name, value in source.params.items()}
    if isinstance(source.pages, Pages):
        params[source.pages.page_param] = str(source.pages.first)
        if source.pages.size is not None:
            params[source.pages.size_param] = str(source.pages.size)
    return address.copy_merge_params(params) if params else address


def next_url(source: HttpApi, url: httpx.URL, answer: Answer, page: Page, progress: Progress) -> httpx.URL | None:
    """The URL of the page after `url`; None if that was the last.

    Raises DataError `bad_next`, `no_next`, `other_origin`, `bad_end`, `incomplete`.
    """
    following_url: httpx.URL | None = None
    match source.pages:
        case Pages(page_param=param):
            if not is_last_number(source.pages, page, progress):
                following_url = url.copy_set_param(param, str(int(url.params[param]) + 1))
        case Cursor() | Next():
            following_url = _named_url(source, source.pages, url, answer, page, progress)
    if following_url is None:
        check_total(source, page, progress)
    return following_url


def _named_url(
    source: HttpApi, pages: Cursor | Next, url: httpx.URL, answer: Answer, page: Page, progress: Progress
) -> httpx.URL | None:
    """The URL of the next page that this one names; None if this is the last by its fields or the declaration."""
    more = has_more(pages, page, progress)
    if more is False or (pages.empty_is_last and not page.spans):
        return None
    named, path = _name_in(source, pages, url, answer, page, progress)
    if named is None and more:
        raise DataError(
            "no_next",
            f"{progress.where} declares more pages at {pages.more!r}, without a next page at {path!r}. Nothing is "
            "loaded; check pages= in the declaration.",
        )
    if named is None:
        return None
    if isinstance(pages, Next):
        return link_target(source, answer.url, named)
    try:
        return url.copy_set_param(pages.param, named)
    except (httpx.InvalidURL, ValueError):
        raise DataError("bad_next", f"{progress.where} has a cursor at {path!r} that is not valid in a URL.") from None


def _name_in(
    source: HttpApi, pages: Cursor | Next, url: httpx.URL, answer: Answer, page: Page, progress: Progress
) -> tuple[str | None, str]:
    """The cursor or URL of the next page, None for the end; and its path."""
    if isinstance(pages, Next):
        if pages.url is None:
            return _linked(source, answer), "Link"
        return _text_at(pages, page, progress, pages.url), pages.url
    named = _text_at(pages, page, progress, pages.next)
    is_end = pages.end is not None and named == str(pages.end)
    is_same = pages.same_is_last and named == url.params.get(pages.param)
    return (None if is_end or is_same else named), pages.next


def _text_at(pages: Cursor | Next, page: Page, progress: Progress, path: str) -> str | None:
    """The text in a page at the path of the next one."""
    value = page.at(path)
    if value is ABSENT and not pages.optional:
        raise DataError(
            "no_next",
            f"{progress.where} has nothing at {path!r}, so it is not known whether more pages follow."
            " Correct the path; or, if this API leaves it out on the last page, declare optional=True.",
        )
    if value is ABSENT or value is None or value == "":
        return None
    if not isinstance(value, str):
        raise DataError("bad_next", f"{progress.where} has neither text nor number at {path!r}.")
    return value


def _linked(source: HttpApi, answer: Answer) -> str | None:
    """The target of the link to the next page, among links whose context is this page."""
    where = f"{source.name}: {shown(answer.url)}"
    try:
        links = list(read_links(answer.headers.get_list("link")))
    except ValueError as error:
        why = f"{error}; the next page may be in it"
        raise DataError("bad_next", f"{where} has a header Link that cannot be read ({why}).") from None
    try:
        value = [
            answer.url.join(link.target)
            for link in links
            if "next" in link.relations and (link.anchor is None or answer.url.join(link.anchor) == answer.url)
        ]
    except (httpx.InvalidURL, ValueError) as error:  # its text may have a password of the address
        raise DataError("bad_next", f"{where} has a link that is not a valid address.") from error
    targets = {str(each.copy_with(fragment=None)) for each in value}
    if len(targets) > 1:
        raise DataError("bad_next", f"{where} names {len(targets)} next pages in its header Link.")
    return targets.pop() if targets else None
