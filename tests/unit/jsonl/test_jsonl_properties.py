"""Whatever the text and wherever it is cut: plan and parse find what a line-by-line reading finds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.formats.text.limits import Limits
from sluice.errors import DataError
from tests.kit.budget import examples
from tests.unit.jsonl.reading_lines import read

PIECES = st.sampled_from(
    [b'{"a": 1}\n', b'{"a": "x"}\r\n', b"\n", b"\r\n", b" ", b"\t", b"\r", b"{", b"}", b'"a"', b":", b"[", b"]", b",",
     b"{}", b"\0", b"\xff", "é".encode(), b'{"a": []}', b'{"a": true}', b'"\\u0000"', b"   \n",
     b" " * 12 + b"\n", b"\t" * 9 + b"\r\n", b'{"A": 2, "b": [1]}']
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map(b"".join)
BLANK = b" \t\r"


def expected_lines(data: bytes, longest: int) -> list[int]:
    """The numbers of the lines that are records, by the definition."""
    lines = data.split(b"\n")
    size = [len(line) - line.endswith(b"\r") for line in lines]
    return [at for at, line in enumerate(lines, 1) if line.strip(BLANK) or size[at - 1] > longest]


@settings(max_examples=examples(1500), deadline=None)
@given(TEXTS, st.one_of(st.integers(1, 40), st.just(1 << 20)), st.one_of(st.just(1 << 20), st.integers(8, 30)))
def test_every_line_that_is_not_blank_is_a_row_or_a_reject_at_any_part_size(
    body: bytes, part_bytes: int, longest: int
) -> None:
    data = b'{"a": 0}\n' + body
    found = read(data, "a", part_bytes=part_bytes, limits=Limits(max_record_bytes=longest))
    lines = sorted([*found.rows, *(reject.line for reject in found.rejects)])
    assert lines == expected_lines(data, longest)
    assert found.plan.read == len(lines)
    whole = read(data, "a", limits=Limits(max_record_bytes=longest))
    assert (whole.rows, whole.rejects) == (found.rows, found.rejects)
    assert sum(part.length for part in found.plan.parts) == len(data)


@settings(max_examples=examples(300), deadline=None)
@given(TEXTS)
def test_whatever_the_bytes_a_file_is_planned_or_refused_with_a_reason(data: bytes) -> None:
    try:
        found = read(data, "a", part_bytes=7)
    except DataError as error:
        assert error.code in {"empty_file", "not_jsonl", "json_array"}  # noqa: PT017 - either way is fine
    else:
        assert found.plan.read == len(expected_lines(data, 1 << 20))


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.text()
)
OBJECTS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), SCALARS), min_size=1, max_size=20)


def spell(value: object) -> str:
    if isinstance(value, Decimal):
        return json.dumps("%s") % str(value)
    return json.dumps(value, ensure_ascii=False)


def as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


@settings(max_examples=examples(300), deadline=None)
@given(OBJECTS, st.integers(1, 300))
def test_values_come_back_as_they_were_written(objects: list[dict[str, Any]], part_bytes: int) -> None:
    made = [{"a": "first"}, *objects]
    lines = ["{" + ", ".join(f'"{key}": {spell(value)}' for key, value in each.items()) + "}" for each in made]
    found = read("\n".join(lines).encode(), "a", "b", "c", part_bytes=part_bytes)
    good = {
        line: tuple(as_text(each.get(key)) for key in "abc")
        for line, each in enumerate(made, 1)
        if not any("\0" in str(each.get(key)) for key in "abc")
    }
    assert found.rows == good
    assert {code for _, code in found.refused} <= {"nul"}
