"""Records are cut out of a page as they are written, or the page is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.sources.http.page import ABSENT, Form, NoRecords, NotObjects, Page, PageError, keys_of, read_page


def read(text: str, records: str | None = None, *beside: str, lines: bool = False, later: bool = False) -> Page:
    paths = frozenset(map(keys_of, beside))
    form = Form(keys_of(records) if records else None, paths, frozenset({"error"}), null_is_empty=later)
    return read_page(text, form, lines=lines)


def lines_of(page: Page) -> str:
    return b"".join(page.lines()).decode()


def test_the_digits_are_those_of_the_page() -> None:
    page = read('[ {"a":0.8946,"b":1e3} , {"a":12345678901234567890, "a":-0.0}]')
    assert lines_of(page) == '{"a":0.8946,"b":1e3}\n{"a":12345678901234567890, "a":-0.0}\n'


def test_a_record_on_several_lines_becomes_one() -> None:
    assert lines_of(read('[{\r\n  "a": "x\\ny",\n  "b": 2\n}]\n')) == '{ "a": "x\\ny", "b": 2 }\n'


def test_records_and_next_are_found_in_either_order() -> None:
    ahead = read('{"meta": {"next": "n", "n": {}}, "data": {"items": [{}], "x": 1}}', "data.items", "meta.next")
    behind = read('{"data": {"x": [[]], "items": [{}]}, "meta": {"a": [], "next": 12e1}}', "data.items", "meta.next")
    assert (lines_of(ahead), ahead.at("meta.next")) == ("{}\n", "n")
    assert (lines_of(behind), behind.at("meta.next")) == ("{}\n", "12e1")


def test_a_next_that_is_null_is_there() -> None:
    assert read('{"data": [], "next": null}', "data", "next").at("next") is None
    assert read('{"data": []}', "data", "next").at("next") is ABSENT
    assert read('{"data": [], "meta": "none"}', "data", "meta.next").at("meta.next") is ABSENT


@pytest.mark.parametrize("text", ['{"data": [], "next": "a", "next": null}', '{"data": [], "next": null, "next": "a"}'])
def test_two_values_of_what_says_where_the_next_page_is_are_refused(text: str) -> None:
    with pytest.raises(NoRecords, match="there are two of 'next'"):
        read(text, "data", "next")


def test_several_things_are_read_beside_the_records() -> None:
    text = '{"meta": {"more": false, "of": {"all": 7}}, "data": [{"meta": {"more": true}}], "next": ""}'
    page = read(text, "data", "meta.more", "meta.of.all", "next", "meta.of.none")
    assert [page.at(path) for path in ("meta.more", "meta.of.all", "next", "meta.of.none")] == [False, "7", "", ABSENT]


def test_null_behind_the_first_page_is_a_page_without_records() -> None:
    page = read('{"data": null, "next": null}', "data", "next", later=True)
    assert (lines_of(page), len(page.spans), page.at("next")) == ("", 0, None)
    assert len(read("null", later=True).spans) == 0
    with pytest.raises(NoRecords, match="'data' is null"):
        read('{"data": null}', "data")
    with pytest.raises(PageError):
        read('{"data": null, "error": "down"}', "data", later=True)


@pytest.mark.parametrize(
    "text", ["{}", '{"data": {}}', '{"data": false}', '{"data": ""}', '{"data": 0}', '{"dat": null}']
)
def test_behind_the_first_page_nothing_else_is_a_page_without_records(text: str) -> None:
    with pytest.raises(NoRecords):
        read(text, "data", later=True)


@pytest.mark.parametrize(
    "text",
    ['{"status": "x"}', '{"data": null}', '{"data": {}}', '{"data": "[]"}', "[]", '"data"', '{"data": [], "data": []}'],
)
def test_no_array_where_it_should_be_means_no_records(text: str) -> None:
    with pytest.raises(NoRecords):
        read(text, "data")


def test_a_single_object_is_no_array_unless_it_comes_as_json_lines() -> None:
    with pytest.raises(NoRecords, match="a single object"):
        read('{"error": "out of order"}')
    assert lines_of(read('{"id": 1}', lines=True)) == '{"id": 1}\n'
    assert lines_of(read("", lines=True)) == ""


def test_json_lines_are_known_without_being_announced() -> None:
    page = read('{"id": 1}\n\n{"id": 2}\r\n')
    assert lines_of(page) == '{"id": 1}\n{"id": 2}\n'
    assert page.ends is False


@pytest.mark.parametrize("said", ['"down"', "true", "500", '{"code": 0}', '["x"]'])
def test_an_error_beside_an_empty_array_is_no_end_of_the_data(said: str) -> None:
    with pytest.raises(PageError, match="error"):
        read(f'{{"data": [], "error": {said}}}', "data")


@pytest.mark.parametrize("said", ["null", "false", '""', "0", "{}", "[]"])
def test_an_error_that_says_nothing_is_none(said: str) -> None:
    assert lines_of(read(f'{{"error": {said}, "data": [{{"error": "in a record"}}]}}', "data")) != ""


@pytest.mark.parametrize(("text", "number"), [("[1]", 1), ('[{}, "x"]', 2), ("[{}, {}, null]", 3), ("[[{}]]", 1)])
def test_a_record_is_an_object(text: str, number: int) -> None:
    with pytest.raises(NotObjects) as caught:
        read(text)
    assert caught.value.args == (number,)


@pytest.mark.parametrize(
    "text",
    ["", " ", "[", "[{}", "[{},]", "[{} {}]", "[{}]]", '[{"a": tru', '[{"a": "x', "[{'a': 1}]", '[{"a": "\t"}]',
     "[{}, NaN]", "[" + '{"a":' * 100_000, "{} {", "<html>"],
)  # fmt: skip
def test_what_is_not_json_is_told_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(line \d+, column \d+: |it )") as caught:
        read(text)
    assert not isinstance(caught.value, NoRecords | NotObjects | json.JSONDecodeError)


@pytest.mark.parametrize(
    "value",
    ["1e99999999999999999999", "-1e-999999999", "9" * 5000, "[" * 3000 + "]" * 3000, '{"a":' * 3000 + "1" + "}" * 3000],
)
def test_what_only_a_reader_of_rows_can_refuse_is_cut_out_as_it_is(value: str) -> None:
    text = f'{{"other": {value}, "data": [{{"a": {value}}}, {{"a": "] }}", "b": {value}}}, {{}}], "next": "n"}}'
    page = read(text, "data", "next")
    assert lines_of(page) == f'{{"a": {value}}}\n{{"a": "] }}", "b": {value}}}\n{{}}\n'
    assert page.at("next") == "n"


@pytest.mark.parametrize("rest", ["", "]", '"', '"]' * 2000, "[" * 10, '"\\'])
def test_what_is_nested_too_deep_and_cut_is_not_json(rest: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1, column \d+: "):
        read('{"data": [{"a": ' + "[" * 3000 + rest, "data")


def test_an_error_that_is_nested_too_deep_is_one() -> None:
    with pytest.raises(PageError, match="error"):
        read('{"data": [], "error": ' + "[" * 3000 + "]" * 3000 + "}", "data")


@pytest.mark.parametrize(
    "text", ["{", '{"data"', '{"data":', '{"data": [{}]', '{"data": [{}],', '{"data" [{}]}', "{1: 2}"]
)
def test_an_envelope_that_is_cut_is_not_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1, column \d+: "):
        read(text, "data")


texts = st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
objects = st.lists(st.dictionaries(texts, values, max_size=3), min_size=1, max_size=3)


@given(objects, st.sampled_from([None, 1]), st.booleans())
def test_any_objects_come_back_in_their_order(
    records: list[dict[str, object]], indent: int | None, ascii_only: bool
) -> None:
    page = read(json.dumps({"a": [records], "data": records}, indent=indent, ensure_ascii=ascii_only), "data")
    assert [json.loads(line) for line in lines_of(page).split("\n")[:-1]] == records


@given(objects, st.data())
def test_no_part_of_an_array_is_taken_for_the_whole(records: list[dict[str, object]], data: st.DataObject) -> None:
    text = json.dumps(records)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(ValueError, match=r"."):
        read(text[:cut])
