"""HttpApi: fetched page by page, each page whole and read before its first record is given on.

An answer of 200 alone makes no data: a page is an array of objects where the declaration says, or the fetch is refused.
Whoever reads the lines to their end without an error has all of them; the landing keeps nothing else.
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
from sluice.engine.sources.http.last_page import Came
from sluice.engine.sources.http.next_page import first_url, next_url
from sluice.engine.sources.http.page import Form, NoRecords, NotObjects, Page, SaysError, keys_of, read_page
from sluice.engine.sources.http.request import Answer, Asking, asking
from sluice.engine.sources.http.retries import Patience, TryAgain
from sluice.engine.sources.http.validators import about, conditions, note_of
from sluice.errors import DataError

_JSON_LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
_MAYBE_JSON = {"", "application/json", "text/json", "text/plain", "application/octet-stream"} | _JSON_LINES


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
    code for what another try will not change; TransientError when the API is away or busy and stays so; NotHere when a
    setting that the source names is not set on this worker, ConfigError when it holds no address or no token.
    """
    patience = Patience(source.name, source.tries, source.total_s, time.monotonic(), beat)
    url = first_url(source, address(source))
    with asking(source, patience) as api:
        answer, page = _ask(source, patience, api, url, conditions(known, about(source, url)), first=True)
    note = note_of(answer.headers, about(source, url)) if source.pages is None else {}
    lines = page.lines() if source.pages is None else _all_lines(source, patience, url, answer, page)
    return Fetched(lines, lambda: note)


def _all_lines(source: HttpApi, patience: Patience, url: httpx.URL, answer: Answer, page: Page) -> Iterator[bytes]:
    """The lines of all pages, from the first one on; there is never more than one page in memory."""
    asked, contents, records = {url}, set[bytes](), 0
    with asking(source, patience) as api:
        while True:
            content = _digest(page)
            if content in contents and page.spans:
                raise _repeated(source, answer, "is a page that came before")
            contents.add(content)
            yield from page.lines()
            records += len(page.spans)
            came = Came(f"{source.name}: {shown(answer.url)}", len(asked), records)
            following = next_url(source, url, answer, page, came)
            if following is None:
                return
            if following in asked:
                raise _repeated(source, answer, "leads on to a page that came before")
            if len(asked) >= source.max_pages:
                raise _too_many(source)
            url = following
            asked.add(url)
            del page
            answer, page = _ask(source, patience, api, url, {}, first=False)


def _ask(
    source: HttpApi, patience: Patience, api: Asking, url: httpx.URL, conditions: dict[str, str], *, first: bool
) -> tuple[Answer, Page]:
    """One page, asked for until it is whole or the tries are used up."""

    def once() -> tuple[Answer, Page]:
        answer = api.get(url, conditions)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            if conditions:
                raise NotModified(source.name)
            raise DataError(
                "http_status", f"{source.name}: {shown(answer.url)} answers 304 to what asked for all of it."
            )
        return replace(answer, body=b""), _read(source, answer, first=first)

    return patience.call(once)


def _read(source: HttpApi, answer: Answer, *, first: bool) -> Page:
    """The page that an answer is. Raises TryAgain for what may be half of one; DataError for what is none."""
    where = f"{source.name}: {shown(answer.url)}"
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _MAYBE_JSON and not kind.endswith("+json"):
        raise DataError(
            "not_json", f"{where} answers 200 with {kind[:60]!r}, which is not JSON, so nothing of it was taken."
        )
    try:
        page = read_page(answer.body.decode("utf-8-sig"), _form(source, first=first), lines=kind in _JSON_LINES)
    except SaysError as error:
        why = "If that key says something else, declare error_keys=(...) without it."
        raise DataError("says_error", f"{where} answers 200, with an error under {error.args[0]!r}. {why}") from None
    except NoRecords as error:
        why = "Is it an error, said with 200? If not, say where the array is: records='...'."
        raise DataError("no_records", f"{where}: {error}, where an array of records is wanted. {why}") from None
    except NotObjects as error:
        raise DataError("not_objects", f"{where}: record {error.args[0]} of the page is not a JSON object.") from None
    except UnicodeDecodeError as error:
        raise TryAgain(_not_json(where, f"byte {error.start + 1} is not UTF-8")) from None
    except ValueError as error:
        raise TryAgain(_not_json(where, str(error))) from None
    if not page.ends and not answer.tells_its_end:
        raise DataError(
            "no_length",
            f"{where} sends JSON lines without saying where they end (no Content-Length, not chunked), so a part "
            "would look like all of them. Nothing is loaded; the API has to say it, or to send an array.",
        )
    return page


def _form(source: HttpApi, *, first: bool) -> Form:
    """What a page looks like. Behind the first one, programs write null for an array without elements; on the first
    page null is no answer to what was asked."""
    records = None if source.records is None else keys_of(source.records)
    beside = frozenset(map(keys_of, paths_of(source.pages).values()))
    return Form(records, beside, frozenset(source.error_keys), null_is_empty=not first)


def _not_json(where: str, why: str) -> DataError:
    return DataError("not_json", f"{where} answers 200 with what is not JSON ({why}), so it is not data.")


def _repeated(source: HttpApi, answer: Answer, what: str) -> DataError:
    return DataError(
        "repeated_page",
        f"{source.name}: {shown(answer.url)} {what}, so the pages would never end. Nothing is loaded; check pages= in "
        "the declaration: does the API know that parameter, or say its end in another way (more=, same_is_last=)?",
    )


def _too_many(source: HttpApi) -> DataError:
    why = "Ask for larger pages, or raise max_pages."
    return DataError("too_many_pages", f"{source.name}: there are more than max_pages={source.max_pages} pages. {why}")


def _digest(page: Page) -> bytes:
    digest = hashlib.sha256()
    for block in page.lines():
        digest.update(block)
    return digest.digest()
