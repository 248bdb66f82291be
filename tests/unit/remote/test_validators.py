"""What an answer is called, where it can be said back to the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from sluice.engine.sources.http.validators import conditions, note_of

CHANGED = "Wed, 21 Oct 2015 07:28:00 GMT"


def asked(*fields: tuple[str, str | bytes]) -> dict[str, str]:
    """What the next fetch sends, after an answer with these headers."""
    headers = httpx.Headers(
        [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in fields]
    )
    sent = conditions(note_of(headers, "it"), "it")
    httpx.Request("GET", "http://shop.example/", headers=sent)  # can be sent at all
    return sent


@pytest.mark.parametrize("tag", ['"v1"', 'W/"v1"', '""', '"a b"', '"a,b*"', "v1", "5f-ab"])
def test_a_tag_is_said_back(tag: str) -> None:
    assert asked(("ETag", tag), ("Last-Modified", CHANGED)) == {"If-None-Match": tag}


@pytest.mark.parametrize(
    "tag", ["*", "", "a, b", '"a", *', '"a\tb"', "a\x7f", '"é"', b'"\xff"', '"' + "x" * 2000 + '"']
)
def test_what_is_no_tag_is_not(tag: str | bytes) -> None:
    assert asked(("ETag", tag)) == {}
    assert asked(("ETag", tag), ("Last-Modified", CHANGED)) == {"If-Modified-Since": CHANGED}


@pytest.mark.parametrize(
    "date",
    ["soon", "", "0", "Fri, 31 Dec 9999 23:59:59 GMT", "Wed, 21 Oct 99999999999 07:28:00 GMT", "2015-10-21", b"\xff"],
)
def test_what_is_no_date_in_the_past_is_not_said_back(date: str | bytes) -> None:
    assert asked(("Last-Modified", date)) == {}


def test_a_date_of_right_now_may_miss_a_change_of_the_same_second() -> None:
    assert asked(("Last-Modified", format_datetime(datetime.now(UTC), usegmt=True))) == {}
    earlier = format_datetime(datetime.now(UTC) - timedelta(minutes=2), usegmt=True)
    assert asked(("Last-Modified", earlier)) == {"If-Modified-Since": earlier}


def test_a_note_is_about_one_request() -> None:
    assert conditions({"etag": '"v1"', "about": "it"}, "another") == {}
    assert conditions({"etag": '"é"', "about": "it"}, "it") == {}  # noted by an older version
    assert note_of(httpx.Headers({"ETag": "*"}), "it") == {}
