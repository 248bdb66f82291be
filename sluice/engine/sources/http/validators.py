"""The validators of a response (ETag, Last-Modified), and the conditional request of the next fetch.

An invalid validator is not noted: then everything is fetched, and compared by its content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx

from sluice.engine.declare import HttpApi
from sluice.engine.sources.http.retries import http_date

# quoted as in RFC 9110, also with blanks, or without quotes, as some servers write it; * would match everything
_ETAG = re.compile(r'(W/)?"[ !#-~]*"|[!#-)+\-.-~]+')
_LONGEST = 1024
# a change within the same second, or with a clock that is ahead, would be missed (RFC 9110 section 8.8.2.2)
_SETTLED = timedelta(minutes=1)


def about(source: HttpApi, url: httpx.URL) -> str:
    """The subject of a note: it does not apply to another address, or to other records of it."""
    return hashlib.sha256(f"{url} {source.records}".encode()).hexdigest()[:16]


def conditions(known: Mapping[str, str], subject: str) -> dict[str, str]:
    """The headers of a conditional request (RFC 9110 section 13.1)."""
    if known.get("about") != subject:
        return {}
    if _is_etag(known.get("etag", "")):
        return {"If-None-Match": known["etag"]}
    return {"If-Modified-Since": known["last_modified"]} if _is_past(known.get("last_modified", "")) else {}


def note_of(headers: httpx.Headers, subject: str) -> dict[str, str]:
    """The note of this response for the next fetch."""
    etag, changed = headers.get("etag", "").strip(), headers.get("last-modified", "").strip()
    note = {"etag": etag} if _is_etag(etag) else {}
    if _is_past(changed):
        note["last_modified"] = changed
    return note | {"about": subject} if note else {}


def _is_etag(text: str) -> bool:
    return len(text) <= _LONGEST and _ETAG.fullmatch(text) is not None


def _is_past(text: str) -> bool:
    """Whether it is a date in the past: with one in the future a server could answer for ever that nothing changed."""
    date = http_date(text)
    return text.isascii() and date is not None and date < datetime.now(UTC) - _SETTLED
