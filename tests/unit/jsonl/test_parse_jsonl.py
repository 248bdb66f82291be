"""What becomes of one line: values as they are written, or a reject that says what is wrong."""

from __future__ import annotations

import pytest

from sluice.engine.formats.jsonl import JsonLines, parse_jsonl
from sluice.engine.formats.text.header import match_header
from sluice.engine.formats.text.limits import Limits
from sluice.errors import PermanentError
from tests.unit.jsonl.reading_lines import read

DIALECT = JsonLines(("a", "b"), 0, 1)


def row(text: str, *wanted: str) -> tuple[str | None, ...]:
    found = read(text.encode() + b"\n", *(wanted or ("a",)))
    assert not found.rejects
    return found.rows[1]


def refusal(line: bytes, *wanted: str) -> tuple[str | None, str, str]:
    found = read(b'{"a": "first"}\n' + line + b'\n{"a": "last"}\n', *(wanted or ("a",)))
    assert list(found.rows) == [1, 3]
    (reject,) = found.rejects
    assert reject.line == 2
    return reject.column, reject.code, reject.reason


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.10", "1.10"),
        ("1e-05", "0.00001"),
        ("-1.5E+3", "-1500"),
        ("0e0", "0"),
        ("1E400", "1E400"),
        ('"1e3"', "1e3"),
        ("-0", "-0"),
        ("0.10000000000000000555", "0.10000000000000000555"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('""', ""),
        ('"true"', "true"),
        ('"007"', "007"),
        ('" a "', " a "),
        ('"q\\"q"', 'q"q'),
        ('"two\\r\\nlines"', "two\r\nlines"),
        ('"caf\\u00e9"', "café"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"\\\\u0000"', "\\u0000"),
    ],
)
def test_a_value_is_text_exactly_as_it_is_written(written: str, text: str | None) -> None:
    assert row(f'{{"a": {written}}}') == (text,)


def test_keys_are_matched_by_name_in_each_line() -> None:
    data = b'{"ID": 1, "Name ": "x"}\n{"name": "y", "id": 2}\n{"id": 3, "late": true}\n{}\n'
    assert read(data, "id", "name", "late").rows == {
        1: ("1", "x", None),
        2: ("2", "y", None),
        3: ("3", None, "true"),
        4: (None, None, None),
    }


def test_objects_whose_keys_are_all_different_are_read_like_others() -> None:
    data = b'{"a": 0}\n' + b"".join(b'{"k%d": 1, "a": %d}\n' % (n, n) for n in range(5000))
    assert list(read(data, "a", "b").rows.values())[-1] == ("4999", None)


def test_two_headers_of_one_name_get_the_same_value() -> None:
    assert row('{"Id": 1}', "id", "ID") == ("1", "1")


def test_nested_values_that_nobody_wants_do_no_harm() -> None:
    assert row('{"a": 1, "b": {"a": 2, "a": 3}, "c": [[], {}], "d": "\\u0000\\ud800"}') == ("1",)


def test_white_space_around_and_inside_of_the_object_does_no_harm() -> None:
    assert row(' \t{ "a" :\r1 } \r') == ("1",)


def test_an_object_or_array_in_a_wanted_column_is_a_reject() -> None:
    assert refusal(b'{"a": {"b": 1}}') == ("a", "nested_value", "'a' is an object; a column takes a single value.")
    assert refusal(b'{"A": []}') == ("a", "nested_value", "'a' is an array; a column takes a single value.")


def test_two_keys_for_one_column_are_a_reject() -> None:
    assert refusal(b'{"a": 1, "A ": 1}') == ("a", "duplicate_key", "More than one key of the object is named 'a'.")
    assert refusal(b'{"a": 1, "b": 1, "b": 2}') == (None, "duplicate_key", "The key 'b' is in the object twice.")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            b'{"a": 1, b}',
            "The line is not JSON, from character 10 on: Expecting property name enclosed in double quotes.",
        ),
        (b'{"a": "x', "The line is not JSON, from character 7 on: Unterminated string starting."),
        (b'{"a": 1} {"a": 2}', "The line is not JSON, from character 10 on: Extra data."),
        (b'{"a": "x\ty"}', "The line is not JSON, from character 9 on: Invalid control character."),
        (b'{"a": 01}', "The line is not JSON, from character 8 on: Expecting ',' delimiter."),
        (b"\xef\xbb\xbf{}", "The line is not JSON, from character 1 on: Expecting value."),
        (b'{"a": NaN}', "The line has NaN, which is not JSON; write null instead."),
        (b'{"b": -Infinity}', "The line has -Infinity, which is not JSON; write null instead."),
        (b'["a", 1]', "The line is an array, not a JSON object with keys."),
        (b'[["a", 1], ["b", 2]]', "The line is an array, not a JSON object with keys."),
        (b'"ab"', "The line is a single value, not a JSON object with keys."),
        (b"12", "The line is a single value, not a JSON object with keys."),
        (b"null", "The line is null, not a JSON object with keys."),
        (b"[" * 100_000, "The line is nested too deep to be read as JSON."),
        (b'{"a":' * 100_000, "The line is nested too deep to be read as JSON."),
    ],
)
def test_a_line_that_is_no_object_is_a_reject_that_says_where(line: bytes, reason: str) -> None:
    assert refusal(line) == (None, "not_json", reason)


def test_what_no_text_can_hold_is_a_reject() -> None:
    assert refusal(b'{"a": "x\\u0000"}') == ("a", "nul", "'a' has NUL (\\u0000), which text must not have; remove it.")
    assert refusal(b'{"a": "x\0"}')[:2] == (None, "nul")
    assert refusal(b'{"a": "\\ud83d"}') == (
        "a",
        "invalid_utf8",
        "'a' has \\ud83d, half of a surrogate pair without the other half, which text must not have.",
    )
    assert refusal(b'{"a": "\xff"}') == (None, "invalid_utf8", "Byte 8 of the line, 0xFF, is not UTF-8.")


def test_an_undecodable_byte_is_blamed_on_the_declared_encoding() -> None:
    dialect = JsonLines(("a",), 0, 1, "cp1252")
    assert JsonLines.from_json(dialect.to_json()) == dialect
    named = {"match": match_header(dialect, ("a",), ()), "first_line": 1, "read": 1}
    (reject,) = parse_jsonl(b'{"a": "\x81"}', dialect=dialect, **named).rejects  # type: ignore[arg-type]
    assert (
        reject.reason
        == "Byte 8 of the line, 0x81, is not a character of cp1252, the encoding that the file was read with."
    )


def test_a_long_line_is_a_reject_and_its_line_end_does_not_count() -> None:
    limits = Limits(max_record_bytes=8)
    found = read(b'{"a": 1}\r\n{"a": 12}\n{"a": 3}\n', "a", limits=limits)
    assert found.rows == {1: ("1",), 3: ("3",)}
    (reject,) = found.rejects
    assert (reject.line, reject.code, reject.raw) == (2, "line_too_long", '{"a": 12}')
    assert reject.reason == "The line is 9 bytes long, the limit is 8."


def test_rejects_of_the_same_batch_leave_the_other_rows_as_they_are() -> None:
    data = b'{"a": true, "b": 1}\n{"a": [], "b": 2}\n{"a": "\\u0000", "b": 3}\n{"a": "\\udc00"}\n{"a": null, "b": 5}\n'
    found = read(data, "a", "b")
    assert found.rows == {1: ("true", "1"), 5: (None, "5")}
    assert found.refused == [(2, "nested_value"), (3, "nul"), (4, "invalid_utf8")]


def test_books_that_do_not_balance_are_a_mistake_of_ours() -> None:
    match = match_header(DIALECT, ("a",), ())
    with pytest.raises(PermanentError, match="plan counted 2 records, the parser found 1"):
        parse_jsonl(b'{"a": 1}\n', dialect=DIALECT, match=match, first_line=1, read=2)
