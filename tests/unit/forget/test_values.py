"""Values that are forgotten: as they are stored, hashed and found in texts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as Number

import pyarrow as pa
import pytest

from sluice.engine.declare import Column, Files, Flow, Pipeline, Table
from sluice.engine.rows.contract import Contract
from sluice.engine.steps.removal.forget.wanted import pattern, wanted
from sluice.engine.types import Boolean, Date, Decimal, Integer, Phone, Text
from sluice.engine.types.forgotten import Forgotten, keyed_hash, spelled
from sluice.errors import ConfigError

TABLE = Table(
    "call",
    ["id"],
    [
        Column("id", Integer(), required=True),
        Column("msisdn", Phone("RW"), header="Number"),
        Column("amount", Decimal(12, 2)),
        Column("born", Date("%d.%m.%Y")),
        Column("name", Text()),
        Column("paid", Boolean()),
    ],
)
PIPELINE = Pipeline("company", flows=[Flow(Files("*.csv", name="calls"), TABLE)])
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("column", "given", "stored"),
    [
        ("msisdn", " 0788 123 456 ", "+250788123456"),
        ("msisdn", "00250788123456", "+250788123456"),
        ("id", "0012", "12"),
        ("amount", "12.50", "12.5"),
        ("amount", "10", "10"),
        ("born", "01.02.1980", "1980-02-01"),
        ("name", "Mukamana, Jeanne", "Mukamana, Jeanne"),
    ],
)
def test_a_value_is_read_as_a_file_is(column: str, given: str, stored: str) -> None:
    (found,) = wanted(PIPELINE, [(column, given)])
    assert found.text == stored


@pytest.mark.parametrize(
    ("column", "given", "says"),
    [
        ("msisd", "1", "--where msisd=...: no table of company has that column; they have id, msisdn,"),
        ("msisdn", "0788", "--where msisdn=...: the value is not one that call could have: '***' is not a telephone"),
        ("name", "", "--where name=...: the value is empty"),
        ("paid", "yes", "paid of call is Boolean()"),
    ],
)
def test_a_value_that_cannot_be_there_is_refused(column: str, given: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        wanted(PIPELINE, [(column, given)])
    assert str(caught.value).startswith(says)


def test_another_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="--table customer: company loads into call"):
        wanted(PIPELINE, [("id", "1")], "customer")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("call +250788123456 back", True),
        ("'0788 123 456' is", True),
        ("(0)788-123-456", True),
        ("00250 788 123456", True),
        ("+250 (0) 788 123 456", True),
        ("x788123456.csv", True),
        ("10788123456", False),
        ("7881234567", False),
        ("+250788123457", False),
    ],
)
def test_a_number_is_found_in_its_usual_spellings_and_not_in_longer_numbers(text: str, found: bool) -> None:
    spellings = pattern(wanted(PIPELINE, [("msisdn", "+250788123456")]))
    assert spellings is not None
    assert bool(re.search(spellings, text)) is found


def test_texts_are_not_searched_for_short_values() -> None:
    assert pattern(wanted(PIPELINE, [("id", "12")])) is None
    assert pattern(wanted(PIPELINE, [("name", "A.B*C+")])) == r"(?<!\w)A\.B\*C\+(?!\w)"


def test_numbers_and_dates_have_one_spelling() -> None:
    assert spelled(pa.array([Number("1.50"), Number("100.00"), None], pa.decimal128(12, 2))) == ["1.5", "100", None]
    assert spelled(pa.array([date(2024, 1, 2)], pa.date32())) == ["2024-01-02"]


def test_rows_of_forgotten_values_are_refused_before_any_other_reason() -> None:
    rows = pa.table(
        {
            "id": ["1", "2", "x", "4"],
            "Number": ["0788123456", "0788999888", "+250 788 123 456", None],
            "amount": ["1", "x", "1", "1"],
            "born": ["01.02.1980"] * 4,
            "name": ["a"] * 4,
            "paid": ["yes"] * 4,
            "_line": pa.array([2, 3, 4, 5], pa.int64()),
        }
    )
    forgotten = Forgotten(KEY, {"msisdn": frozenset([keyed_hash(KEY, "+250788123456")]), "gone": frozenset([b"x"])})
    done = Contract(TABLE).apply(rows, forgotten)
    assert done.rows.column("id").to_pylist() == [4]
    assert [*zip(done.rejects["line"].to_pylist(), done.rejects["code"].to_pylist(), strict=True)] == [
        (2, "forgotten"),
        (3, "not_decimal"),
        (4, "forgotten"),
    ]
    assert Contract(TABLE).hidden(forgotten) == {"Number"}
