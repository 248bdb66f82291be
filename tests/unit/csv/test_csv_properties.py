"""Whatever the text and wherever it is cut: plan and parse find what Python's csv module finds."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sluice.engine.csv import Limits
from sluice.errors import DataError
from tests.unit.csv.reading import read
from tests.unit.csv.reference import records_of, to_bytes

BROKEN = "\udcff"  # stands for a byte that is no UTF-8
LETTERS = st.sampled_from(["a", "b", ",", ",", ";", '"', '"', '"', "\r", "\n", "\n", "\r\n", "\0", "é", " ", BROKEN])
PIECES = st.sampled_from(
    ['"a,b"', '"x\ny"', '"x\r\ny",', "a,b\n", 'é,"",c\n', '5" pipe,', '""', '"q""q"', ",,\n", "\n\n", "\ufeff"]
)
TEXTS = st.one_of(
    st.lists(LETTERS, max_size=40).map("".join), st.lists(st.one_of(LETTERS, PIECES), max_size=40).map("".join)
)
WIDTHS = st.integers(1, 4)


@settings(max_examples=1500, deadline=None)
@given(
    body=TEXTS,
    width=WIDTHS,
    part_bytes=st.one_of(st.integers(1, 40), st.just(1 << 20)),
    longest=st.one_of(st.just(1 << 20), st.integers(1, 30)),
    trickle=st.one_of(st.just(0), st.integers(1, 9)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    head=st.sampled_from(["", "\ufeff", "\n\r\n", "\ufeff\r"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@example('"a"\n"', 1, 3, 1 << 20, 0, ",", "", "\n")
@example('"a""\r\nb"\r\n', 1, 4, 3, 1, ",", "", "\r\n")
@example("\ufeffa,b\n\ufeffa,b\n", 2, 1, 1 << 20, 0, ",", "\ufeff", "\n")
def test_records_values_and_lines_are_those_of_the_csv_module_at_any_part_size(
    body: str,
    width: int,
    part_bytes: int,
    longest: int,
    trickle: int,
    delimiter: str,
    head: str,
    line_end: str,
) -> None:
    header = delimiter.join(f"h{i}" for i in range(width))
    text = head + header + line_end + body.replace(",", delimiter)
    if line_end == "\r" and body.startswith("\n"):
        text = head + header + "\r\n" + body[1:].replace(",", delimiter)
    data = to_bytes(text)
    expected = records_of(text.removeprefix("\ufeff"), delimiter)[1:]
    limits = Limits(max_record_bytes=longest)
    if not expected:
        with pytest.raises(DataError, match="no rows"):
            read(data, part_bytes, delimiter=delimiter, limits=limits)
        return
    found = read(data, part_bytes, delimiter=delimiter, limits=limits, trickle=trickle)
    codes = {record.line: record.code(width, longest) for record in expected}
    assert found.rows == {record.line: record.fields for record in expected if codes[record.line] is None}
    assert found.refused == [(line, code) for line, code in codes.items() if code is not None]
    _check_plan(found.plan, data, len(expected), part_bytes, longest)


def _check_plan(plan, data: bytes, read_: int, part_bytes: int, longest: int) -> None:  # type: ignore[no-untyped-def]
    assert plan.read == sum(part.read for part in plan.parts) == read_
    assert (plan.size, plan.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    at = plan.dialect.body_offset
    for number, part in enumerate(plan.parts, 1):
        assert (part.number, part.offset) == (number, at)
        assert part.length > 0
        assert part.overlong or part.length <= part_bytes + longest + 1
        at += part.length
    assert at == len(data)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(1, 30), st.integers(1, 30))
def test_where_a_file_is_cut_changes_no_reject(body: str, some: int, other: int) -> None:
    data = to_bytes("h0,h1\n" + body + "\nlast,row\n")
    limits = Limits(max_record_bytes=12)
    assert read(data, some, limits=limits, delimiter=",").rejects == (
        read(data, other, limits=limits, delimiter=",", trickle=2).rejects
    )
