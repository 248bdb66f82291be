"""How an HTTP API says where its next page is."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.engine.declaration import Declaration


@dataclass(frozen=True)
class Pages(Declaration):
    """Pages by number: `?page=1&size=100`, then 2, 3 and so on, to the first page without records.

    A page that is shorter than `size` is not the end: APIs give less than they are asked for. Without `size` it is left
    to the API.
    """

    size: int | None = None
    size_param: str = "size"
    page_param: str = "page"
    first: int = 1


@dataclass(frozen=True)
class Cursor(Declaration):
    """Each page names the cursor of the next one at the dotted path `next`; null or "" there is the end.

    A page that has nothing at that path is refused, for a mistaken path would look like one page of data; with
    `optional=True` it is the last one.
    """

    next: str
    param: str = "cursor"
    optional: bool = False


@dataclass(frozen=True)
class Next(Declaration):
    """Each page names the URL of the next one, at the dotted path `url` or, without it, in the header Link
    (`rel="next"`). It must be of the same origin: the token goes nowhere else. `optional` as in `Cursor`.
    """

    url: str | None = None
    optional: bool = False
