"""From page to page: by number, by cursor, by link; and where that does not end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice import Cursor, Next, Pages
from sluice.errors import DataError
from tests.integration.remote.reading import PATH, TOKEN, declared, fetch, rows_of
from tests.kit.api_server import Answer, ApiServer, Asked, saying

A, B, C = {"id": 1}, {"id": 2}, {"id": 3}


def code_of(**said: Any) -> str:
    """The code that a fetch is refused with."""
    with pytest.raises(DataError) as caught:
        rows_of(declared(**said))
    assert TOKEN not in str(caught.value)
    return caught.value.code


def test_numbered_pages_are_asked_for_up_to_the_first_empty_one(api: ApiServer) -> None:
    pages = {"1": [A, B], "2": [C]}
    api.answers(PATH, lambda asked: saying({"items": pages.get(asked.query["page"], [])}))
    source = declared(records="items", pages=Pages(size=2, size_param="limit"), params={"year": 2024})
    assert rows_of(source) == [A, B, C]
    assert [asked.query for asked in api.asked] == [
        {"year": "2024", "limit": "2", "page": "1"},
        {"year": "2024", "limit": "2", "page": "2"},
        {"year": "2024", "limit": "2", "page": "3"},
    ]


def test_an_api_that_gives_less_than_it_is_asked_for_is_read_to_its_end(api: ApiServer) -> None:
    pages = {"0": [A], "1": [B], "2": [C]}
    api.answers(PATH, lambda asked: saying(pages.get(asked.query["p"], [])))
    assert rows_of(declared(pages=Pages(size=500, page_param="p", first=0))) == [A, B, C]


def test_a_cursor_is_followed_until_it_is_null(api: ApiServer) -> None:
    pages = {
        None: {"data": [A], "meta": {"next": "x&y=1"}},
        "x&y=1": {"meta": {"next": 12345678901234567890}, "data": []},
        "12345678901234567890": {"data": [B, C], "meta": {"next": None}},
    }
    api.answers(PATH, lambda asked: saying(pages[asked.query.get("after")]))
    assert rows_of(declared(records="data", pages=Cursor("meta.next", param="after"))) == [A, B, C]


def test_a_path_of_the_next_page_that_is_not_there_is_no_end(api: ApiServer) -> None:
    api.answers(PATH, saying({"data": [A]}))
    assert code_of(records="data", pages=Cursor("meta.next")) == "no_next"
    assert rows_of(declared(records="data", pages=Cursor("meta.next", optional=True))) == [A]


@pytest.mark.parametrize("value", [True, ["x"], {"a": "b"}])
def test_a_cursor_is_text_or_a_number(api: ApiServer, value: object) -> None:
    api.answers(PATH, saying({"data": [A], "next": value}))
    assert code_of(records="data", pages=Cursor("next")) == "bad_next"


@pytest.mark.parametrize("value", ["\ud800", "x" * 70_000], ids=["half a character", "too long"])
def test_a_cursor_that_no_url_can_hold_is_refused(api: ApiServer, value: str) -> None:
    api.answers(PATH, saying({"data": [A], "next": value}))
    assert code_of(records="data", pages=Cursor("next")) == "bad_next"
    assert code_of(records="data", pages=Next("next")) == "bad_next"


@pytest.mark.parametrize("link", ["/more?p=2", "?p=2", "{url}/customers?p=2"])
def test_a_url_of_the_next_page_is_followed(api: ApiServer, link: str) -> None:
    def script(asked: Asked) -> Answer:
        if asked.query.get("p") == "2":
            return saying({"data": [B], "next": ""})
        return saying({"data": [A], "next": link.format(url=api.url)})

    api.answers(PATH, script)
    api.answers("/more", script)
    assert rows_of(declared(records="data", pages=Next("next"))) == [A, B]
    assert api.asked[1].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_header_link_is_followed(api: ApiServer) -> None:
    link = {"Link": '</customers?p=2>; rel="next", </customers?p=9>; rel="last"'}
    api.answers(PATH, lambda asked: saying([B]) if asked.query else saying([A], headers=link))
    assert rows_of(declared(pages=Next())) == [A, B]


@pytest.mark.parametrize(
    "link", ["https://thief.example/customers", "//127.0.0.1:1/x", "http://me:pw@{host}/customers"]
)
def test_the_token_goes_to_no_other_origin(api: ApiServer, link: str) -> None:
    api.answers(PATH, saying({"data": [A], "next": link.format(host=api.url.removeprefix("http://"))}))
    assert code_of(records="data", pages=Next("next")) == "other_origin"
    assert len(api.asked) == 1


def test_a_link_that_is_no_address_is_refused(api: ApiServer) -> None:
    api.answers(PATH, saying({"data": [A], "next": "http://shop.example:port/"}))
    assert code_of(records="data", pages=Next("next")) == "bad_next"


def test_a_redirect_is_followed_within_the_origin_and_no_further(api: ApiServer) -> None:
    api.answers("/old", Answer(status=301, headers={"Location": PATH}))
    api.answers(PATH, saying([A]))
    assert rows_of(declared(url="/old")) == [A]
    api.answers(PATH, Answer(status=302, headers={"Location": "http://thief.example/"}))
    assert code_of() == "other_origin"
    api.answers(PATH, Answer(status=308, headers={"Location": PATH}))
    assert code_of() == "http_status"


def test_a_page_that_comes_again_is_refused(api: ApiServer) -> None:
    api.answers(PATH, saying([A, B]))
    assert code_of(pages=Pages()) == "repeated_page"
    assert len(api.asked) == 2


def test_a_cursor_that_comes_again_is_refused(api: ApiServer) -> None:
    turns = iter(range(1, 100))
    api.answers(PATH, lambda _: saying({"data": [{"id": next(turns)}], "next": "x"}))
    assert code_of(records="data", pages=Cursor("next")) == "repeated_page"
    assert len(api.asked) == 2


def test_pages_without_end_are_refused(api: ApiServer) -> None:
    api.answers(PATH, lambda asked: saying([{"id": asked.query["page"]}]))
    assert code_of(pages=Pages(), max_pages=4) == "too_many_pages"
    assert len(api.asked) == 4


def test_an_error_in_the_place_of_a_later_page_is_not_the_end(api: ApiServer) -> None:
    api.answers(PATH, saying({"data": [A]}), saying({"data": [], "error": "the database of Ann is down"}))
    assert code_of(records="data", pages=Pages()) == "says_error"


def test_each_page_has_its_own_tries(api: ApiServer) -> None:
    api.answers(
        PATH, Answer(status=500), saying([A]), Answer(status=500), saying([B], cut_at=4), saying([B]), saying([])
    )
    assert rows_of(declared(pages=Pages(), tries=3)) == [A, B]


def test_a_later_page_that_is_refused_ends_the_lines_with_its_error(api: ApiServer) -> None:
    api.answers(PATH, saying([A]), Answer(status=404))
    lines = fetch(declared(pages=Pages())).lines
    assert json.loads(next(lines)) == A
    with pytest.raises(DataError, match="404"):
        next(lines)


def test_pages_are_not_asked_for_conditionally_and_note_nothing(api: ApiServer) -> None:
    api.answers(PATH, saying([A], headers={"ETag": '"v1"'}), saying([]))
    fetched = fetch(declared(pages=Pages()))
    assert [json.loads(line) for line in fetched.lines] == [A]
    assert fetched.note() == {}
