"""Declared quote and escape characters."""

from __future__ import annotations

import pytest

from sluice import Files
from sluice.engine.formats.csv import CsvOptions
from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.rows import join_cells, read_cells, with_cells
from sluice.errors import ConfigError, DataError, DeclarationError
from tests.unit.csv.reading import plan, read

BACKSLASH = CsvOptions(escape="\\")
SIZES = [1, 2, 3, 5, 7, 1 << 20]


@pytest.mark.parametrize("size", SIZES)
def test_an_escape_makes_the_next_character_a_part_of_the_value(size: int) -> None:
    text = b'id,note\n1,a\\,b\n2,"say \\"hi\\""\n3,two\\\nlines\n4,back\\\\slash\n5,\\"x\n6,\\\xc3\xa9\n'
    assert read(text, size, options=BACKSLASH).rows == {
        2: ("1", "a,b"),
        3: ("2", 'say "hi"'),
        4: ("3", "two\nlines"),
        6: ("4", "back\\slash"),
        7: ("5", '"x'),
        8: ("6", "é"),
    }


@pytest.mark.parametrize("quote", ['"', "'", None])
def test_a_value_of_backslash_n_is_empty(quote: str | None) -> None:
    options = CsvOptions(",", escape="\\", quote=quote)
    found = read(b"id,note\n1,\\N\n\\N,x\n3,\\\\N\n4,\\Nx\n5,\\,\\N\n", options=options)
    assert found.rows == {2: ("1", ""), 3: ("", "x"), 4: ("3", "\\N")}
    assert found.refused == [(5, "unknown_escape"), (6, "unknown_escape")]


def test_one_column_of_empty_values_has_all_its_rows() -> None:
    for quote in ('"', None):
        found = read(b"note\n\\N\nx\n\\N\n", options=CsvOptions(",", escape="\\", quote=quote))
        assert found.rows == {2: ("",), 3: ("x",), 4: ("",)}


def test_an_escape_before_a_letter_or_a_digit_is_a_reject_with_its_column() -> None:
    (reject,) = read(b"id,note\n1,a\\tb\n2,c\n", options=BACKSLASH).rejects
    assert (reject.line, reject.column, reject.code) == (2, "note", "unknown_escape")
    assert reject.reason == (
        "\\t has no meaning that programs agree on; here an escape character makes the next one a part of the value. "
        "Write \\\\ for \\, and a tab or a line break as it is, behind an escape or in quotes."
    )


def test_an_escape_with_nothing_behind_it_is_a_reject() -> None:
    found = read(b"id,note\n1,a\n2,b\\", options=BACKSLASH)
    assert (found.rows, found.refused) == ({2: ("1", "a")}, [(3, "dangling_escape")])
    found = read(b"id,note\n1,a\\\n2,b\n", options=CsvOptions(escape="\\", line_breaks=False))
    assert (found.rows, found.refused) == ({3: ("2", "b")}, [(2, "dangling_escape")])


@pytest.mark.parametrize("size", SIZES)
def test_another_quote_is_a_quote_and_the_usual_one_is_text(size: int) -> None:
    found = read(b"id,note\n1,'a,\n''b'\n2,5\" pipe\n3,'open\n4,\"x\"\n", size, options=CsvOptions(quote="'"))
    assert found.rows == {2: ("1", "a,\n'b"), 4: ("2", '5" pipe'), 6: ("4", '"x"')}
    assert found.refused == [(5, "unclosed_quote")]
    assert "write it twice ('')" in found.rejects[0].reason


@pytest.mark.parametrize("size", SIZES)
def test_without_quotes_every_line_is_a_record(size: int) -> None:
    found = read(b'id,"note"\n1,"a\n2,b"\n3,"c""\n4,"d,e"\n', size, options=CsvOptions(quote=None))
    assert found.plan.dialect.header == ("id", '"note"')
    assert found.rows == {2: ("1", '"a'), 3: ("2", 'b"'), 4: ("3", '"c""')}
    assert found.refused == [(5, "ragged_row")]


def test_a_header_may_have_escapes() -> None:
    assert plan(b"a\\,b,c\n1,2\n", options=BACKSLASH).dialect.header == ("a,b", "c")
    with pytest.raises(DataError, match="Line 1, in the header") as refused:
        plan(b"a\\tb,c\n1,2\n", options=BACKSLASH)
    assert refused.value.code == "unknown_escape"


def test_the_dialect_is_stored_where_it_is_not_the_usual_one() -> None:
    usual = plan(b"a,b\n1,2\n").dialect
    assert not {"quote", "escape"} & set(usual.to_json())
    for options in (BACKSLASH, CsvOptions(quote=None), CsvOptions(quote="'", escape="^")):
        dialect = plan(b"a,b\n1,2\n", options=options).dialect
        assert Dialect.from_json(dialect.to_json()) == dialect  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("quote", "escape", "record"),
    [('"', "\\", '"a,b",say \\\\N,'), (None, "\\", "a\\,b,say \\\\N,"), ("'", None, "'a,b',say \\N,")],
)
def test_records_are_written_as_they_are_read(quote: str | None, escape: str | None, record: str) -> None:
    dialect = Dialect(",", ("a", "b", "c"), 0, 1, quote=quote, escape=escape)
    assert read_cells(record, dialect) == ["a,b", "say \\N", ""]
    assert join_cells(["a,b", "say \\N", ""], dialect).replace('"say \\\\N"', "say \\\\N") == record
    assert read_cells(with_cells(record, {1: "x\n,y"}, dialect), dialect) == ["a,b", "x\n,y", ""]


def test_a_value_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ConfigError, match="neither a quote nor an escape"):
        join_cells(["a,b", "c"], Dialect(",", ("a", "b"), 0, 1, quote=None))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"quote": "x"}, "quote must be one ASCII character"),
        ({"quote": ""}, "quote must be one ASCII character"),
        ({"escape": "ab"}, "escape must be one ASCII character"),
        ({"escape": " "}, "escape must be one ASCII character"),
        ({"escape": '"'}, "leave escape out"),
        ({"quote": ";", "delimiter": ";"}, "quote must be another character than the delimiter"),
        ({"quote": None, "strict_quotes": True}, "strict_quotes needs a quote"),
    ],
)
def test_signs_that_cannot_be_declared_are_refused(declared: dict[str, object], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        Files("*", **declared)  # type: ignore[arg-type]


def test_what_is_not_usual_is_part_of_the_contract() -> None:
    assert Files("*").reading == {}
    assert Files("*", quote=None, escape="\\").reading == {"quote": "none", "escape": "\\"}
