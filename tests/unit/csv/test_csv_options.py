"""What is declared about files and need not be found in them: lines to skip, names of columns, the delimiter."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.formats.csv import CsvOptions
from sluice.engine.formats.text.limits import Limits
from sluice.errors import DataError
from tests.unit.csv.reading import plan, read


def test_lines_before_the_header_are_skipped_and_counted() -> None:
    found = read(b"Report of May\n\nid,name\n1,Ann\n2,Bob\n", options=CsvOptions(skip=2))
    assert found.plan.dialect.header == ("id", "name")
    assert found.rows == {4: ("1", "Ann"), 5: ("2", "Bob")}


def test_a_quote_in_a_skipped_line_opens_nothing() -> None:
    found = read(b'the "switch, 12" inch\nid;name\n1;Ann\n', options=CsvOptions(skip=1))
    assert found.rows == {3: ("1", "Ann")}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_skipped_lines_end_like_all_lines(end: bytes) -> None:
    data = end.join([b"made by", b"an export", b"id,name", b"1,Ann", b""])
    assert read(data, options=CsvOptions(skip=2)).rows == {4: ("1", "Ann")}


def test_a_byte_order_mark_comes_before_what_is_skipped() -> None:
    found = read(b"\xef\xbb\xbfReport\nid,name\n1,Ann\n", options=CsvOptions(skip=1))
    assert (found.plan.dialect.header, found.rows) == (("id", "name"), {3: ("1", "Ann")})


@pytest.mark.parametrize(("data", "skip"), [(b"a\nb\n", 2), (b"a\nb", 2), (b"a\nb\n", 3), (b"a\n\n\n", 1)])
def test_a_file_that_ends_before_its_header_is_empty(data: bytes, skip: int) -> None:
    with pytest.raises(DataError) as error:
        plan(data, options=CsvOptions(skip=skip))
    assert error.value.code == "empty_file"


def test_lines_to_skip_that_never_end_are_not_held() -> None:
    with pytest.raises(DataError) as error:
        plan(b"x" * 5000 + b"\nid\n1\n", options=CsvOptions(skip=1), limits=Limits(max_header_bytes=4000))
    assert error.value.code == "preamble_too_long"


def test_a_file_without_header_takes_the_declared_names() -> None:
    found = read(b"1,Ann\n2,Bob\n", options=CsvOptions(header=("id", "name")))
    assert found.plan.dialect.header == ("id", "name")
    assert found.rows == {1: ("1", "Ann"), 2: ("2", "Bob")}


def test_a_file_without_header_is_cut_by_the_delimiter_that_gives_the_declared_width() -> None:
    found = read(b"1;1,5;x\n2;2,5;y\n", options=CsvOptions(header=("id", "amount", "code")))
    assert found.rows == {1: ("1", "1,5", "x"), 2: ("2", "2,5", "y")}


def test_a_row_with_more_fields_than_were_declared_is_ragged() -> None:
    found = read(b"1,Ann\n2,Bob,x\n3,Cid\n", options=CsvOptions(header=("id", "name")))
    assert (found.rows, found.refused) == ({1: ("1", "Ann"), 3: ("3", "Cid")}, [(2, "ragged_row")])


def test_lines_to_skip_and_declared_names_go_together() -> None:
    assert read(b"total: 2\n1,Ann\n", options=CsvOptions(skip=1, header=("id", "name"))).rows == {2: ("1", "Ann")}


def test_a_file_without_header_and_rows_is_named_so() -> None:
    with pytest.raises(DataError, match="no rows") as error:
        plan(b"a line\n\n", options=CsvOptions(skip=1, header=("id", "name")))
    assert error.value.code == "header_only"


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"id\n1\n2\n", {2: ("1",), 3: ("2",)}),
        (b"id\r1\r2\r", {2: ("1",), 3: ("2",)}),
        (b"id\n1\n\n2", {2: ("1",), 4: ("2",)}),  # a blank line is no record
        (b'id\n""\n2\n', {2: ("",), 3: ("2",)}),  # a quoted empty text is one
        (b'id\n"1\n1"\n2\n', {2: ("1\n1",), 4: ("2",)}),
    ],
)
def test_a_file_of_a_single_column_is_read_as_it_is(data: bytes, rows: dict[int, tuple[str]]) -> None:
    assert read(data).rows == rows


def test_a_single_column_may_hold_what_looks_like_delimiters_when_it_is_declared_so() -> None:
    assert read(b"1;2\n3;4\n", options=CsvOptions(",", header=("pair",))).rows == {1: ("1;2",), 2: ("3;4",)}


def test_lines_that_end_in_a_carriage_return_alone_are_lines() -> None:
    found = read(b'id,name\r1,Ann\r2,"Bo\rb"\r3,Cid', part_bytes=4)
    assert found.rows == {2: ("1", "Ann"), 3: ("2", "Bo\rb"), 5: ("3", "Cid")}


_CELL = st.text(st.sampled_from('ab ,;"\r\n\té'), max_size=4)


@given(
    preamble=st.lists(st.text(st.sampled_from('x",; '), max_size=5), max_size=3),
    rows=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    part_bytes=st.integers(1, 40),
)
def test_whatever_is_skipped_the_records_are_those_of_the_csv_module(
    preamble: list[str], rows: list[tuple[str, str]], end: str, part_bytes: int
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    data = ("".join(line + end for line in preamble) + text.getvalue()).encode()
    found = read(data, part_bytes, options=CsvOptions(",", len(preamble), ("a", "b")))
    assert list(found.rows.values()) == rows
