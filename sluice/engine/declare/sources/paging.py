"""Paging of an HTTP API: where the next page is, and which page is the last.

Both differ between APIs, so each class has a safe default for the last page, and other rules to declare. `more`,
`total` and `total_pages` are dotted paths next to the records: a flag that is true while pages follow, the number of
records of all pages, and the number of pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, field

from sluice.engine.base.declaration import Declaration


@dataclass(frozen=True)
class Pages(Declaration):
    """Pages by number: `?page=1&size=100`, then 2, 3 and so on, to the first page without records.

    A page that is shorter than `size` is not the end: APIs may return fewer than requested. Without `size` the API
    decides. For APIs that answer with an error after their last page, declare one of these: `more`, `total`,
    `total_pages`, or `short_is_last=True` if every page but the last has exactly `size` records.
    """

    size: int | None = None
    size_param: str = "size"
    page_param: str = "page"
    first: int = 1
    _: KW_ONLY
    more: str | None = field(default=None, repr=False)
    total: str | None = field(default=None, repr=False)
    total_pages: str | None = field(default=None, repr=False)
    short_is_last: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Cursor(Declaration):
    """Each page names the cursor of the next one at the dotted path `next`; null or "" there is the end.

    A page without that path is refused, as a wrong path would look like a single page of data; with `optional=True` it
    is the last one. With `more`, the flag decides, whatever the cursor is; if it is true, a cursor is required. Other
    ends: the cursor `end` ("0", "-1"), `same_is_last=True` for a cursor equal to that of the page's own request,
    `empty_is_last=True` for a page without records. With `total`, the number of all records must equal it at the end.
    """

    next: str
    param: str = "cursor"
    optional: bool = False
    _: KW_ONLY
    more: str | None = field(default=None, repr=False)
    total: str | None = field(default=None, repr=False)
    end: str | int | None = field(default=None, repr=False)
    same_is_last: bool = field(default=False, repr=False)
    empty_is_last: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Next(Declaration):
    """Each page names the URL of the next one, at the dotted path `url` or, without it, in the header Link
    (`rel="next"`, RFC 8288). It must be of the same origin: the token goes nowhere else. `optional`, `more`, `total`
    and `empty_is_last` as in `Cursor`.
    """

    url: str | None = None
    optional: bool = False
    _: KW_ONLY
    more: str | None = field(default=None, repr=False)
    total: str | None = field(default=None, repr=False)
    empty_is_last: bool = field(default=False, repr=False)


Paging = Pages | Cursor | Next

_PATHS = ("next", "url", "more", "total", "total_pages")
_ENDS = ("more", "total", "total_pages", "end", "short_is_last", "same_is_last", "empty_is_last")
_DECIDE = ("more", "total_pages", "short_is_last", "same_is_last", "empty_is_last")


def paths_of(pages: Paging | None) -> dict[str, str]:
    """The dotted paths of a declaration, by their names in it."""
    named = {name: getattr(pages, name, None) for name in _PATHS}
    return {name: path for name, path in named.items() if path is not None}


def ends_of(pages: Paging | None) -> dict[str, object]:
    """The declared rules for the last page, in addition to the default."""
    ends = {name: getattr(pages, name, None) for name in _ENDS}
    return {name: value for name, value in ends.items() if value not in (None, False)}


def mistakes_of(pages: Paging | None, records: str | None) -> Iterator[str]:
    """Mistakes of a declaration, one sentence each."""
    kind = type(pages).__name__
    paths = {"records": records} | {f"{kind}.{name}": path for name, path in paths_of(pages).items()}
    for what, path in paths.items():
        if path is not None and not (isinstance(path, str) and all(path.split("."))):
            yield f"{what} must be a dotted path, e.g. 'data.items'."
        elif path is not None and what != "records" and records is None:
            yield f"{what} is a path next to the records: declare their path, records='...'."
        elif path is not None and what != "records" and path == records:
            yield f"{what} must differ from the path of the records."
    deciding = [name for name in _DECIDE if name in ends_of(pages)]
    if len(deciding) > 1:
        yield f"Only one of {', '.join(deciding)} may decide which page is the last."
    if isinstance(pages, Pages) and pages.size is not None and pages.size < 1:
        yield f"Pages.size must be an integer of at least 1, not {pages.size}."
    if isinstance(pages, Pages) and pages.short_is_last and pages.size is None:
        yield "short_is_last needs size: a page with fewer records is the last."
