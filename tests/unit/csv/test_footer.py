"""Lines at the end of a file that are not data."""

from __future__ import annotations

import io

import pytest

from sluice import Files
from sluice.engine.formats.csv import CsvOptions
from sluice.engine.formats.jsonl.plan import plan_jsonl
from sluice.engine.formats.text.limits import Limits
from sluice.errors import DataError, DeclarationError
from tests.unit.csv.reading import read

SIZES = [1, 2, 3, 5, 7, 11, 1 << 20]
DATA = b'id,name\r\n1,Ann\r\n2,"B\nob"\r\n3,Cid\r\nTotal,3\r\n\r\n"End of report"\r\n\r\n'
ROWS = {2: ("1", "Ann"), 3: ("2", "B\nob"), 5: ("3", "Cid")}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("trickle", [0, 1, 4])
@pytest.mark.parametrize("footer", [2, "Total|End of"])
def test_the_last_lines_are_not_rows_at_any_part_size(size: int, trickle: int, footer: int | str) -> None:
    limits = Limits(max_header_bytes=34)
    found = read(DATA, size, options=CsvOptions(footer=footer), trickle=trickle, limits=limits)
    assert (found.rows, found.rejects, found.plan.read) == (ROWS, [], 3)
    assert found.plan.note == f"The last 2 lines, from 6, are not data (footer={footer!r})."
    assert found.plan.size == len(DATA)


def test_a_pattern_takes_only_lines_at_the_end_that_begin_with_it() -> None:
    found = read(b"id;name\nTotal;1\n2;Total\n;;Total\n", options=CsvOptions(footer="Total"))
    assert found.rows == {2: ("Total", "1"), 3: ("2", "Total")}
    assert found.plan.note == "Line 4, the last one, is not data (footer='Total')."


def test_a_file_without_the_line_has_all_its_rows() -> None:
    found = read(b"id,name\n1,Ann\n2,Bob\n", options=CsvOptions(footer="Total"))
    assert (found.rows, found.plan.note) == ({2: ("1", "Ann"), 3: ("2", "Bob")}, None)


def test_lines_that_end_with_a_carriage_return_are_numbered() -> None:
    found = read(b"id,name\r1,Ann\r2,Bob\rTotal,2\r", options=CsvOptions(footer=1))
    assert found.plan.note == "Line 4, the last one, is not data (footer=1)."


@pytest.mark.parametrize("data", [b"id,name\n1,Ann\n2,Bob\n", b"id,name\n1,Ann\n"])
def test_a_file_that_is_shorter_than_its_footer_has_no_rows(data: bytes) -> None:
    with pytest.raises(DataError, match=r"no rows. (Line 2|The last 2 lines, from 2).*\(footer=3\)") as refused:
        read(data, options=CsvOptions(footer=3))
    assert refused.value.code == "header_only"


def test_a_footer_that_is_too_long_is_refused() -> None:
    with pytest.raises(DataError, match="longer than 20 bytes") as refused:
        read(b"id,name\n" + 9 * b"1,Ann\n", 4, options=CsvOptions(footer=6), limits=Limits(max_header_bytes=20))
    assert refused.value.code == "footer_too_long"


def test_json_lines_may_have_one() -> None:
    data = b'{"a": 1}\n{"a": 2}\n# 2 rows\n'
    planned = plan_jsonl(io.BytesIO(data), part_bytes=4, footer="#")
    assert (planned.read, planned.note) == (2, "Line 3, the last one, is not data (footer='#').")
    assert sum(part.length for part in planned.parts) == 18


@pytest.mark.parametrize(
    ("footer", "message"),
    [(-1, "between 0 and 1,000"), (1001, "between 0"), ("(", "not a regular expression"), ("x*", "fits every line")],
)
def test_what_cannot_be_a_footer_is_refused(footer: int | str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        Files("*", footer=footer)


def test_it_is_part_of_how_a_file_is_read() -> None:
    assert Files("*", footer=2).reading == {"footer": 2}
