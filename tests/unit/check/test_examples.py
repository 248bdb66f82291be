"""`tests=[Example(...)]` of a pipeline, without servers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as Number
from typing import Any

import pandas as pd
import pytest

from sluice import (
    Array,
    Boolean,
    Bytes,
    Column,
    Date,
    Example,
    Files,
    Flow,
    Inet,
    Integer,
    Json,
    Money,
    Pipeline,
    Table,
    Text,
    Timestamp,
    Uuid,
)
from sluice.engine.check.examples import failing_examples
from sluice.errors import ConfigError

TABLE = Table(
    "bills",
    ("id",),
    [
        Column("id", Integer(), required=True),
        Column("amount", Money("EUR", 14, 2, thousands=".", point=","), header="Betrag", nulls=("-",)),
        Column("day", Date("%d.%m.%Y")),
        Column("at", Timestamp("%Y-%m-%d %H:%M", tz="Europe/Berlin")),
        Column("paid", Boolean()),
        Column("name", Text()),
    ],
)


def _failing(*tests: Example, transform: Any = None) -> list[str]:
    pipeline = Pipeline("bills", Files("*.csv"), TABLE, transform=transform, tests=tests)
    return [each.sentence.removeprefix("Example: ") for each in failing_examples(pipeline)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Betrag": "1.234,50 €"}, {"amount": "1234.50"}),
        ({"Betrag": "1.234,50 €"}, {"amount": "1234.5"}),
        ({" BETRAG ": "5"}, {"amount": Number(5)}),
        ({"Betrag": "-"}, {"amount": None}),
        ({"id": "7"}, {"id": 7, "name": None}),
        ({"id": "7"}, {"id": "7"}),
        ({"day": "01.02.2024"}, {"day": "2024-02-01"}),
        ({"day": "01.02.2024"}, {"day": date(2024, 2, 1)}),
        ({"at": "2024-01-01 10:00"}, {"at": "2024-01-01 09:00:00+00"}),
        ({"at": "2024-01-01 10:00"}, {"at": datetime(2024, 1, 1, 9, tzinfo=UTC)}),
        ({"paid": "YES"}, {"paid": True}),
        ({"paid": "no"}, {"paid": "false"}),
        ({"name": "  a  b "}, {"name": "a b"}),
    ],
)
def test_an_example_that_holds(row: dict[str, str], expected: dict[str, object]) -> None:
    assert _failing(Example(row, expected)) == []


@pytest.mark.parametrize(
    ("row", "code"), [({"Betrag": "abc"}, "not_money"), ({"id": ""}, "missing"), ({"id": "x"}, "not_integer")]
)
def test_a_row_that_is_refused(row: dict[str, str], code: str) -> None:
    assert _failing(Example(row, rejected=code)) == []


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (Example({"Betrag": "1,50"}, {"amount": "1.51"}), "expected amount='1.51', got amount=1.50."),
        (Example({"paid": "yes"}, {"paid": 1}), "expected paid=1, got paid=true."),
        (Example({"name": "a"}, {"name": None}), "expected name=null, got name='a'."),
        (
            Example({"Betrag": "abc"}, rejected="not_decimal"),
            "expected the reject not_decimal, got not_money (amount: 'abc' is not an amount in EUR.)",
        ),
        (Example({"id": "1"}, rejected="missing"), "expected the reject missing, got id=1."),
        (Example({"id": "x"}, {"id": 1}), "expected id=1, got the reject not_integer (id: 'x' is not a whole number.)"),
        (
            Example({"Betrg": "1"}, {"amount": 1}),
            "no column of bills is read from the header 'Betrg'; did you mean 'Betrag'?",
        ),
        (Example({"Betrag": "1"}, {"amout": 1}), "bills has no column 'amout'; did you mean 'amount'?"),
        (Example({"id": "1"}, {"id": 1}, source="file"), "bills has no source 'file'; did you mean 'files'?"),
    ],
)
def test_an_example_that_fails_says_what_was_expected_and_what_came(example: Example, said: str) -> None:
    assert _failing(example) == [said]


def test_a_transform_is_part_of_it() -> None:
    def transform(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["name"] != "drop"].assign(name=lambda kept: kept["name"].str.upper())

    kept = Example({"name": "ann"}, {"name": "ANN"})
    dropped = Example({"name": "drop"}, rejected="dropped_by_transform")
    assert _failing(kept, dropped, transform=transform) == []
    assert "'transform' of 'bills' failed: KeyError" in _failing(kept, transform=lambda frame: frame["x"])[0].replace(
        "<lambda>", "transform"
    )


def test_an_example_knows_its_line() -> None:
    pipeline = Pipeline("bills", Files("*.csv"), TABLE, tests=[Example({"id": "x"}, {"id": 1})])
    (failing,) = failing_examples(pipeline)
    assert failing.place.startswith(f"{__file__}:")


def test_of_several_sources_the_row_names_its_own() -> None:
    other = Table("others", ("id",), [Column("id", Text(), required=True)])
    flows = [Flow(Files("a*", name="a"), TABLE), Flow(Files("b*", name="b"), other)]
    tests = [Example({"id": "x"}, {"id": "x"}, source="b"), Example({"id": "x"}, {"id": "x"})]
    (failing,) = failing_examples(Pipeline("two", flows=flows, tests=tests))
    assert failing.sentence == "Example: two has the sources a, b: name the one of the row, source='...'."


@pytest.mark.parametrize("arguments", [({}, {"a": 1}), ({"a": "1"},), ({"a": "1"}, {})])
def test_an_example_without_a_row_or_a_result_is_a_mistake(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ConfigError, match="Example: "):
        Example(*arguments)
    with pytest.raises(ConfigError, match="one of the two"):
        Example({"a": "1"}, {"a": 1}, rejected="missing")


def test_tests_change_neither_the_contract_nor_equality() -> None:
    plain = Pipeline("bills", Files("*.csv"), TABLE)
    assert Pipeline("bills", Files("*.csv"), TABLE, tests=[Example({"id": "1"}, {"id": 1})]) == plain


@pytest.mark.parametrize(
    ("row", "expected", "holds"),
    [
        ({"j": '{"b": 1.50, "a": [1]}'}, {"j": {"a": [1], "b": 1.5}}, True),
        ({"j": '{"b": 1.50, "a": [1]}'}, {"j": '{"a": [1], "b": 1.5}'}, True),
        ({"j": '{"b": 1}'}, {"j": {"b": True}}, False),
        ({"j": "[1, 2]"}, {"j": [1]}, False),
        ({"a": '["01.02.2024", null]'}, {"a": ["2024-02-01", None]}, True),
        ({"a": '["01.02.2024"]'}, {"a": [date(2024, 1, 2)]}, False),
        ({"u": "6A3C1F0E000040008000000000000001"}, {"u": "6a3c1f0e-0000-4000-8000-000000000001"}, True),
        ({"b": "0x00fF", "n": "::1"}, {"b": "\\x00ff", "n": "::1", "c": "EUR"}, True),
    ],
)
def test_documents_arrays_and_bytes(row: dict[str, str], expected: dict[str, object], holds: bool) -> None:
    columns = [
        Column("j", Json()), Column("a", Array(Date("%d.%m.%Y"))), Column("u", Uuid()), Column("b", Bytes("hex")),
        Column("n", Inet()), Column("c", Text(), default="EUR"),
    ]  # fmt: skip
    tests = [Example(row, expected)]
    pipeline = Pipeline("things", Files("*.csv"), Table("sales.things", None, columns), tests=tests)
    assert (not [*failing_examples(pipeline)]) is holds
