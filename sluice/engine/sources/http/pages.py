"""HttpApi: fetched page by page, each page read completely before its first record is passed on.

The status 200 is not sufficient: a page must have an array of objects at the declared path, or the fetch is refused. A
reader that reaches the end of the lines without an error has all of them; the landing keeps nothing else.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

import httpx

from sluice.engine.declare import HttpApi
from sluice.engine.declare.sources.paging import paths_of
from sluice.engine.sources.http.address import address, shown
from sluice.engine.sources.http.last_page import Progress
from sluice.engine.sources.http.next_page import first_url, next_url
from sluice.engine.sources.http.page import Form, NoRecords, NotObjects, Page, PageError, keys_of, read_page
from sluice.engine.sources.http.request import Answer, ApiClient, api_client
from sluice.engine.sources.http.retries import RetryLimits, TryAgain
from sluice.engine.sources.http.validators import about, conditions, note_of
from sluice.errors import DataError

_JSON_LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
_MAYBE_JSON = {"", "application/json", "text/json", "text/plain", "application/octet-stream"} | _JSON_LINES


class NotModified(Exception):  # an outcome, not an error: the source has nothing new
    """The API answers that its document has not changed since the last fetch: nothing to load."""


@dataclass(frozen=True)
class Fetched:
    """The records of an API. `lines` are blocks of whole UTF-8 JSON lines, one record per line, in the API's order and
    as the API wrote them; they can be read once, and raise what `read_http` raises.

    `note` returns, once all lines were read, the value to pass as `known` to the next fetch.
    """

    lines: Iterator[bytes]
    note: Callable[[], dict[str, str]]


def read_http(source: HttpApi, *, known: Mapping[str, str], beat: Callable[[], None]) -> Fetched:
    """Fetch a source. `known` is the note of its last loaded fetch ({} for none); `beat` is called often.

    Raises, here or while the lines are read: NotModified when nothing changed since `known` (here only); DataError with
    a stable code for errors that a retry will not change; TransientError when the API stays unavailable or busy;
    NotHere when a setting that the source names is not set on this worker, ConfigError when it is not an address or a
    token.
    """
    retries = RetryLimits(source.name, source.tries, source.total_s, time.monotonic(), beat)
    url = first_url(source, address(source))
    with api_client(source, retries) as api:
        answer, page = _fetch_page(source, retries, api, url, conditions(known, about(source, url)), first=True)
    note = note_of(answer.headers, about(source, url)) if source.pages is None else {}
    lines = page.lines() if source.pages is None else _all_lines(source, retries, url, answer, page)
    return Fetched(lines, lambda: note)


def _all_lines(source: HttpApi, retries: RetryLimits, url: httpx.URL, answer: Answer, page: Page) -> Iterator[bytes]:
    """The lines of all pages, from the first one on; at most one page is in memory."""
    requested, contents, records = {url}, set[bytes](), 0
    with api_client(source, retries) as api:
        while True:
            content = _digest(page)
            if content in contents and page.spans:
                raise _repeated(source, answer, "is a page that came before")
            contents.add(content)
            yield from page.lines()
            records += len(page.spans)
            progress = Progress(f"{source.name}: {shown(answer.url)}", len(requested), records)
            following_url = next_url(source, url, answer, page, progress)
            if following_url is None:
                return
            if following_url in requested:
                raise _repeated(source, answer, "links to a page that came before")
            if len(requested) >= source.max_pages:
                raise _too_many(source)
            url = following_url
            requested.add(url)
            del page
            answer, page = _fetch_page(source, retries, api, url, {}, first=False)


def _fetch_page(
    source: HttpApi, retries: RetryLimits, api: ApiClient, url: httpx.URL, conditions: dict[str, str], *, first: bool
) -> tuple[Answer, Page]:
    """One page, requested until it is complete or the tries are used up."""

    def once() -> tuple[Answer, Page]:
        answer = api.get(url, conditions)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            if conditions:
                raise NotModified(source.name)
            raise DataError(
                "http_status",
                f"{source.name}: {shown(answer.url)} answers 304 (not modified) to an unconditional request.",
            )
        return replace(answer, body=b""), _read(source, answer, first=first)

    return retries.call(once)


def _read(source: HttpApi, answer: Answer, *, first: bool) -> Page:
    """The page in a response. Raises TryAgain if it may be incomplete; DataError if it is not a page."""
    where = f"{source.name}: {shown(answer.url)}"
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _MAYBE_JSON and not kind.endswith("+json"):
        raise DataError(
            "not_json", f"{where} answers 200 with {kind[:60]!r}, which is not JSON, so nothing of it is loaded."
        )
    try:
        page = read_page(answer.body.decode("utf-8-sig"), _form(source, first=first), lines=kind in _JSON_LINES)
    except PageError as error:
        why = "If that key is not an error, declare error_keys=(...) without it."
        raise DataError("says_error", f"{where} answers 200, with an error under {error.args[0]!r}. {why}") from None
    except NoRecords as error:
        why = "Is it an error with the status 200? If not, declare the path of the array: records='...'."
        raise DataError("no_records", f"{where}: {error}, where an array of records is expected. {why}") from None
    except NotObjects as error:
        raise DataError("not_objects", f"{where}: record {error.args[0]} of the page is not a JSON object.") from None
    except UnicodeDecodeError as error:
        raise TryAgain(_not_json(where, f"byte {error.start + 1} is not UTF-8")) from None
    except ValueError as error:
        raise TryAgain(_not_json(where, str(error))) from None
    if not page.ends and not answer.tells_its_end:
        raise DataError(
            "no_length",
            f"{where} sends JSON lines without their length (no Content-Length, not chunked), so a part would"
            " look like all of them. Nothing is loaded; the API must send the length, or an array.",
        )
    return page


def _form(source: HttpApi, *, first: bool) -> Form:
    """The expected form of a page. After the first page, null is accepted as an empty array, which some programs write;
    on the first page it is refused."""
    records = None if source.records is None else keys_of(source.records)
    value_paths = frozenset(map(keys_of, paths_of(source.pages).values()))
    return Form(records, value_paths, frozenset(source.error_keys), null_is_empty=not first)


def _not_json(where: str, why: str) -> DataError:
    return DataError("not_json", f"{where} answers 200 with what is not JSON ({why}), so it is not data.")


def _repeated(source: HttpApi, answer: Answer, what: str) -> DataError:
    return DataError(
        "repeated_page",
        f"{source.name}: {shown(answer.url)} {what}, so the pages would never end. Nothing is loaded; check pages= in "
        "the declaration: does the API support that parameter, or mark its end in another way (more=, same_is_last=)?",
    )


def _too_many(source: HttpApi) -> DataError:
    why = "Ask for larger pages, or raise max_pages."
    return DataError("too_many_pages", f"{source.name}: it has more than max_pages={source.max_pages} pages. {why}")


def _digest(page: Page) -> bytes:
    digest = hashlib.sha256()
    for block in page.lines():
        digest.update(block)
    return digest.digest()
