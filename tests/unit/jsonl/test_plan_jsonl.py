"""How a file of JSON lines is known, cut into parts, and refused as a whole."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.formats.jsonl import JsonLines, looks_like_jsonl
from sluice.engine.formats.text.header import match_header
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.lines import LongLine
from sluice.errors import ConfigError, DataError
from tests.unit.jsonl.reading_lines import plan, read


def refused(data: bytes, **named: object) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        plan(data, **named)
    return caught.value.code, caught.value.reason


def test_blank_lines_are_no_records_and_count_as_lines() -> None:
    found = read(b'\xef\xbb\xbf\n \t\r\n{"a": 1}\r\n\r\n  {"a": 2}\n\t\n{"a": 3}', "a")
    assert found.rows == {3: ("1",), 5: ("2",), 7: ("3",)}
    assert (found.plan.read, found.plan.dialect.body_offset, found.plan.dialect.body_line) == (3, 3, 1)


def test_a_lone_carriage_return_ends_no_line() -> None:
    found = read(b'{"a": 1}\r{"a": 2}\n{"a":\r3}\r', "a")
    assert found.rows == {2: ("3",)}
    assert found.refused == [(1, "not_json")]


def test_the_header_has_the_keys_of_the_first_lines_in_order_of_appearance() -> None:
    data = b'{"b": 1, "a": {"x": 1}}\nbroken\n{"a": 1, "c": 1, "\\u0000": 1, "\\ud800": 1}\n'
    assert plan(data).dialect == JsonLines(("b", "a", "c"), 0, 1)


def test_a_required_key_that_no_first_line_has_refuses_the_file() -> None:
    far = b'{"a": 1}\n' * 10_000 + b'{"late": 1}\n'
    with pytest.raises(DataError, match="The header lacks 'late'; it has 'a'"):
        match_header(plan(far).dialect, ("a", "late"), ("late",))
    assert read(far, "late").rows[10_001] == ("1",)


def test_a_first_line_longer_than_the_head_still_gives_its_keys() -> None:
    data = b'{"a": "' + b"x" * 100_000 + b'", "b": 1}\n{"c": 2}\n'
    assert plan(data).dialect.header == ("a", "b", "c")


def test_declared_lines_are_skipped() -> None:
    data = b'# made by hand\n\n{"a": 1}\n{"a": 2}\n'
    found = read(data, "a", skip=2)
    assert found.rows == {3: ("1",), 4: ("2",)}
    assert looks_like_jsonl(data, skip=2)
    assert not looks_like_jsonl(data)
    assert refused(data, skip=9)[0] == "empty_file"
    assert refused(data, skip=4)[0] == "empty_file"
    assert refused(b"x" * 99, skip=1, limits=Limits(max_header_bytes=9))[0] == "preamble_too_long"


def test_one_array_is_refused_with_the_way_out() -> None:
    for data in (b'[{"a": 1}]', b'\n[\n  {"a": 1},\n  {"a": 2}\n]\n'):
        assert looks_like_jsonl(data)
        code, reason = refused(data)
        assert code == "json_array"
        assert "jq -c '.[]' file.json > file.jsonl" in reason


def test_a_file_without_an_object_is_refused() -> None:
    assert refused(b" \n\r\n")[0] == "empty_file"
    assert refused(b"{}\nbroken\n") == (
        "not_jsonl",
        "None of the first lines is a JSON object with keys; they begin with '{}'.",
    )
    keys = b'{"a": 1, "b": 2, "c": 3}\n'
    assert refused(keys, limits=Limits(max_columns=2))[0] == "header_too_long"


def test_a_part_has_at_least_one_byte() -> None:
    with pytest.raises(ConfigError, match="part_bytes must be at least 1"):
        plan(b"{}", 0)


@pytest.mark.parametrize(
    "head",
    [b'{"a": 1}\n', b'\xef\xbb\xbf\r\n {"a": 1}', b'{ "a\\"b" : ', b"{}\n{}", b'{"a":1,,}\n'],
)
def test_json_lines_are_known_by_their_first_bytes(head: bytes) -> None:
    assert looks_like_jsonl(head)


@pytest.mark.parametrize("head", [b"", b"\n", b"a,b\n", b'"{""a"": 1}"\n', b"{a},b\n", b"{\n", b"[a],b\n", b'"a"\n{}'])
def test_other_files_are_not_taken_for_json_lines(head: bytes) -> None:
    assert not looks_like_jsonl(head)


@given(st.lists(st.lists(st.text(alphabet='{}[]": a,\\\n\t', max_size=8), min_size=2, max_size=4), max_size=3))
def test_no_csv_is_taken_for_json_lines(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    assert not looks_like_jsonl(text.getvalue().encode())


def test_an_overlong_line_is_a_part_of_its_own_and_blanks_without_end_are_one() -> None:
    limits = Limits(max_record_bytes=20)
    data = b'{"a": 1}\n{"a": "' + b"x" * 600_000 + b'"}\r\n' + b" " * 600_000 + b'\r\n{"a": 4}\n'
    found = read(data, "a", part_bytes=1 << 16, limits=limits)
    assert found.rows == {1: ("1",), 4: ("4",)}
    assert [(r.line, r.code, r.reason) for r in found.rejects] == [
        (2, "line_too_long", "The line is 600,009 bytes long, the limit is 20."),
        (3, "line_too_long", "The line is 600,000 bytes long, the limit is 20."),
    ]
    assert [part.overlong for part in found.plan.parts] == [False, True, True, False]


def test_a_long_line_is_followed_without_being_held() -> None:
    line = LongLine()
    for _ in range(1000):
        assert line.feed(b"x" * 10_000) is None
    assert line.feed(b"\r") is None
    assert line.feed(b"\nnext") == 1
    assert (line.length, line.lines) == (10_000_000, 1)
    assert len(line.head) < 20_000
