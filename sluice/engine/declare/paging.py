"""How an HTTP API says where its next page is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pages:
    """Pages by number: `?page=1&size=100`, then 2, 3 and so on, until a page has fewer than `size` records.

    Without `size` nothing is asked for, and the first page without records is the end.
    """

    size: int | None = None
    size_param: str = "size"
    page_param: str = "page"
    first: int = 1


@dataclass(frozen=True)
class Cursor:
    """Each page names the cursor of the next one at the dotted path `next`; null, "" or none ends it."""

    next: str
    param: str = "cursor"


@dataclass(frozen=True)
class Next:
    """Each page names the URL of the next one, at the dotted path `url` or, without it, in the header Link
    (`rel="next"`). It must be of the same origin: the token goes nowhere else."""

    url: str | None = None
