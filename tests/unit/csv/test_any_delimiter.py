"""Any single character of ASCII may separate fields, if it is declared."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice import Column, Files, Integer, Table, Text
from sluice.engine.declare.sources.files import is_delimiter
from sluice.engine.formats.known import parse_text, plan_text
from sluice.engine.rows.contract import Contract
from sluice.errors import DeclarationError

CONTRACT = Contract(Table("t", ["id"], [Column("id", Integer(), required=True), Column("note", Text(verbatim=True))]))
ALLOWED = [chr(code) for code in range(1, 128) if is_delimiter(chr(code))]


def read(text: str, delimiter: str) -> tuple[list[tuple[str | None, str | None]], list[str]]:
    """The rows, and the codes of rejects."""
    data = text.encode()
    planned = plan_text(io.BytesIO(data), data, Files("*", delimiter=delimiter), lambda _: None, CONTRACT.requested)
    rows, rejects = [], []
    for part in planned.parts:
        piece = data[part.offset : part.offset + part.length]
        facts = {"first_line": part.first_line, "read": part.read, "well_quoted": part.well_quoted}
        parsed = parse_text(piece, planned.dialect.to_json(), CONTRACT, **facts)
        rows += zip(parsed.rows["id"].to_pylist(), parsed.rows["note"].to_pylist(), strict=True)
        rejects += [each.code for each in parsed.rejects]
    return rows, rejects


@pytest.mark.parametrize("delimiter", ALLOWED)
def test_each_character_that_is_allowed_separates(delimiter: str) -> None:
    text = 'id,note\n1,a\n2,"b,""c"\n3,"two\nlines"\n4,x,y\n5,5" pipe\n6,"a"b\n'.replace(",", delimiter)
    rows, rejects = read(text, delimiter)
    assert rows == [("1", "a"), ("2", f'b{delimiter}"c'), ("3", "two\nlines"), ("5", '5" pipe')]
    assert sorted(rejects) == ["ragged_row", "text_after_quote"]


@given(
    st.sampled_from(ALLOWED), st.lists(st.text(st.characters(max_codepoint=126, exclude_characters="\0\r")), min_size=1)
)
def test_what_pythons_csv_writes_is_read_back(delimiter: str, notes: list[str]) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "note"), *((str(at), note) for at, note in enumerate(notes))])
    rows, rejects = read(written.getvalue(), delimiter)
    assert rejects == []
    assert [note or "" for _, note in rows] == notes


@pytest.mark.parametrize("delimiter", ["", "||", "a", "7", " ", '"', "\n", "\0", "é", "§"])
def test_what_cannot_separate_is_refused_where_it_is_declared(delimiter: str) -> None:
    with pytest.raises(DeclarationError, match="delimiter must be one ASCII character, no letter"):
        Files("*", delimiter=delimiter)
