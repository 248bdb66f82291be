"""Quotes that are not as they have to be, and the header where it has no place: each is named, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.formats.csv import CsvOptions, parse_part, plan_csv
from sluice.engine.formats.text.header import HeaderMatch
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.rejects import RowReject
from sluice.errors import DataError
from tests.unit.csv.reading import plan, read

ALL_SIZES = [1, 7, 16, 1 << 24]
ENDS = ["\n", "\r\n", "\r"]
STRICT = CsvOptions(strict_quotes=True)


def _rows(first: int, last: int) -> str:
    return "".join(f"{n},name {n},note {n}\n" for n in range(first, last + 1))


def _lines(found: dict[int, tuple[str, ...]]) -> list[int]:
    return list(found)


@pytest.mark.parametrize("size", ALL_SIZES)
@pytest.mark.parametrize("line_end", ENDS)
@pytest.mark.parametrize(
    ("row", "column"), [('"4,n,x', "id"), ('4,"n,x', "name"), ('4,n,"x', "note"), ('4,n,"', "note")]
)
def test_a_quote_open_to_the_end_of_the_file_costs_its_line_only(
    size: int, line_end: str, row: str, column: str
) -> None:
    text = f"id,name,note\n{_rows(1, 3)}{row}\n{_rows(5, 9)}".replace("\n", line_end)
    found = read(text.encode(), size)
    assert [(each.line, each.column, each.code, each.raw) for each in found.rejects] == [
        (5, column, "unclosed_quote", row)
    ]
    assert _lines(found.rows) == [2, 3, 4, 6, 7, 8, 9, 10]
    assert found.rows[10] == ("9", "name 9", "note 9")


def test_the_reason_says_what_was_done_and_what_to_do() -> None:
    assert read(b'a,b\n1,"two words and some\n3,4\n').rejects == [
        RowReject(
            2,
            "b",
            "unclosed_quote",
            "The quote before 'two words and some' is not closed. Close it, or write it twice (\"\") if it belongs "
            "to the value. The row was ended with its line, and the next lines are rows.",
            '1,"two words and some',
        )
    ]
    assert read(b'a,b\n"blaaa"bla,2\n').rejects == [
        RowReject(
            2,
            "a",
            "text_after_quote",
            'Text follows the closing quote of a value: \'"blaaa"bla,2\'. Write a quote twice ("") where it belongs '
            "to the value.",
            '"blaaa"bla,2',
        )
    ]


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_file_that_ends_in_an_open_quote_has_all_other_rows(size: int) -> None:
    assert read(b'id,value\n1,x\nA,"123\n', size, delimiter=",").refused == [(3, "unclosed_quote")]
    assert read(b'id,value\n1,x\nA,"123', size, delimiter=",").rows == {2: ("1", "x")}
    assert read(b'id,value\nA,"', size, delimiter=",").refused == [(2, "unclosed_quote")]
    assert read(b'id\n"\n\n1', size, delimiter=",").rows == {4: ("1",)}


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_stray_quote_closed_by_the_quote_of_a_later_line_costs_its_line_only(size: int) -> None:
    text = f'id,name,note\n{_rows(1, 49)}50,name 50,"note 50\n{_rows(51, 68)}69,name 69,"note, 69"\n{_rows(70, 80)}'
    found = read(text.encode(), size)
    assert found.refused == [(51, "unclosed_quote")]
    assert len(found.rows) == 79
    assert found.rows[70] == ("69", "name 69", "note, 69")


@pytest.mark.parametrize("size", ALL_SIZES)
def test_two_stray_quotes_cost_their_two_lines(size: int) -> None:
    text = f'id,name,note\n1,"n,x\n{_rows(2, 5)}6,"n,x\n{_rows(7, 9)}'
    assert read(text.encode(), size).refused == [(2, "unclosed_quote"), (7, "unclosed_quote")]


@pytest.mark.parametrize("size", ALL_SIZES)
def test_doubled_quotes_in_later_lines_close_nothing(size: int) -> None:
    found = read(b'a,b\n1,"2\n"",4\n5,""\n7,"8 ""x"""\n9,0\n', size, delimiter=",")
    assert found.refused == [(2, "unclosed_quote")]
    assert found.rows == {3: ("", "4"), 4: ("5", ""), 5: ("7", '8 "x"'), 6: ("9", "0")}


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_quote_that_opens_on_a_later_line_of_its_row_is_named_by_that_line(size: int) -> None:
    found = read(b'a,b,c\n"x\ny",1,"z\n3,4,5\n', size)
    assert [(each.line, each.column, each.code) for each in found.rejects] == [(3, "c", "unclosed_quote")]
    assert found.rows == {4: ("3", "4", "5")}


@pytest.mark.parametrize("size", ALL_SIZES)
@pytest.mark.parametrize("line_end", ENDS)
def test_text_behind_a_closing_quote_is_a_reject_and_blanks_are_none(size: int, line_end: str) -> None:
    text = 'id,name,qty\n1,plain,1\n2,"good, quoted",2\n3,"blaaa"bla,4\n4,"Hey, I missed " it",5\n5,"blank after" ,6\n'
    text += '6,5" pipe,7\n7,"two\nlines"x,8\n"8"\t, ,9\n9,"a" "b",10\n'
    found = read(text.replace("\n", line_end).encode(), size, delimiter=",")
    assert found.refused == [
        (4, "text_after_quote"),
        (5, "text_after_quote"),
        (8, "unclosed_quote"),  # it is closed on another line, so its line counts
        (9, "ragged_row"),
        (11, "text_after_quote"),
    ]
    assert _lines(found.rows) == [2, 3, 6, 7, 10]
    assert (found.rows[6][1], found.rows[7][1], found.rows[10][0]) == ("blank after ", '5" pipe', "8\t")


def test_a_tab_behind_a_closing_quote_is_the_next_field_where_tabs_delimit() -> None:
    assert read(b'a\tb\n"1"\t2\n"1" \t2\n', delimiter="\t").rows == {2: ("1", "2"), 3: ("1 ", "2")}


@pytest.mark.parametrize("size", ALL_SIZES)
def test_strict_quotes_refuse_a_quote_in_an_unquoted_field_too(size: int) -> None:
    data = b'a,b\n1,5" pipe\n x"y",2\n"3" ,"4"\n"5"x"y,6\n7,"8 ""9"""\n'
    assert read(data, size).refused == [(5, "text_after_quote")]
    found = read(data, size, options=STRICT)
    assert found.refused == [(2, "bare_quote"), (3, "bare_quote"), (5, "text_after_quote")]
    assert found.rows == {4: ("3 ", "4"), 6: ("7", '8 "9"')}
    assert found.rejects[0].column == "b"
    assert found.rejects[0].reason == (
        "A quote stands in a value that is not in quotes, before ' pipe', and strict_quotes is declared. "
        'Put the value in quotes, and write the quote twice ("").'
    )


@pytest.mark.parametrize("size", ALL_SIZES)
@pytest.mark.parametrize("line_end", ENDS)
def test_where_no_value_has_line_breaks_a_quote_is_closed_on_its_line_or_not_at_all(size: int, line_end: str) -> None:
    text = f'id,name,note\n1,"n, 1",""\n2,n,"note\n{_rows(3, 5)}6,n,note"\n"7",n,"7"\n'.replace("\n", line_end)
    assert _lines(read(text.encode(), size).rows) == [2, 3, 8]
    found = read(text.encode(), size, options=CsvOptions(line_breaks=False), limits=Limits(max_record_bytes=30))
    assert found.refused == [(3, "unclosed_quote")]
    assert found.rows[7] == ("6", "n", 'note"')
    assert _lines(found.rows) == [2, 4, 5, 6, 7, 8]
    with pytest.raises(DataError, match="Line 1, in the header"):
        plan(b'id,"na\nme"\n1,2\n', options=CsvOptions(line_breaks=False))


def test_that_no_value_has_line_breaks_is_remembered_with_the_dialect() -> None:
    dialect = plan(b"a\n1\n", options=CsvOptions(line_breaks=False)).dialect
    assert dialect.to_json()["line_breaks"] is False
    assert type(dialect).from_json(dialect.to_json()) == dialect  # type: ignore[attr-defined]


def test_strict_quotes_are_remembered_with_the_dialect() -> None:
    dialect = plan(b"a\n1\n", options=STRICT).dialect
    assert dialect.to_json()["strict_quotes"] is True
    assert type(dialect).from_json(dialect.to_json()) == dialect  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b'id,name,"note\n1,a,x\n2,b,y\n', "unclosed_quote", 1),
        (b'"id,name\n1,a\n', "unclosed_quote", 1),
        (b'"id\n","name\n1,a\n', "unclosed_quote", 2),
        (b'\n\nid,"name\n1,"a"\n', "unclosed_quote", 3),
        (b'id,"na"me\n1,a\n', "text_after_quote", 1),
        (b'id,"', "unclosed_quote", 1),
    ],
)
def test_a_fault_in_the_quotes_of_the_header_refuses_the_file_and_names_its_line(
    data: bytes, code: str, line: int
) -> None:
    with pytest.raises(DataError) as caught:
        plan(data, options=CsvOptions(","))
    assert caught.value.code == code
    assert caught.value.reason.startswith(f"Line {line}, in the header: ")


def test_lines_that_are_skipped_count_for_the_line_of_a_quote_in_the_header() -> None:
    with pytest.raises(DataError, match="Line 3, in the header"):
        plan(b'a "report\nof May\nid,"name\n1,x\n', options=CsvOptions(",", skip=2))


def test_strict_quotes_hold_for_the_header_too() -> None:
    assert plan(b'id,5" pipe\n1,2\n').dialect.header == ("id", '5" pipe')
    with pytest.raises(DataError) as caught:
        plan(b'id,5" pipe\n1,2\n', options=STRICT)
    assert caught.value.code == "bare_quote"


def test_a_header_too_long_names_the_line_of_the_quote_that_is_open() -> None:
    with pytest.raises(DataError, match="the quote that opens on line 2 is not closed") as caught:
        plan(b'\na,"b\n' + b"1,2\n" * 50_000, limits=Limits(max_header_bytes=1000))
    assert caught.value.code == "header_too_long"


@pytest.mark.parametrize("size", ALL_SIZES)
def test_the_header_again_is_not_data(size: int) -> None:
    text = "day,place,amount\n1,Kigali,1.50\nday,place,amount\n3,Musanze,3.50\n"
    found = read(text.encode(), size)
    assert found.rejects == [
        RowReject(
            3,
            None,
            "repeated_header",
            "The row repeats the header: it is not data. Nothing is lost; were files put together here?",
            "day,place,amount",
        )
    ]
    assert found.rows == {2: ("1", "Kigali", "1.50"), 4: ("3", "Musanze", "3.50")}


@pytest.mark.parametrize("size", ALL_SIZES)
@pytest.mark.parametrize(
    "again",
    ["Id,name,Größe", '"Id","name","Größe"', " id , NAME ,größe ", "\ufeffId,name,Größe", "ID,NAME,GRÖSSE"],
)
def test_a_header_written_otherwise_is_the_header_all_the_same(size: int, again: str) -> None:
    found = read(f"Id,name,Größe\n{again}\n1,a,b\n2,name,Größe\n{again}\n".encode(), size)
    assert found.refused == [(2, "repeated_header"), (5, "repeated_header")]
    assert _lines(found.rows) == [3, 4]


def test_a_row_that_has_the_header_in_the_wanted_columns_only_is_data() -> None:
    found = read(b"id,name\nid,Ann\nid,name\n", wanted=("id",))
    assert (found.rows, found.refused) == ({2: ("id",)}, [(3, "repeated_header")])


def test_empty_rows_under_names_that_are_all_empty_are_data() -> None:
    dialect = plan(b"a,b\n1,2\n").dialect
    unnamed = type(dialect)(",", ("", ""), 4, 2)  # type: ignore[call-arg,arg-type]
    parsed = parse_part(b",\n", dialect=unnamed, match=HeaderMatch({"a": 0}, ()), first_line=2, read=1)  # type: ignore[arg-type]
    assert parsed.rejects == []


@pytest.mark.parametrize("size", ALL_SIZES)
def test_the_header_again_is_found_among_ragged_and_badly_quoted_rows(size: int) -> None:
    found = read(b'a,b\n1\na,b\n"2"x,3\n\na,b\n"4\n",5\n', size, delimiter=",")
    assert found.refused == [(2, "ragged_row"), (3, "repeated_header"), (4, "text_after_quote"), (6, "repeated_header")]
    assert found.rows == {7: ("4\n", "5")}


def test_where_names_are_declared_because_files_have_no_header_a_row_of_them_is_a_row() -> None:
    found = read(b"1,Ann\ncode,name\n", options=CsvOptions(header=("code", "name")))
    assert (found.rows, found.refused) == ({1: ("1", "Ann"), 2: ("code", "name")}, [])


def test_only_parts_with_a_fault_are_looked_at_quote_by_quote() -> None:
    data = b"a,b\n" + b'1,"2"\n' * 20 + b'3,"4"x\n' + b'5,6" \n' * 20
    found = plan(data, 40)
    bad = [part for part in found.parts if not part.well_quoted]
    assert len(bad) == 1
    assert b'"4"x' in data[bad[0].offset : bad[0].offset + bad[0].length]


def test_a_part_planned_without_a_word_about_its_quotes_is_looked_at() -> None:
    dialect = plan(b"a,b\n1,2\n").dialect
    parsed = parse_part(b'"1"x,2\n', dialect=dialect, match=HeaderMatch({"a": 0}, ("b",)), first_line=2, read=1)  # type: ignore[arg-type]
    assert [reject.code for reject in parsed.rejects] == ["text_after_quote"]


@pytest.mark.slow
def test_many_open_quotes_take_no_time_that_grows_faster_than_they_do(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,b\n" + b'1,"2\n' * 200_000 + b'"",""\n' * 200_000)
    with path.open("rb") as stream:
        assert plan_csv(stream, part_bytes=1 << 24).read == 400_000
