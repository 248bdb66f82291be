"""Which page is the last: what APIs say of it, and what is no end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sluice import Column, Cursor, Integer, Next, Pages, Pipeline, Table
from sluice.errors import DataError
from tests.integration.remote.reading import PATH, declared, rows_of
from tests.kit.api_server import Answer, ApiServer, Asked, saying
from tests.kit.in_process import InProcess

A, B, C, D = ({"id": number} for number in range(1, 5))
ALL = [A, B, C, D]


def gives(api: ApiServer, param: str, pages: Mapping[str | None, Mapping[str, Any]]) -> None:
    """Answer by the value of a parameter; 404 for what is not there, as APIs do behind their last page."""

    def script(asked: Asked) -> Answer:
        page = pages.get(asked.query.get(param))
        return saying({"detail": "no such page"}, status=404) if page is None else saying(page)

    api.answers(PATH, script)


def linked(api: ApiServer, *links: Sequence[str]) -> None:
    """Two pages by the header Link; the first one has these fields."""
    fields = {"Link": ", ".join(links[0])} if len(links) == 1 else {}
    api.answers(PATH, lambda asked: saying([C, D]) if "p" in asked.query else saying([A, B], headers=fields))


def refusal(**said: Any) -> tuple[str, str]:
    """The code and the reason that a fetch is refused with."""
    with pytest.raises(DataError) as caught:
        rows_of(declared(**({"records": "data"} | said)))
    return caught.value.code, caught.value.reason


def read(pages: Pages | Cursor | Next) -> list[Any]:
    return rows_of(declared(records="data", pages=pages))


@pytest.mark.parametrize(
    "link",
    [
        '<{page};v=1?p=2>; rel="next"',
        '<{page}?p=2>; rel="next last"',
        '</other?p=9>; rel="prev", <?p=2>; title="a, b; rel=\\"prev\\""; REL=NEXT',
        '<{page}?p=2>; rel=next; anchor="{page}"',
        '<{page}?p=8>; rel=next; anchor="/other", <{page}?p=2>; rel=next',
        '<{page}?p=2>; rel=next, <{page}?p=2#top>; rel="next"',
    ],
)  # fmt: skip
def test_a_link_is_read_as_the_standard_says(api: ApiServer, link: str) -> None:
    linked(api, [link.format(page=f"{api.url}{PATH}")])
    api.answers(f"{PATH};v=1", saying([C, D]))
    assert rows_of(declared(pages=Next())) == ALL


def test_a_header_link_that_cannot_be_read_is_no_last_page(api: ApiServer) -> None:
    for link, code in {
        '<?p=2>; rel="next': "bad_next",
        "?p=2; rel=next": "bad_next",
        "<?p=2>; rel=next, <?p=3>; rel=next": "bad_next",
        "<http://[::1>; rel=next": "bad_next",
        "<https://thief.example/>; rel=next": "other_origin",
        "<http://me:pw@{host}/customers?p=2>; rel=next": "other_origin",
        "<>; rel=next": "repeated_page",
        "<#top>; rel=next": "repeated_page",
    }.items():
        linked(api, [link.format(host=api.url.removeprefix("http://"))])
        api.asked.clear()
        assert (link, refusal(records=None, pages=Next())[0]) == (link, code)
        assert len(api.asked) == 1


def test_of_a_snapshot_nothing_is_gone_because_a_page_was_named_in_a_list(engine: InProcess, api: ApiServer) -> None:
    table = Table("shop_customer", ("id",), [Column("id", Integer(), required=True)], on_conflict="update")
    engine.use(Pipeline("customers", declared(pages=Next(), snapshot=True), table))
    linked(api, ['<?p=2>; rel="next"'])
    assert engine.finish(engine.register())["loaded"] == 4
    linked(api, ['<?p=2>; rel="next last"'])
    engine.finish(engine.register())
    linked(api, ['<?p=2>; rel="next'])
    assert engine.finish(engine.register())["inputs"][0]["error_code"] == "bad_next"
    assert engine.sql("select count(*) from shop_customer") == [(4,)]


def test_null_behind_the_first_page_is_a_page_without_records(api: ApiServer) -> None:
    last = {"data": None, "next": None}
    gives(
        api,
        "c",
        {
            None: {"data": [A, B], "next": "x"},
            "x": {"data": None, "next": "y"},
            "y": {"data": [C, D], "next": "z"},
            "z": last,
        },
    )
    assert read(Cursor("next", param="c")) == ALL
    gives(api, "page", {"1": {"data": ALL}, "2": {"data": None}})
    assert read(Pages()) == ALL
    gives(api, "c", {None: last})
    assert refusal(pages=Cursor("next", param="c"))[0] == "no_records"
    gives(api, "c", {None: {"data": [A], "next": "x"}, "x": {"next": None}})
    assert refusal(pages=Cursor("next", param="c"))[0] == "no_records"


def test_a_flag_says_that_no_more_follow_whatever_the_cursor_is(api: ApiServer) -> None:
    by_flag = Cursor("next", param="c", more="more")
    for end in ({"next": "c1"}, {"next": None}, {"next": ""}, {}, {"next": ["x"]}):
        gives(
            api, "c", {None: {"data": [A, B], "more": True, "next": "c1"}, "c1": {"data": [C, D], "more": False} | end}
        )
        assert read(by_flag) == ALL
    gives(
        api,
        "page",
        {"1": {"data": [A, B], "more": True}, "2": {"data": [], "more": True}, "3": {"data": [C, D], "more": False}},
    )
    assert read(Pages(more="more")) == ALL
    gives(
        api,
        "p",
        {None: {"data": [A, B], "more": True, "next": "?p=2"}, "2": {"data": [C, D], "more": False, "next": "?p=2"}},
    )
    assert read(Next("next", more="more")) == ALL


@pytest.mark.parametrize("flag", ["false", "true", 0, 1, None, [], {"a": 1}, "missing"])
def test_a_flag_is_true_or_false(api: ApiServer, flag: object) -> None:
    said = {} if flag == "missing" else {"more": flag}
    api.answers(PATH, saying({"data": [A], "next": None} | said))
    assert refusal(pages=Cursor("next", more="more"))[0] == "bad_end"
    assert refusal(pages=Next("next", more="more"))[0] == "bad_end"
    assert refusal(pages=Pages(more="more"))[0] == "bad_end"


def test_where_more_follow_there_is_a_cursor(api: ApiServer) -> None:
    for cursor in ({"next": None}, {"next": ""}, {}):
        gives(api, "c", {None: {"data": [A], "more": True} | cursor})
        assert refusal(pages=Cursor("next", more="more"))[0] == "no_next"
        assert refusal(pages=Cursor("next", more="more", optional=True))[0] == "no_next"
    api.answers(PATH, saying({"data": [A], "more": True}))
    code, reason = refusal(pages=Next(more="more"))
    assert code == "no_next"
    assert reason.endswith(
        "declares more pages at 'more', without a next page at 'Link'. Nothing is loaded; check pages= in the "
        "declaration."
    )


def test_a_flag_that_may_be_left_out_leaves_it_to_the_cursor(api: ApiServer) -> None:
    gives(api, "c", {None: {"data": [A, B], "next": "x"}, "x": {"data": [C, D]}})
    assert read(Cursor("next", param="c", more="more", optional=True)) == ALL


def test_a_cursor_may_come_again_at_the_end_where_that_is_declared(api: ApiServer) -> None:
    gives(api, "c", {None: {"data": [A, B], "next": "x"}, "x": {"data": [C, D], "next": "x"}})
    assert read(Cursor("next", param="c", same_is_last=True)) == ALL
    assert refusal(pages=Cursor("next", param="c"))[0] == "repeated_page"


@pytest.mark.parametrize(("end", "said"), [("0", 0), (0, "0"), (-1, -1), ("done", "done")])
def test_a_cursor_may_mean_the_end(api: ApiServer, end: str | int, said: object) -> None:
    gives(api, "c", {None: {"data": [A, B], "next": 7}, "7": {"data": [C, D], "next": said}})
    assert read(Cursor("next", param="c", end=end)) == ALL
    gives(api, "c", {None: {"data": [A, B], "next": 7}, "7": {"data": [C, D], "next": None}})
    assert read(Cursor("next", param="c", end=end)) == ALL


def test_a_page_without_records_is_the_end_of_cursors_only_where_that_is_declared(api: ApiServer) -> None:
    pages = {None: {"data": [A, B], "next": "x"}, "x": {"data": [], "next": "y"}, "y": {"data": [C, D], "next": None}}
    gives(api, "c", pages)
    assert read(Cursor("next", param="c")) == ALL
    assert read(Cursor("next", param="c", empty_is_last=True)) == [A, B]
    assert refusal(pages=Cursor("next", param="c", empty_is_last=True, total="total"))[0] == "bad_end"


def test_a_total_is_reached_or_the_fetch_is_refused(api: ApiServer) -> None:
    pages = {"1": {"data": [A, B], "total": 4}, "2": {"data": [C, D], "total": "4"}}
    gives(api, "page", pages)
    assert read(Pages(total="total")) == ALL
    assert len(api.asked) == 2
    gives(api, "page", pages | {"2": {"data": [C], "total": 4}, "3": {"data": [], "total": 4}})
    code, reason = refusal(pages=Pages(total="total"))
    assert code == "incomplete"
    assert "has a total of 4 records, of which 3 came. Nothing is loaded" in reason
    gives(api, "c", {None: {"data": [A, B], "next": "x", "total": 5}, "x": {"data": [C, D], "next": None, "total": 5}})
    assert refusal(pages=Cursor("next", param="c", total="total"))[0] == "incomplete"
    gives(api, "c", {None: {"data": [A, B], "more": False, "total": 3}})
    assert refusal(pages=Cursor("next", param="c", more="more", total="total"))[0] == "incomplete"


def test_a_total_below_what_came_is_no_end(api: ApiServer) -> None:
    gives(
        api,
        "page",
        {"1": {"data": [A, B], "total": 1}, "2": {"data": [C, D], "total": 1}, "3": {"data": [], "total": 1}},
    )
    assert read(Pages(total="total")) == ALL


@pytest.mark.parametrize("total", [None, 4.5, -1, "four", True, [4], 1e3, 10**30, "missing", ""])
def test_a_total_is_a_whole_number(api: ApiServer, total: object) -> None:
    said = {} if total == "missing" else {"total": total}
    gives(api, "page", {"1": {"data": [A]} | said})
    assert refusal(pages=Pages(total="total"))[0] == "bad_end"
    assert refusal(pages=Pages(total_pages="total"))[0] == "bad_end"


def test_a_number_of_pages_says_which_is_the_last(api: ApiServer) -> None:
    gives(api, "p", {"0": {"data": [A, B], "n": 3}, "1": {"data": None, "n": 3}, "2": {"data": [C, D], "n": 3}})
    assert read(Pages(first=0, page_param="p", total_pages="n")) == ALL
    gives(api, "p", {"1": {"data": [A, B], "n": 3}, "2": {"data": [], "n": 1}})
    assert read(Pages(page_param="p", total_pages="n")) == [A, B]
    gives(api, "p", {"1": {"data": [A, B], "n": 2}, "2": {"data": [C, D], "n": 1}})
    assert refusal(pages=Pages(page_param="p", total_pages="n"))[0] == "bad_end"
    gives(api, "p", {"1": {"data": [A, B], "n": 1, "total": 3}})
    assert refusal(pages=Pages(page_param="p", total_pages="n", total="total"))[0] == "incomplete"


def test_a_short_page_is_the_last_one_only_where_that_is_declared(api: ApiServer) -> None:
    gives(api, "page", {"1": {"data": [A, B, C]}, "2": {"data": [D]}})
    assert rows_of(declared(records="data", pages=Pages(size=3, short_is_last=True))) == ALL
    assert refusal(pages=Pages(size=3))[0] == "http_status"
    gives(api, "page", {"1": {"data": [A, B], "total": 4}})
    assert refusal(pages=Pages(size=3, short_is_last=True, total="total"))[0] == "incomplete"
