"""Columns that a file does not have, and what it may have meant by those that nobody knows."""

from __future__ import annotations

import pytest

from sluice import Column, Files, Flow, Integer, Table, Text
from sluice.engine.rows.contract import Contract
from sluice.engine.steps.plan.absent import absent_columns, match_columns, note_of, suggestions
from sluice.errors import DataError


def table(*columns: Column, on_conflict: str = "keep") -> Table:
    key = Column("id", Integer(), required=True)
    return Table("t", key=("id",), columns=[key, *columns], on_conflict=on_conflict)  # type: ignore[arg-type]


def note(declared: Table, *header: str) -> str | None:
    return note_of(Flow(Files("*"), declared), match_columns(header, declared, Contract(declared)))


NAME, DAY = Column("name", Text()), Column("day", Text(), header="Day of call")
RECIPIENT = Column("recipient", Text(), header="Empfaenger")


def test_a_file_with_all_columns_has_no_note() -> None:
    assert note(table(NAME, DAY), "ID", " Name ", "day of call") is None


def test_every_declared_column_that_is_not_there_is_named() -> None:
    declared = table(NAME, DAY)
    assert note(declared, "id") == "Columns that the file does not have: name (null), day (null)."
    assert absent_columns(declared, match_columns(("id", "Name"), declared, Contract(declared))) == ["day"]


def test_where_rows_are_updated_it_is_said_that_they_stay_as_they_are() -> None:
    assert note(table(NAME, on_conflict="update"), "id") == (
        "Columns that the file does not have: name (null in new rows, left as it is in others)."
    )


def test_a_name_that_is_nearly_a_declared_one_is_asked_about() -> None:
    assert note(table(RECIPIENT), "id", "Empfanger") == (
        "Column 'Empfanger' is unknown; did you mean 'Empfaenger' (declared for recipient)? "
        "Columns that the pipeline does not know were ignored: Empfanger. "
        "Columns that the file does not have: recipient (null)."
    )


def test_a_required_column_that_is_misspelt_is_asked_about_where_the_file_is_refused() -> None:
    declared = table(Column("recipient", Text(), header="Empfaenger", required=True))
    with pytest.raises(DataError) as caught:
        note(declared, "id", "Empfanger")
    assert caught.value.code == "missing_header"
    assert str(caught.value) == (
        "The header lacks 'Empfaenger'; it has 'id', 'Empfanger'. "
        "Column 'Empfanger' is unknown; did you mean 'Empfaenger' (declared for recipient)?"
    )


def test_a_column_that_must_exist_refuses_files_without_it() -> None:
    declared = table(Column("name", Text(), must_exist=True))
    assert note(declared, "id", "name") is None
    with pytest.raises(DataError, match="The header lacks 'name'; it has 'id'"):
        note(declared, "id")


def test_two_columns_of_one_header_are_both_absent() -> None:
    declared = table(Column("a", Text(), header="x"), Column("b", Text(), header="x"))
    assert note(declared, "id") == "Columns that the file does not have: a (null), b (null)."


@pytest.mark.parametrize(
    ("unknown", "missing"),
    [
        ("Empfanger", "Empfaenger"),
        ("Empf\u00e4nger", "Empfaenger"),
        ("Empf\u00e4nger", "Empfanger"),
        ("reciever", "receiver"),
        ("adress", "address"),
        ("custmer_id", "customer_id"),
        ("Customer ID", "customer_id"),
        ("customerId", "customer_id"),
        ("CUSTOMER-ID", "customer_id"),
        ("pirce", "price"),
        ("prices", "price"),
        ("e mail", "email"),
        ("email_adress", "email_address"),
        ("d a y", "day"),
    ],
)
def test_near_names_are_suggested(unknown: str, missing: str) -> None:
    assert suggestions(["other", unknown], ["quantity", missing]) == {unknown: missing}


@pytest.mark.parametrize(
    ("unknown", "missing"),
    [("fax", "phone"), ("no", "id"), ("ip", "id"), ("start", "end"), ("city", "country"), ("", "name"), ("--", "name"),
     ("first_name", "last_name"), ("price", "quantity"), ("a" * 4000, "name")],
)  # fmt: skip
def test_other_names_are_not(unknown: str, missing: str) -> None:
    assert suggestions([unknown], [missing]) == {}


def test_each_name_is_suggested_once_to_the_nearest() -> None:
    assert suggestions(["adress", "address1"], ["address", "address2"]) == {"adress": "address", "address1": "address2"}
