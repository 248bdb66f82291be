"""Files of fixed width: cut at characters, at any part size."""

from __future__ import annotations

import io
from typing import Any

import pytest

from sluice import Column, Files, Table, Text
from sluice.engine.formats.fixed.dialect import FixedWidth
from sluice.engine.formats.fixed.format import FIXED_WIDTH
from sluice.engine.formats.fixed.plan import plan_fixed
from sluice.engine.formats.known import parse_text, plan_text
from sluice.engine.formats.text.limits import Limits
from sluice.engine.rows.contract import Contract
from sluice.errors import ConfigError, DataError, DeclarationError

SIZES = [1, 7, 20, 1 << 20]
TABLE = Table("t", ["id"], [Column("id", Text(), required=True), Column("name", Text()), Column("city", Text())])
CONTRACT = Contract(TABLE)
HEAD = "id  name  city \n"


def read(text: str | bytes, size: int = 1 << 20, **declared: Any) -> tuple[dict[int, tuple[str, ...]], list[Any], Any]:
    data = text.encode() if isinstance(text, str) else text
    source = Files("*", widths=(4, 6, 5), **declared)
    planned = plan_fixed(io.BytesIO(data), source, part_bytes=size, limits=Limits(), tick=lambda _: None)
    rows, rejects = {}, []
    for part in planned.parts:
        piece = data[part.offset : part.offset + part.length]
        facts = {"first_line": part.first_line, "read": part.read, "well_quoted": part.well_quoted}
        parsed = parse_text(piece, planned.dialect.to_json(), CONTRACT, **facts)
        columns = [parsed.rows[name].to_pylist() for name in ("_line", "id", "name", "city")]
        rows |= {line: tuple(values) for line, *values in zip(*columns, strict=True)}
        rejects += parsed.rejects
    assert planned.read == len(rows) + len(rejects)
    return rows, rejects, planned


@pytest.mark.parametrize("size", SIZES)
def test_columns_are_characters_and_not_bytes(size: int) -> None:
    rows, rejects, _ = read(HEAD + "1   Zoë   Köln \r\n\n   2名前    Ōsaka  \n3           x\n4   a b   \n", size)
    assert rows == {
        2: ("1", "Zoë", "Köln"),
        4: ("2", "名前", "Ōsaka"),
        5: ("3", "", "x"),
        6: ("4", "a b", ""),
    }
    assert rejects == []


@pytest.mark.parametrize("size", SIZES)
def test_short_and_long_lines_are_rejects_with_their_place(size: int) -> None:
    rows, rejects, _ = read(HEAD + "1   Ann   Bonn \n2   An\n3   Bob   Berlin\n", size)
    assert rows == {2: ("1", "Ann", "Bonn")}
    assert [(each.line, each.column, each.code, each.reason) for each in rejects] == [
        (3, "name", "short_line", "The line ends after 6 characters, in the column name; the columns have 15."),
        (4, None, "long_line",
         "There is text at character 16, behind the last column; the columns have 15 characters."),
    ]  # fmt: skip


def test_bytes_that_are_not_text_and_nul_are_rejects() -> None:
    _, rejects, _ = read(HEAD.encode() + b"1   \xc3\xb6\xff    Bonn \n2   A\0n   Bonn \n")
    assert [(each.line, each.column, each.code) for each in rejects] == [
        (2, "name", "invalid_utf8"),
        (3, "name", "nul"),
    ]
    assert rejects[0].reason == "Character 6 of the line, the byte 0xFF, is not UTF-8."


def test_a_header_may_be_declared_repeated_skipped_over_and_missing() -> None:
    assert read("1   Ann   Bonn \n", header=("id", "name", "city"))[0] == {1: ("1", "Ann", "Bonn")}
    assert read("a report\n" + HEAD + "1   Ann   Bonn \n", skip=1)[0] == {3: ("1", "Ann", "Bonn")}
    _, rejects, _ = read(HEAD + "1   Ann   Bonn \nID  Name  City\n")
    assert [(each.line, each.code) for each in rejects] == [(3, "repeated_header")]
    for text, code in ((HEAD, "header_only"), ("", "empty_file"), ("\n\n", "empty_file")):
        with pytest.raises(DataError) as refused:
            read(text)
        assert refused.value.code == code


def test_a_footer_is_left_out() -> None:
    rows, _, planned = read(HEAD + "1   Ann   Bonn \nTotal: 1\n", footer="Total")
    assert rows == {2: ("1", "Ann", "Bonn")}
    assert planned.note == "Line 3, the last one, is not data (footer='Total')."


def test_it_is_declared_and_not_detected() -> None:
    data = (HEAD + "1   Ann   Bonn \n").encode()
    planned = plan_text(io.BytesIO(data), data, Files("*", widths=[4, 6, 5]), lambda _: None)
    assert isinstance(planned.dialect, FixedWidth)
    assert FixedWidth.from_json(planned.dialect.to_json()) == planned.dialect


def test_records_are_written_in_their_columns() -> None:
    dialect = FixedWidth(("id", "name", "city"), (4, 6, 5), 0, 1)
    assert FIXED_WIDTH.cells("  1 Ann   Bonn", dialect) == ["1", "Ann", "Bonn"]
    assert FIXED_WIDTH.cells("1   An", dialect) is None
    assert FIXED_WIDTH.changed("  1 Ann   Bonn", {1: "Zoë"}, dialect) == "  1 Zoë   Bonn "
    with pytest.raises(ConfigError, match="'Alexandra' has 9 characters, and its column has a width of 6"):
        FIXED_WIDTH.changed("  1 Ann   Bonn", {1: "Alexandra"}, dialect)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"widths": ()}, "widths must be"),
        ({"widths": (3, 0)}, "widths must be"),
        ({"widths": (3,), "header": ("a", "b")}, "header has 2 names, and widths has 1 columns"),
        ({"widths": (3,), "delimiter": ";"}, "widths excludes delimiter"),
        ({"widths": (3,), "quote": None}, "widths excludes delimiter"),
    ],
)
def test_what_cannot_be_declared_is_refused(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        Files("*", **declared)
