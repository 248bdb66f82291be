"""Where the next page is."""

from __future__ import annotations

import httpx

from sluice.engine.declare import Cursor, HttpApi, Next, Pages
from sluice.engine.sources.http.address import onward, shown
from sluice.engine.sources.http.last_page import Came, check_total, is_last_number, more_follow
from sluice.engine.sources.http.links import read_links
from sluice.engine.sources.http.page import ABSENT, Page
from sluice.engine.sources.http.request import Answer
from sluice.errors import DataError


def first_url(source: HttpApi, address: httpx.URL) -> httpx.URL:
    """What the first page is asked for with."""
    asked = {name: str(value) for name, value in source.params.items()}
    if isinstance(source.pages, Pages):
        asked[source.pages.page_param] = str(source.pages.first)
        if source.pages.size is not None:
            asked[source.pages.size_param] = str(source.pages.size)
    return address.copy_merge_params(asked) if asked else address


def next_url(source: HttpApi, asked: httpx.URL, answer: Answer, page: Page, came: Came) -> httpx.URL | None:
    """What the page after `asked` is asked for with; None when that was the last.

    Raises DataError `bad_next`, `no_next`, `other_origin`, `bad_end`, `incomplete`.
    """
    following: httpx.URL | None = None
    match source.pages:
        case Pages(page_param=param):
            if not is_last_number(source.pages, page, came):
                following = asked.copy_set_param(param, str(int(asked.params[param]) + 1))
        case Cursor() | Next():
            following = _named(source, source.pages, asked, answer, page, came)
    if following is None:
        check_total(source, page, came)
    return following


def _named(
    source: HttpApi, pages: Cursor | Next, asked: httpx.URL, answer: Answer, page: Page, came: Came
) -> httpx.URL | None:
    """The page that this one names, unless it says that it is the last, or is by what is declared."""
    more = more_follow(pages, page, came)
    if more is False or (pages.empty_is_last and not page.spans):
        return None
    named, path = _name_in(source, pages, asked, answer, page, came)
    if named is None and more:
        raise DataError(
            "no_next",
            f"{came.where} says at {pages.more!r} that more follow, and names no next page at {path!r}. Nothing is "
            "loaded; check pages= in the declaration.",
        )
    if named is None:
        return None
    if isinstance(pages, Next):
        return onward(source, answer.url, named)
    try:
        return asked.copy_set_param(pages.param, named)
    except (httpx.InvalidURL, ValueError):
        raise DataError("bad_next", f"{came.where} names a cursor at {path!r} that no URL can hold.") from None


def _name_in(
    source: HttpApi, pages: Cursor | Next, asked: httpx.URL, answer: Answer, page: Page, came: Came
) -> tuple[str | None, str]:
    """The cursor or URL of the next page, None where it means that there is none; and where it stands."""
    if isinstance(pages, Next):
        if pages.url is None:
            return _linked(source, answer), "Link"
        return _said(pages, page, came, pages.url), pages.url
    named = _said(pages, page, came, pages.next)
    is_end = pages.end is not None and named == str(pages.end)
    is_same = pages.same_is_last and named == asked.params.get(pages.param)
    return (None if is_end or is_same else named), pages.next


def _said(pages: Cursor | Next, page: Page, came: Came, path: str) -> str | None:
    """The text that stands in a page at the path of the next one."""
    found = page.at(path)
    if found is ABSENT and not pages.optional:
        raise DataError(
            "no_next",
            f"{came.where} has nothing at {path!r}, so it is not known whether more pages follow."
            " Correct the path; or, if this API leaves it out on the last page, declare optional=True.",
        )
    if found is ABSENT or found is None or found == "":
        return None
    if not isinstance(found, str):
        raise DataError("bad_next", f"{came.where} has neither text nor number at {path!r}.")
    return found


def _linked(source: HttpApi, answer: Answer) -> str | None:
    """The target of the link to the next page, of those whose context is this page and not another one."""
    where = f"{source.name}: {shown(answer.url)}"
    try:
        links = list(read_links(answer.headers.get_list("link")))
    except ValueError as error:
        why = f"{error}; the next page may be in it"
        raise DataError("bad_next", f"{where} has a header Link that cannot be read ({why}).") from None
    try:
        found = [
            answer.url.join(link.target)
            for link in links
            if "next" in link.relations and (link.anchor is None or answer.url.join(link.anchor) == answer.url)
        ]
    except (httpx.InvalidURL, ValueError) as error:  # its text may hold a password of the address
        raise DataError("bad_next", f"{where} leads on to what is not an address.") from error
    targets = {str(each.copy_with(fragment=None)) for each in found}
    if len(targets) > 1:
        raise DataError("bad_next", f"{where} names {len(targets)} next pages in its header Link.")
    return targets.pop() if targets else None
