"""`sep=;` as the first line of a CSV names its delimiter, as Excel reads and writes it."""

from __future__ import annotations

import io

import pytest

from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.header import CsvOptions
from sluice.engine.formats.csv.plan import plan_csv
from sluice.engine.formats.text.plan import InputPlan
from sluice.errors import DataError


def _plan(data: bytes, **options: object) -> InputPlan:
    return plan_csv(io.BytesIO(data), part_bytes=1 << 20, options=CsvOptions(**options))  # type: ignore[arg-type]


def _dialect(data: bytes, **options: object) -> Dialect:
    dialect = _plan(data, **options).dialect
    assert isinstance(dialect, Dialect)
    return dialect


@pytest.mark.parametrize(
    "first", [b"sep=;\n", b"sep=;\r\n", b"sep=;\r", b'"sep=;"\n', b"SEP=;\n", b"\xef\xbb\xbfsep=;\r\n"]
)
def test_the_line_is_no_header_and_lines_are_counted_with_it(first: bytes) -> None:
    planned = _plan(first + b"a,b;c\n1;2\n")
    assert planned.dialect.header == ("a,b", "c")
    assert planned.dialect.body_line == 3
    assert [(part.first_line, part.read) for part in planned.parts] == [(3, 1)]
    assert planned.dialect.body_offset == len(first) + 6
    assert planned.note == "Line 1 is not data: it names the delimiter (sep=;)."


def test_it_decides_where_another_delimiter_would_be_found() -> None:
    assert _dialect(b"sep=\t\na,b,c\tx\n1,2,3\ty\n").header == ("a,b,c", "x")
    assert _dialect(b"sep=|\na;b\n1;2\n").header == ("a;b",)


def test_a_declared_delimiter_is_used_and_the_note_says_so() -> None:
    planned = _plan(b"sep=;\na,b\n1,2\n", delimiter=",")
    assert planned.dialect.header == ("a", "b")
    assert (
        planned.note
        == "Line 1 is not data: it names the delimiter (sep=;), and the declared delimiter , was used instead."
    )


def test_files_with_a_declared_header_may_have_it_too() -> None:
    planned = _plan(b"sep=;\n1;2\n", header=("a", "b"))
    assert planned.dialect.body_line == 2
    assert planned.read == 1


def test_lines_that_are_skipped_are_not_looked_at() -> None:
    planned = _plan(b"sep=;\na,b\n1,2\n", skip=1)
    assert planned.dialect.header == ("a", "b")
    assert planned.note is None


@pytest.mark.parametrize("first", [b"sep=;x\n", b"sep=\n", b"sep=;;\n", b'"sep=;\n1"\n', b"xsep=;\n", b"sep;\n"])
def test_another_line_is_a_header_as_before(first: bytes) -> None:
    assert _plan(first + b"1;2\n").note is None


def test_another_delimiter_refuses_the_file() -> None:
    with pytest.raises(DataError, match=r"Line 1 names the delimiter 'x', which no CSV can have") as caught:
        _plan(b"sep=x\naxb\n1x2\n")
    assert caught.value.code == "not_csv"


@pytest.mark.parametrize("data", [b"sep=;", b"sep=;\n", b"sep=;\r\n\r\n"])
def test_a_file_with_nothing_behind_it_is_empty(data: bytes) -> None:
    with pytest.raises(DataError) as caught:
        _plan(data)
    assert caught.value.code == "empty_file"


def test_what_is_stored_is_what_earlier_versions_read() -> None:
    stored = _dialect(b"sep=;\na;b\n1;2\n").to_json()
    assert stored == {"delimiter": ";", "header": ["a", "b"], "body_offset": 10, "body_line": 3}
