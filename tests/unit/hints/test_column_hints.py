"""Hints for columns: lines to copy, each really applied to the refused texts."""

from __future__ import annotations

import pytest

import sluice
from sluice import Boolean, Column, Date, Decimal, Duration, Integer, Money, Phone, Text, Timestamp, at_least, one_of
from sluice.engine.hints.columns import column_hints
from sluice.engine.hints.written import written
from sluice.engine.types import ColumnType


def _lines(kind: ColumnType, refused: list[str], accepted: list[str] | None = None) -> list[str]:
    column = Column("a", kind)
    return [
        hint.line.removeprefix('Column("a", ').removesuffix(")")
        for hint in column_hints(column, refused, accepted or [])
    ]


@pytest.mark.parametrize(
    ("kind", "refused", "line"),
    [
        (Decimal(14, 2), ["1.234,50", "7,00"], 'Decimal(14, 2, thousands=".", point=",")'),
        (Decimal(14, 2), ["1,5"], 'Decimal(14, 2, point=",")'),
        (Decimal(14, 2), ["1 234.5"], 'Decimal(14, 2, thousands=" ")'),
        (Decimal(14, 2), ["(12.00)", "5.00-"], "Decimal(14, 2, accounting=True)"),
        (Decimal(14, 2), ["1.234,50 €"], 'Money("EUR", 14, 2, thousands=".", point=",")'),
        (Decimal(4, 2), ["1.2345"], "Decimal(6, 4)"),
        (Decimal(4, 2), ["12345.1"], "Decimal(7, 2)"),
        (Money("USD"), ["1.234,50"], 'Money("USD", 12, 4, thousands=".", point=",")'),
        (Integer(), ["1,234", "12,345,678"], 'Integer(thousands=",")'),
        (Integer(), ["1.0"], "Decimal(18, 2)"),
        (Date("%Y-%m-%d"), ["25.12.2024", "1.2.2024"], 'Date("%d.%m.%Y")'),
        (Date("%Y-%m-%d"), ["2024-12-25 10:00:00"], 'Timestamp("%Y-%m-%d %H:%M:%S")'),
        (Timestamp("%Y-%m-%d"), ["2024-12-25T10:00:00Z"], 'Timestamp("%Y-%m-%dT%H:%M:%S%z")'),
        (Date("%Y-%m-%d"), ["25-DEC-2024", "01-jan-2024"], 'Date("%d-%b-%Y")'),
        (
            Timestamp("%Y-%m-%d", tz="Asia/Tokyo"),
            ["12/25/2024 3:05 PM"],
            'Timestamp("%m/%d/%Y %I:%M %p", tz="Asia/Tokyo")',
        ),
        (Timestamp("%Y-%m-%d", tz="Asia/Tokyo"), ["2024-12-25T10:00:00+03:00"], 'Timestamp("%Y-%m-%dT%H:%M:%S%z")'),
        (Timestamp("%Y-%m-%d", tz="Asia/Tokyo"), ["2024-12-25 10:00"], 'Timestamp("%Y-%m-%d %H:%M", tz="Asia/Tokyo")'),
        (Duration(), ["5:30"], "Duration(minutes=True)"),
        (Text(3), ["abcd", "ab cde"], "Text(6)"),
        (Integer(), ["N/A", "-"], 'Integer(), nulls=("-", "N/A")'),
    ],
)
def test_the_nearest_declaration_that_accepts_the_texts(kind: ColumnType, refused: list[str], line: str) -> None:
    assert _lines(kind, refused) == [line]


@pytest.mark.parametrize(
    ("kind", "refused"),
    [(Integer(), ["x", "y"]), (Boolean(), ["on"]), (Phone("KE"), ["12"]), (Date("%Y-%m-%d"), ["soon"])],
)
def test_no_hint_where_nothing_fits(kind: ColumnType, refused: list[str]) -> None:
    assert _lines(kind, refused) == []


def test_how_many_texts_would_pass_is_counted() -> None:
    (hint,) = column_hints(Column("a", Decimal()), ["1.234,50"] * 312 + ["abc"] * 3)
    assert (hint.passes, hint.tried, hint.example) == (312, 315, "'1.234,50' as 1234.50")


def test_a_hint_that_passes_less_than_half_is_none() -> None:
    assert column_hints(Column("a", Decimal()), ["1,5"] * 2 + ["abc"] * 3) == []


def test_what_is_accepted_now_must_be_read_as_before() -> None:
    assert _lines(Decimal(14, 2), ["1,5"], ["1.5"]) == []
    assert _lines(Date("%Y-%m-%d"), ["25/12/2024"], ["2024-12-25"]) == ['Date("%Y-%m-%d", "%d/%m/%Y")']
    assert _lines(Date("%d/%m/%Y"), ["12/25/2024"], ["01/02/2024"]) == []


def test_several_readings_of_the_same_texts_are_all_shown() -> None:
    hints = column_hints(Column("a", Date("%Y-%m-%d")), ["03/04/2024", "05/06/2024"])
    assert [hint.line for hint in hints] == ['Column("a", Date("%d/%m/%Y"))', 'Column("a", Date("%m/%d/%Y"))']
    assert [hint.example for hint in hints] == ["'03/04/2024' as 2024-04-03", "'03/04/2024' as 2024-03-04"]
    assert all("ask who wrote the file" in (hint.note or "") for hint in hints)


def test_a_required_column_has_no_nulls() -> None:
    assert column_hints(Column("a", Integer(), required=True), ["N/A"]) == []


def test_the_rest_of_the_column_stays() -> None:
    column = Column("a", Decimal(10, 3), header="Betrag", required=True, check=at_least(0), nulls=("x",))
    (hint,) = column_hints(column, ["1,5", "-1,5", "2,5"])
    assert hint.passes == 2
    assert hint.line == (
        'Column("a", Decimal(10, 3, point=","), header="Betrag", required=True, check=at_least(0), nulls=("x",))'
    )


def test_a_change_of_the_type_in_postgresql_is_said() -> None:
    (hint,) = column_hints(Column("a", Integer()), ["1.5"])
    assert hint.note == "The column of the table is then numeric(18,2), not bigint."


@pytest.mark.parametrize(
    "declared",
    [
        Column("a", Text()),
        Column("a", Text(5, verbatim=True), header='a "b"', must_exist=True),
        Column("a", Money("KES", words=("bob",), accounting=True), check=at_least(0)),
        Column("a", Timestamp("%Y-%m-%d", "%Y-%m-%d %H:%M", tz="Africa/Nairobi")),
        Column("a", Text(), check=one_of("a", "b", code="odd")),
        Column("a", Integer(thousands=" "), nulls=("-", "x")),
        Column("a", Duration(True)),
        sluice.Files("*.csv", skip=3, encoding="cp1252", header=("a", "b")),
    ],
)
def test_what_is_written_declares_the_same(declared: object) -> None:
    assert eval(written(declared), vars(sluice) | {name: getattr(sluice, name) for name in sluice.__all__}) == declared  # noqa: S307


@pytest.mark.parametrize("column", [Column("a", Date("%Y-%m-%d"), pii=True), Column("a", Text(3), pii="name")])
def test_a_hint_shows_no_personal_data(column: Column) -> None:
    (hint,) = column_hints(column, ["25.12.1980"], [])
    assert (hint.passes, hint.example) == (1, None)
