"""The independent count, on files small enough to be counted by eye."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import pytest

from tests.kit.call_rules import Key, Values
from tests.kit.independent import Outcome, Winner, compare_with_table, count_call_logs

HEADER = b"customer_id,call_cost,call_destination,call_date,call_duration\n"
ROW = b"1001,$1.20,Nairobi,2022-01-01 10:00:00,00:05:30\n"
KEY = Key(datetime(2022, 1, 1, 7, 0, tzinfo=UTC), 1001, "Nairobi")
VALUES = Values(Decimal("1.20"), 330)


def count(folder: Path, *contents: bytes) -> Outcome:
    paths = [folder / f"{n}.csv" for n in range(1, len(contents) + 1)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return count_call_logs(paths)


def test_a_row_is_typed_and_keeps_its_place(tmp_path: Path) -> None:
    outcome = count(tmp_path, HEADER + ROW)
    assert outcome.rows == {KEY: Winner(VALUES, "1.csv", 2)}
    assert (outcome.read, outcome.loaded, outcome.duplicate, outcome.rejected) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + HEADER + ROW,
        (HEADER + ROW).replace(b"\n", b"\r\n"),
        (HEADER + ROW).replace(b"\n", b"\r"),
        HEADER + ROW.rstrip(b"\n"),
        b" Customer_ID ,CALL_COST,call_destination,call_date,call_duration\n" + ROW,
        HEADER + b' 1001 ,"USD 1.2",  Nairobi,2022-01-01 10:00:00 , 0:05:30\n',
    ],
)
def test_other_ways_to_write_the_same_file_count_the_same(tmp_path: Path, content: bytes) -> None:
    assert count(tmp_path, content).rows == {KEY: Winner(VALUES, "1.csv", 2)}


def test_blank_lines_and_quoted_line_breaks_are_lines_but_not_records(tmp_path: Path) -> None:
    two_lines = b'1002,1,"Dar es\nSalaam",2022-01-01 10:00:00,00:00:01\n'
    outcome = count(tmp_path, HEADER + b"\n" + two_lines + b"\r\n\r" + ROW)
    assert [(key.call_destination, row.line) for key, row in outcome.rows.items()] == [
        ("Dar es Salaam", 3),
        ("Nairobi", 7),
    ]
    assert outcome.read == 2


def test_the_lowest_file_and_line_wins(tmp_path: Path) -> None:
    dearer = ROW.replace(b"$1.20", b"9.99")
    outcome = count(tmp_path, HEADER + ROW + dearer, HEADER + ROW.replace(b"$", b"") + dearer)
    assert outcome.rows == {KEY: Winner(VALUES, "1.csv", 2)}
    assert outcome.duplicate == 1
    assert outcome.rejects == [("1.csv", 3, "key_conflict"), ("2.csv", 3, "key_conflict")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b",1,Nairobi,2022-01-01 10:00:00,00:05:30", "missing"),
        (b'1001,1," ",2022-01-01 10:00:00,00:05:30', "missing"),
        (b"1001,1,Nairobi,,00:05:30", "missing"),
        (b"10O1,1,Nairobi,2022-01-01 10:00:00,00:05:30", "not_integer"),
        ("１００１,1,Nairobi,2022-01-01 10:00:00,00:05:30".encode(), "not_integer"),  # noqa: RUF001
        (b"1001,NaN,Nairobi,2022-01-01 10:00:00,00:05:30", "not_money"),
        (b'1001,"1,20",Nairobi,2022-01-01 10:00:00,00:05:30', "not_money"),
        (b"1001,EUR 1.20,Nairobi,2022-01-01 10:00:00,00:05:30", "currency"),
        ("1001,€1.20,Nairobi,2022-01-01 10:00:00,00:05:30".encode(), "currency"),
        (b"1001,-$1.20,Nairobi,2022-01-01 10:00:00,00:05:30", "negative"),
        (b"1001,1.23456,Nairobi,2022-01-01 10:00:00,00:05:30", "too_precise"),
        (b"1001,100000000,Nairobi,2022-01-01 10:00:00,00:05:30", "out_of_range"),
        (b"9223372036854775808,1,Nairobi,2022-01-01 10:00:00,00:05:30", "out_of_range"),
        (b"1001,1,Nairobi,0001-01-01 00:00:00,00:05:30", "bad_date"),
        (b"1001,1,Nairobi,2022-02-30 10:00:00,00:05:30", "bad_date"),
        (b"1001,1,Nairobi,2022-01-01 10:00:60,00:05:30", "bad_date"),
        (b"1001,1,Nairobi,2022-01-01T10:00:00,00:05:30", "bad_date"),
        (b"1001,1,Nairobi,2022-01-01 10:00:00,00:75:00", "bad_duration"),
        (b"1001,1,Nairobi,2022-01-01 10:00:00,05:30", "bad_duration"),
        (b"1001,1,Nairobi,2022-01-01 10:00:00,24:00:01", "out_of_range"),
        (b"1001,1,Nairobi,2022-01-01 10:00:00", "ragged_row"),
        (b"1001,1,Nairobi,2022-01-01 10:00:00,00:05:30,", "ragged_row"),
        (b'1001,1,"Nai"robi,2022-01-01 10:00:00,00:05:30', "text_after_quote"),
        (b'1001,1,"Nairobi,2022-01-01 10:00:00,00:05:30', "unclosed_quote"),
        (HEADER.strip(), "repeated_header"),
        (b"1001,1,Nai\0robi,2022-01-01 10:00:00,00:05:30", "nul"),
        (b"1001,1,Malm\xf6,2022-01-01 10:00:00,00:05:30", "invalid_utf8"),
    ],
)
def test_a_bad_row_is_refused_with_its_code_and_line(tmp_path: Path, row: bytes, code: str) -> None:
    outcome = count(tmp_path, HEADER + row + b"\n" + ROW)
    assert outcome.rejects == [("1.csv", 2, code)]
    assert (outcome.read, outcome.loaded) == (2, 1)


def test_cost_and_duration_may_be_empty_and_a_day_is_not_too_long(tmp_path: Path) -> None:
    rows = b"1,,A,2022-01-01 10:00:00,\n2,0,A,2022-01-01 10:00:00,24:00:00\n"
    outcome = count(tmp_path, HEADER + rows)
    assert [row.values for row in outcome.rows.values()] == [(None, None), (Decimal(0), 86_400)]


def test_two_files_of_one_name_and_a_wrong_header_are_mistakes_of_the_test(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same name"):
        count_call_logs([tmp_path / "a.csv", tmp_path / "b" / "a.csv"])
    with pytest.raises(ValueError, match=r"lacks \['call_cost'\]"):
        count(tmp_path, HEADER.replace(b"call_cost,", b""))


class Table:
    """Stands in for a connection and its cursor: the rows of customer_call_logs."""

    itersize = 0

    def __init__(self, *rows: tuple[object, ...]) -> None:
        self.rows = rows

    def cursor(self, name: str, *, withhold: bool) -> Self:
        assert (name, withhold) == ("independent_count", True)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def execute(self, statement: str) -> None:
        assert "customer_call_logs" in statement

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return iter(self.rows)


GOOD = (*KEY, Decimal("1.2000"), 330, 7, 2)


@pytest.mark.parametrize(
    ("rows", "difference"),
    [
        ([], "is not in the table"),
        ([GOOD, GOOD], "more than once"),
        ([(*KEY, Decimal("1.21"), 330, 7, 2)], "1.21 USD 330 s (1.csv:2) in the table, must be 1.20 USD"),
        ([(*KEY, None, 330, 7, 2)], "None USD"),
        ([(*KEY, Decimal("1.20"), 330, 7, 3)], "(1.csv:3) in the table"),
        ([GOOD, (*KEY[:2], "Accra", None, None, 7, 9)], "must not be"),
    ],
)
def test_a_table_that_differs_is_told_how(tmp_path: Path, rows: list[Any], difference: str) -> None:
    found = compare_with_table(count(tmp_path, HEADER + ROW), Table(*rows))  # type: ignore[arg-type]
    assert len(found) == 1
    assert difference in found[0]


def test_an_equal_table_has_no_differences(tmp_path: Path) -> None:
    assert compare_with_table(count(tmp_path, HEADER + ROW), Table(GOOD)) == []  # type: ignore[arg-type]


def test_rows_of_one_file_under_two_inputs_are_a_difference(tmp_path: Path) -> None:
    other = ROW.replace(b"1001", b"1002")
    table = Table(GOOD, (KEY.call_date, 1002, "Nairobi", *VALUES, 8, 3))
    found = compare_with_table(count(tmp_path, HEADER + ROW + other), table)  # type: ignore[arg-type]
    assert found == ["Several inputs hold rows of one file: {7: '1.csv', 8: '1.csv'}."]


def test_an_input_that_holds_rows_of_two_files_is_a_difference(tmp_path: Path) -> None:
    other = ROW.replace(b"1001", b"1002")
    table = Table(GOOD, (KEY.call_date, 1002, "Nairobi", *VALUES, 7, 2))
    found = compare_with_table(count(tmp_path, HEADER + ROW, HEADER + other), table)  # type: ignore[arg-type]
    assert len(found) == 1
    assert "(1.csv:2) in the table, must be 1.20 USD 330 s (2.csv:2)" in found[0]


def test_of_many_differences_the_first_are_listed(tmp_path: Path) -> None:
    rows = b"".join(ROW.replace(b"1001", b"%d" % n) for n in range(50))
    found = compare_with_table(count(tmp_path, HEADER + rows), Table())  # type: ignore[arg-type]
    assert len(found) == 21
    assert found[-1] == "and 30 more."
