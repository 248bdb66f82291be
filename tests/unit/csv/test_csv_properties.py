"""Whatever the text and wherever it is cut: plan and parse find what is in it, letter by letter."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sluice.engine.formats.csv import CsvOptions
from sluice.engine.formats.text.limits import Limits
from sluice.errors import DataError
from tests.kit.budget import examples
from tests.kit.records import records_of, to_bytes
from tests.unit.csv.reading import read
from tests.unit.csv.reference import refused, strictly

BROKEN = "\udcff"  # stands for a byte that is no UTF-8
LETTERS = st.sampled_from(["a", "b", ",", ",", ";", '"', '"', '"', "\r", "\n", "\n", "\r\n", "\0", "é", " ", BROKEN])
PIECES = st.sampled_from(
    [
        '"a,b"',
        '"x\ny"',
        '"b" ',
        '" x',
        '"\t',
        '"x\ny"z',
        "h0\n",
        "h0,h1\n",
        'h0,"h1"\n',
        '"x\r\ny",',
        "a,b\n",
        'é,"",c\n',
        '5" pipe,',
        '""',
        '"q""q"',
        ",,\n",
        "\n\n",
        "\ufeff",
    ]
)
TEXTS = st.one_of(
    st.lists(LETTERS, max_size=40).map("".join), st.lists(st.one_of(LETTERS, PIECES), max_size=40).map("".join)
)
WIDTHS = st.integers(1, 4)


def _case(body: str, width: int, part_bytes: int, **others: Any) -> dict[str, Any]:
    usual = {"longest": 1 << 20, "trickle": 0, "delimiter": ",", "head": "", "line_end": "\n", "strict": False}
    usual["line_breaks"] = True
    return {"body": body, "width": width, "part_bytes": part_bytes} | usual | others


@settings(max_examples=examples(1500), deadline=None)
@given(
    body=TEXTS,
    width=WIDTHS,
    part_bytes=st.one_of(st.integers(1, 40), st.just(1 << 20)),
    longest=st.one_of(st.just(1 << 20), st.integers(1, 30)),
    trickle=st.one_of(st.just(0), st.integers(1, 9)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    head=st.sampled_from(["", "\ufeff", "\n\r\n", "\ufeff\r"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    strict=st.booleans(),
    line_breaks=st.booleans(),
)
@example(**_case('"a"\n"', 1, 3))
@example(**_case('"a""\r\nb"\r\n', 1, 4, longest=3, trickle=1, line_end="\r\n"))
@example(**_case("\ufeffa,b\n\ufeffa,b\n", 2, 1, head="\ufeff"))
@example(**_case('x,"aaaaaaaa\nb,c\n"" ,d\n"e" ,f\ng,h', 2, 4, longest=6, trickle=1))
@example(**_case('"""a\r\n"\r\n"b"" \r\n"x', 1, 2, longest=3, trickle=1, line_end="\r\n", strict=True))
@example(**_case('"a\rb"\r\n"c",d\n', 1, 3, longest=2, trickle=1, line_breaks=False))
@example(**_case('""\r"\na"', 2, 8, longest=3, trickle=3, delimiter="|"))
def test_records_values_rejects_and_lines_are_right_at_any_part_size(
    *,
    body: str,
    width: int,
    part_bytes: int,
    longest: int,
    trickle: int,
    delimiter: str,
    head: str,
    line_end: str,
    strict: bool,
    line_breaks: bool,
) -> None:
    header = delimiter.join(f"h{i}" for i in range(width))
    text = head + header + line_end + body.replace(",", delimiter)
    if line_end == "\r" and body.startswith("\n"):
        text = head + header + "\r\n" + body[1:].replace(",", delimiter)
    data = to_bytes(text)
    names, *expected = records_of(text.removeprefix("\ufeff"), delimiter, strict=strict, line_breaks=line_breaks)
    limits, options = (
        Limits(max_record_bytes=longest),
        CsvOptions(delimiter, strict_quotes=strict, line_breaks=line_breaks),
    )
    if not expected:
        with pytest.raises(DataError, match="no rows"):
            read(data, part_bytes, options=options, limits=limits)
        return
    found = read(data, part_bytes, options=options, limits=limits, trickle=trickle)
    codes = [refused(record, names.fields, longest) for record in expected]
    good = [record for record, code in zip(expected, codes, strict=True) if code is None]
    assert found.rows == {record.line: tuple(record.fields) for record in good}
    assert found.refused == [code for code in codes if code is not None]
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


@settings(max_examples=examples(300), deadline=None)
@given(TEXTS, st.integers(1, 30), st.integers(1, 30))
def test_where_a_file_is_cut_changes_no_reject(body: str, some: int, other: int) -> None:
    data = to_bytes("h0,h1\n" + body + "\nlast,row\n")
    limits = Limits(max_record_bytes=12)
    assert read(data, some, limits=limits, delimiter=",").rejects == (
        read(data, other, limits=limits, delimiter=",", trickle=2).rejects
    )


ESCAPED = st.lists(
    st.one_of(
        st.sampled_from(["a", "N", ",", ",", '"', "'", "\\", "\\", "\r", "\n", "\r\n", "é", " ", "\0", BROKEN]),
        st.sampled_from(["\\N", ",\\N,", "\\,", '\\"', "\\'", "\\\\", "\\\n", "\\\r\n", "\\é", '"a\\"b"']),
        st.sampled_from(["'x\ny'", "'a''b',", "a,b\n"]),
    ),
    max_size=40,
).map("".join)


@settings(max_examples=examples(1500), deadline=None)
@given(
    body=ESCAPED,
    width=WIDTHS,
    part_bytes=st.one_of(st.integers(1, 40), st.just(1 << 20)),
    longest=st.one_of(st.just(1 << 20), st.integers(1, 30)),
    trickle=st.one_of(st.just(0), st.integers(1, 9)),
    quote=st.sampled_from(['"', "'", None]),
    escape=st.sampled_from(["\\", None]),
    strict=st.booleans(),
    line_breaks=st.booleans(),
)
def test_other_quotes_and_escapes_are_read_letter_by_letter_at_any_part_size(
    *,
    body: str,
    width: int,
    part_bytes: int,
    longest: int,
    trickle: int,
    quote: str | None,
    escape: str | None,
    strict: bool,
    line_breaks: bool,
) -> None:
    text = ",".join(f"h{i}" for i in range(width)) + "\n" + body
    rules: dict[str, Any] = {"line_breaks": line_breaks, "quote": quote, "escape": escape}
    names, *expected = records_of(text, strict=strict, **rules)
    limits, options = Limits(max_record_bytes=longest), CsvOptions(",", strict_quotes=strict, **rules)
    data = to_bytes(text)
    if not expected:
        with pytest.raises(DataError, match="no rows"):
            read(data, part_bytes, options=options, limits=limits)
        return
    found = read(data, part_bytes, options=options, limits=limits, trickle=trickle)
    codes = [refused(record, names.fields, longest) for record in expected]
    good = [record for record, code in zip(expected, codes, strict=True) if code is None]
    assert found.rows == {record.line: tuple(record.fields) for record in good}
    assert found.refused == [code for code in codes if code is not None]
    _check_plan(found.plan, data, len(expected), part_bytes, longest)


STRICT = st.lists(
    st.sampled_from(["a", "b", ",", ",", '"', '"', "\r", "\n", "\r\n", '"x"', '"x\ny"', '"q""q"', '5" pipe,', "a,b\n"]),
    max_size=30,
).map("".join)


@settings(max_examples=examples(1500), deadline=None)
@given(STRICT, st.one_of(st.integers(1, 20), st.just(1 << 20)))
def test_what_the_csv_module_refuses_in_strict_mode_is_a_reject_and_what_it_accepts_is_loaded_as_it_is(
    body: str, part_bytes: int
) -> None:
    text = "h0,h1\n" + body + "\n1,2"
    good, refused_line = strictly(text, ",")
    found = read(to_bytes(text), part_bytes, delimiter=",")
    rows = [(line, tuple(fields)) for line, fields in good[1:] if len(fields) == 2]
    faults = [(line, code) for line, code in found.refused if code in ("unclosed_quote", "text_after_quote")]
    if refused_line is None:
        assert found.rows == dict(rows)
        assert faults == []
    else:
        assert list(found.rows.items())[: len(rows)] == rows
        line, code = faults[0]
        assert line == refused_line or (code == "unclosed_quote" and line > refused_line)
        assert all(row < line for row, _ in rows)


@given(STRICT, st.integers(1, 20))
def test_no_line_is_lost_in_a_quote_that_is_not_closed(body: str, part_bytes: int) -> None:
    head, tail = "h0,h1\n" + body + '\n"x"\n', "7,8\n9,10\n"
    at = head.count("\n") + head.count("\r") - head.count("\r\n") + 1
    found = read(to_bytes(head + '1,"2\n' + tail), part_bytes, delimiter=",")
    assert (at, "unclosed_quote") in found.refused
    assert {at + 1: ("7", "8"), at + 2: ("9", "10")}.items() <= found.rows.items()
