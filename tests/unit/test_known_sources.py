"""Each source that can be declared has its kind, and each format its place in the list."""

from __future__ import annotations

import io
from typing import get_args

import pytest

from sluice.engine.declare import Column, Files, Source, Table
from sluice.engine.formats.known import FORMATS, header_of, parse_text
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.known import KINDS, kind_of
from sluice.engine.types import Text

CONTRACT = Contract(Table("things", ["id"], [Column("id", Text(), required=True)]))


def test_every_source_that_can_be_declared_has_a_kind() -> None:
    assert set(KINDS) == set(get_args(Source))


def test_a_source_that_is_made_of_another_one_is_read_as_that() -> None:
    class Own(Files):
        pass

    assert kind_of(Own("*.csv")) is KINDS[Files]


def test_formats_have_names_of_their_own_and_csv_is_tried_last() -> None:
    assert [form.name for form in FORMATS] == ["fixed", "jsonl", "csv"]


@pytest.mark.parametrize(
    ("stored", "data"),
    [
        ({"delimiter": ";", "header": ["id", "n"], "body_offset": 5, "body_line": 2}, b"7;1\n"),
        ({"format": "jsonl", "header": ["id"], "body_offset": 0, "body_line": 1, "absent": ["n"]}, b'{"id": 7}\n'),
    ],
    ids=["csv", "jsonl"],
)
def test_a_dialect_of_the_ledger_says_how_its_parts_are_read(stored: dict[str, object], data: bytes) -> None:
    parsed = parse_text(data, stored, CONTRACT, first_line=2, read=1, well_quoted=True)
    assert parsed.rows.to_pydict() == {"id": ["7"], "_line": [2]}


@pytest.mark.parametrize(
    ("head", "names"), [(b"a,b\n1,2\n", ("a", "b")), (b'{"a": 1, "b": 2}\n', ("a", "b"))], ids=["csv", "jsonl"]
)
def test_a_format_is_told_by_the_first_bytes(head: bytes, names: tuple[str, ...]) -> None:
    assert header_of(io.BytesIO(head), head, Files("*")) == names
