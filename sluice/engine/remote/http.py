"""HttpApi: fetched page by page, given on as JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sluice.engine.declare import HttpApi


class NotModified(Exception):  # an outcome, no error: the source has nothing new
    """The API says that its document is the one that was fetched before: there is nothing to load."""


@dataclass(frozen=True)
class Fetched:
    """What an API answers. `lines` are blocks of UTF-8 JSON lines, each of whole lines, one record a line, in the
    API's order and as the API wrote it; they can be read once, and raise what `read_http` raises.

    `note` gives what to tell the API at the next fetch, once all lines were read: pass it as `known` then.
    """

    lines: Iterator[bytes]
    note: Callable[[], dict[str, str]]


def read_http(source: HttpApi, *, known: Mapping[str, str], beat: Callable[[], None]) -> Fetched:
    """Fetch a source. `known` is the note of its last fetch that was loaded ({} for none); `beat` is called often.

    Raises, here or while the lines are read: NotModified when `known` still holds (here only); DataError with a stable
    code for what another try will not mend; TransientError when the API is away or busy and stays so; NotHere when a
    setting that the source names is not set on this worker.
    """
    raise NotImplementedError(source, known, beat)
