"""Records that outgrow the limit: followed block by block, told apart from what comes after them."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from sluice.engine.formats.csv import Dialect, plan_csv, reject_overlong
from sluice.engine.formats.csv.overlong import LongRecord
from sluice.engine.formats.csv.quotes import QuoteRules
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from tests.unit.csv.reading import read

MEBIBYTE = 1 << 20
DIALECT = Dialect(",", ("a", "b"), 4, 2)


class Quoted(io.RawIOBase):
    """A header, a row, a quote that opens, megabytes of rows behind it, and an end."""

    def __init__(self, megabytes: int, end: bytes = b"") -> None:
        self._size = megabytes * MEBIBYTE
        self._at = 0
        self._head = io.BytesIO(b'a,b\n1,2\n3,"4\n')
        self._end = io.BytesIO(end)

    def read(self, size: int = -1) -> bytes:
        if head := self._head.read(size):
            return head
        count, skip = min(size, self._size - self._at), self._at % 4
        self._at += count
        return (b"5,6\n" * (count // 4 + 2))[skip : skip + count] or self._end.read(size)


def _peak(stream: Quoted) -> tuple[InputPlan, int]:
    tracemalloc.start()
    found = plan_csv(stream, part_bytes=MEBIBYTE)  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, peak


def test_a_record_of_any_size_is_planned_in_little_memory() -> None:
    found, peak = _peak(Quoted(64, b'"\n'))
    assert [(part.length, part.first_line, part.read, part.overlong) for part in found.parts] == [
        (4, 2, 1, False),
        (64 * MEBIBYTE + 7, 3, 1, True),
    ]
    assert peak < 8 * MEBIBYTE


@pytest.mark.parametrize("end", [b"", b'7,"8"\n', b'7,"8\n'])
def test_a_quote_never_closed_takes_no_megabyte_with_it_and_little_memory(end: bytes) -> None:
    found, peak = _peak(Quoted(64, end))
    assert found.read == 2 + 16 * MEBIBYTE + (1 if end else 0)
    assert [(part.length, part.first_line, part.read) for part in found.parts[:3]] == [
        (4, 2, 1),
        (5, 3, 1),
        (MEBIBYTE, 4, 262_144),
    ]
    assert not any(part.overlong for part in found.parts)
    assert max(part.length for part in found.parts) <= MEBIBYTE
    assert peak < 8 * MEBIBYTE


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'3,"4', "unclosed_quote"),
        (b'"3,4', "unclosed_quote"),
        (b'"' + b"x" * 60 + b",4", "line_too_long"),
        (b"x" * 60 + b',"4', "line_too_long"),
    ],
)
@pytest.mark.parametrize("end", [b"", b'7,"8"\n', b'7,8\n"9""9" x,1\n'])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 13, 64, 1 << 20])
def test_behind_a_quote_open_for_longer_than_the_limit_every_line_is_read(
    line: bytes, code: str, end: bytes, line_end: bytes, size: int
) -> None:
    data = (b"a,b\n1,2\n" + line + b"\n" + b"5,6\n" * 40 + end).replace(b"\n", line_end)
    found = read(data, size, delimiter=",", limits=Limits(max_record_bytes=50), trickle=size % 7)
    assert found.refused[0] == (3, code)
    assert [line for line, row in found.rows.items() if row == ("5", "6")] == list(range(4, 44))


def test_rows_after_a_long_record_are_cut_into_parts_again() -> None:
    data = b'a,b\n1,"' + b"x\n" * 10_000 + b'"\n' + b"5,6\n" * 100
    found = plan_csv(io.BytesIO(data), part_bytes=200, limits=Limits(max_record_bytes=1000))
    assert found.parts[0].overlong
    assert (found.parts[0].length, found.parts[1].first_line) == (20_005, 10_003)
    assert [part.overlong for part in found.parts[1:]] == [False] * len(found.parts[1:])
    assert max(part.length for part in found.parts[1:]) <= 200
    assert found.read == 101


def test_the_reject_of_a_long_record_does_not_depend_on_the_blocks() -> None:
    data = b'1,"a""\r\nb\rc""x"\r\n'
    for size in range(1, len(data) + 1):
        blocks = [data[at : at + size] for at in range(0, len(data), size)]
        assert reject_overlong(blocks, dialect=DIALECT, first_line=7) == RowReject(
            7,
            None,
            "line_too_long",
            "The record is 15 bytes long, the limit is 1,048,576. It runs on to line 9 inside quotes: a closing "
            "quote may be missing.",
            '1,"a""\r\nb\rc""x"',
            other_line=9,
        )


def test_a_doubled_quote_cut_in_two_opens_nothing() -> None:
    record = LongRecord(QuoteRules(","))
    for block in (b'1,"a\n', b'b"', b'"c\n', b"d"):
        assert record.feed(block) is None
    record.finish()
    assert (record.length, record.lines, record.open_line) == (11, 3, 0)


def test_a_carriage_return_at_the_end_of_a_block_waits_for_the_line_feed() -> None:
    record = LongRecord(QuoteRules(","))
    assert record.feed(b"abc\r") is None
    assert record.feed(b"\nnext") == 1
    assert (record.length, record.lines) == (3, 1)


def test_a_carriage_return_alone_ends_a_record_as_well() -> None:
    record = LongRecord(QuoteRules(","))
    assert record.feed(b"abc\r") is None
    assert record.feed(b"next") == 0
    assert (record.length, record.lines) == (3, 1)


def test_a_carriage_return_may_be_the_last_byte_of_a_file() -> None:
    record = LongRecord(QuoteRules(","))
    assert record.feed(b"abc\r") is None
    record.finish()
    assert record.length == 3
