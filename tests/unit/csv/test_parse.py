"""Parsing: each shape of row, and each way in which a row is refused."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sluice.engine.formats.csv import Dialect, parse_part
from sluice.engine.formats.text.header import HeaderMatch, match_header
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.rejects import RowReject
from sluice.errors import PermanentError
from tests.unit.csv.reading import read

ALL_SIZES = [1, 7, 16, 1 << 24]


def test_rows_are_text_columns_with_their_lines() -> None:
    dialect = Dialect(",", ("id", "name", "city"), 13, 2)
    match = match_header(dialect, ["city", "gone", "id"], [])
    parsed = parse_part(b"1,Ann,\n007,,Oslo\n", dialect=dialect, match=match, first_line=10, read=2)
    assert parsed.rows.schema == pa.schema(
        [("city", pa.string()), ("gone", pa.string()), ("id", pa.string()), ("_line", pa.int64())]
    )
    assert parsed.rows.to_pydict() == {
        "city": ["", "Oslo"],
        "gone": [None, None],
        "id": ["1", "007"],
        "_line": [10, 11],
    }
    assert [column.num_chunks for column in parsed.rows.columns] == [1, 1, 1, 1]
    assert parsed.rejects == []


def test_a_part_of_blank_lines_has_no_rows() -> None:
    dialect = Dialect(",", ("a", "b"), 4, 2)
    parsed = parse_part(b"\n\r\n", dialect=dialect, match=HeaderMatch({"a": 0}, ()), first_line=2, read=0)
    assert (parsed.rows.num_rows, parsed.rows.column_names, parsed.rejects) == (0, ["a", "_line"], [])


def test_a_file_of_which_no_column_is_wanted_still_has_its_lines() -> None:
    dialect = Dialect(",", ("a", "b"), 4, 2)
    match = HeaderMatch({"c": None}, ("a", "b"))
    parsed = parse_part(b"1,2\n3\n5,6\n", dialect=dialect, match=match, first_line=2, read=3)
    assert parsed.rows.to_pydict() == {"c": [None, None], "_line": [2, 4]}


@pytest.mark.parametrize("size", ALL_SIZES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_quotes_are_read_as_the_csv_module_reads_them(size: int, delimiter: str, line_end: str) -> None:
    text = 'a,b\n"x,y",1\n"say ""hi""",2\n5" pipe,3\n"ab" ,4\n "x",5\n"",6\n"two\nlines",7\n\n"last",8'
    data = text.replace(",", delimiter).replace("\n", line_end).encode()
    assert read(data, size).rows == {
        2: (f"x{delimiter}y", "1"),
        3: ('say "hi"', "2"),
        4: ('5" pipe', "3"),
        5: ("ab ", "4"),
        6: (' "x"', "5"),
        7: ("", "6"),
        8: (f"two{line_end}lines", "7"),
        11: ("last", "8"),
    }


@pytest.mark.parametrize("size", ALL_SIZES)
def test_line_ends_may_be_mixed(size: int) -> None:
    found = read(b"a,b\r\n1,2\n3,4\r5,6\r\n\r\n\r7,8", size)
    assert found.rows == {2: ("1", "2"), 3: ("3", "4"), 4: ("5", "6"), 7: ("7", "8")}


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_single_column_file_has_rows_of_one_field(size: int) -> None:
    found = read(b'id\n1\n\n""\n  \n2', size)
    assert found.rows == {2: ("1",), 4: ("",), 5: ("  ",), 6: ("2",)}


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_byte_order_mark_inside_the_file_is_text(size: int) -> None:
    assert read("a,b\n\ufeffx,1\n".encode(), size).rows == {2: ("\ufeffx", "1")}


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_row_with_another_number_of_fields_is_refused_with_its_line(size: int) -> None:
    found = read(b"a,b\n1,2\n1,2,3\n  \n4,5\n", size)
    assert found.rows == {2: ("1", "2"), 5: ("4", "5")}
    assert found.rejects == [
        RowReject(3, None, "ragged_row", "The row has 3 fields, the header has 2.", "1,2,3"),
        RowReject(4, None, "ragged_row", "The row has 1 field, the header has 2.", "  "),
    ]


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_ragged_row_of_several_lines_says_so(size: int) -> None:
    assert read(b'a,b\n"1,2\n3,4\n5,6"\n', size).rejects == [
        RowReject(
            2,
            None,
            "ragged_row",
            "The row has 1 field, the header has 2. It runs on to line 4 inside quotes: a closing quote may be "
            "missing.",
            '"1,2\n3,4\n5,6"',
            other_line=4,
        )
    ]


@pytest.mark.parametrize("size", ALL_SIZES)
def test_bytes_that_are_no_text_are_refused_with_their_column(size: int) -> None:
    found = read(b'a,b\n1,2\n"x\ny",caf\xe9\n3,4\nz\0,5\n\xe9\0,6\n7,\xc3\xa9', size)
    assert found.rows == {2: ("1", "2"), 5: ("3", "4"), 8: ("7", "é")}
    assert found.rejects == [
        RowReject(
            3,
            "b",
            "invalid_utf8",
            "Byte 10 of the record, 0xE9, is not UTF-8; save the file as UTF-8, or declare its encoding:"
            " Files(..., encoding='cp1252').",
            '"x\ny",caf\\xe9',
        ),
        RowReject(6, "a", "nul", "Byte 2 of the record is NUL, which text must not have; remove it.", "z\\x00,5"),
        RowReject(7, "a", "nul", "Byte 2 of the record is NUL, which text must not have; remove it.", "\\xe9\\x00,6"),
    ]


def test_bytes_that_are_no_text_are_refused_in_columns_nobody_wants_too() -> None:
    found = read(b"a,b\n1,2\n3,\xff\n", wanted=("a",))
    assert found.rows == {2: ("1",)}
    assert found.refused == [(3, "invalid_utf8")]


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_record_over_the_limit_is_refused_and_the_others_survive(size: int) -> None:
    found = read(b"a,b\n1,2\n" + b"x" * 30 + b",y\r\n3,4\n", size, limits=Limits(max_record_bytes=20))
    assert found.rows == {2: ("1", "2"), 4: ("3", "4")}
    assert found.rejects == [
        RowReject(3, None, "line_too_long", "The record is 32 bytes long, the limit is 20.", "x" * 30 + ",y")
    ]


def test_a_record_as_long_as_the_limit_is_read() -> None:
    data = b"a,b\n" + b"x" * 18 + b",y\r\n" + b"x" * 19 + b",y\r\n"
    for size in ALL_SIZES:
        found = read(data, size, limits=Limits(max_record_bytes=20))
        assert (list(found.rows), found.refused) == ([2], [(3, "line_too_long")])


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_record_over_the_limit_that_runs_over_lines_says_so(size: int) -> None:
    data = b'a,b\n1,"2\n' + b"3,4\n" * 20 + b'5,6"\n7,8\n'
    found = read(data, size, limits=Limits(max_record_bytes=40))
    assert found.rows == {24: ("7", "8")}
    assert [(reject.line, reject.code, reject.reason) for reject in found.rejects] == [
        (
            2,
            "line_too_long",
            (
                "The record is 89 bytes long, the limit is 40. It runs on to line 23 inside quotes: a closing quote "
                "may be missing."
            ),
        )
    ]


def test_a_refused_row_is_shown_in_at_most_200_characters() -> None:
    found = read(("a,b\n" + "é" * 500 + "\n").encode())
    assert found.rejects[0].raw == "é" * 199 + "…"


def test_every_row_of_a_latin_1_file_is_judged_by_itself() -> None:
    found = read(b"a,b\n" + b"caf\xe9,1\ntea,2\n" * 1000)
    assert len(found.rows) == len(found.rejects) == 1000
    assert found.rejects[-1].line == 2000


@pytest.mark.parametrize("read_", [1, 3])
@pytest.mark.parametrize("data", [b"1,2\n3,4\n", b'1,"2\n"\n\n3,4\n'])
def test_books_that_do_not_balance_stop_the_part(data: bytes, read_: int) -> None:
    dialect = Dialect(",", ("a", "b"), 4, 2)
    with pytest.raises(PermanentError, match=f"plan counted {read_} records, the parser found 2"):
        parse_part(data, dialect=dialect, match=HeaderMatch({"a": 0}, ("b",)), first_line=2, read=read_)
