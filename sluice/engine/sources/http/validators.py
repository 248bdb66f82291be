"""What an API calls its answer (ETag, Last-Modified), and how the next fetch asks whether that still holds.

A name that is nothing of the kind is not noted: then everything is fetched, and known by its content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx

from sluice.engine.declare import HttpApi
from sluice.engine.sources.http.retries import http_date

# quoted, as RFC 9110 has it, but for blanks, or bare, as some write it; * would match whatever there is
_ETAG = re.compile(r'(W/)?"[ !#-~]*"|[!#-)+\-.-~]+')
_LONGEST = 1024
# a change within the same second, or of a clock that is ahead, would be missed (RFC 9110 section 8.8.2.2)
_SETTLED = timedelta(minutes=1)


def about(source: HttpApi, url: httpx.URL) -> str:
    """What a note is about: another address, or other records of it, were never fetched."""
    return hashlib.sha256(f"{url} {source.records}".encode()).hexdigest()[:16]


def conditions(known: Mapping[str, str], subject: str) -> dict[str, str]:
    """The headers that ask for a document only if it changed (RFC 9110 section 13.1)."""
    if known.get("about") != subject:
        return {}
    if _is_etag(known.get("etag", "")):
        return {"If-None-Match": known["etag"]}
    return {"If-Modified-Since": known["last_modified"]} if _is_past(known.get("last_modified", "")) else {}


def note_of(headers: httpx.Headers, subject: str) -> dict[str, str]:
    """What the next fetch of the same is to know of this answer."""
    etag, changed = headers.get("etag", "").strip(), headers.get("last-modified", "").strip()
    note = {"etag": etag} if _is_etag(etag) else {}
    if _is_past(changed):
        note["last_modified"] = changed
    return note | {"about": subject} if note else {}


def _is_etag(text: str) -> bool:
    return len(text) <= _LONGEST and _ETAG.fullmatch(text) is not None


def _is_past(text: str) -> bool:
    """Whether it is a date that lies behind us: of one ahead of us a server may say for ever that nothing changed."""
    found = http_date(text)
    return text.isascii() and found is not None and found < datetime.now(UTC) - _SETTLED
