"""Records that outgrow the limit: followed block by block, told apart from what comes after them."""

from __future__ import annotations

import io
import tracemalloc

from sluice.engine.csv import Dialect, Limits, plan_csv, reject_overlong
from sluice.engine.csv.overlong import LongRecord
from sluice.engine.csv.rejects import RowReject

MEBIBYTE = 1 << 20
DIALECT = Dialect(",", ("a", "b"), 4, 2)


class Unclosed(io.RawIOBase):
    """A header, a row, a quote that opens, and then megabytes of rows that are all inside it."""

    def __init__(self, megabytes: int) -> None:
        self._left = megabytes * MEBIBYTE
        self._head = io.BytesIO(b'a,b\n1,2\n3,"4\n')

    def read(self, size: int = -1) -> bytes:
        if head := self._head.read(size):
            return head
        count = min(size, self._left)
        self._left -= count
        return (b"5,6\n" * (count // 4 + 1))[:count]


def test_a_record_of_any_size_is_planned_in_little_memory() -> None:
    tracemalloc.start()
    found = plan_csv(Unclosed(64), part_bytes=MEBIBYTE)  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(part.length, part.first_line, part.read, part.overlong) for part in found.parts] == [
        (4, 2, 1, False),
        (64 * MEBIBYTE + 5, 3, 1, True),
    ]
    assert peak < 8 * MEBIBYTE


def test_rows_after_a_long_record_are_cut_into_parts_again() -> None:
    data = b'a,b\n1,"' + b"x\n" * 10_000 + b'"\n' + b"5,6\n" * 100
    found = plan_csv(io.BytesIO(data), part_bytes=200, limits=Limits(max_record_bytes=1000))
    assert found.parts[0].overlong
    assert (found.parts[0].length, found.parts[1].first_line) == (20_005, 10_003)
    assert [part.overlong for part in found.parts[1:]] == [False] * len(found.parts[1:])
    assert max(part.length for part in found.parts[1:]) <= 200
    assert found.read == 101


def test_the_reject_of_a_long_record_does_not_depend_on_the_blocks() -> None:
    data = b'1,"a""\r\nb\rc"x"\r\n'
    for size in range(1, len(data) + 1):
        blocks = [data[at : at + size] for at in range(0, len(data), size)]
        assert reject_overlong(blocks, dialect=DIALECT, first_line=7) == RowReject(
            7,
            None,
            "line_too_long",
            "The record is 14 bytes long, the limit is 1,048,576. It runs on to line 9 inside quotes: a closing "
            "quote may be missing.",
            '1,"a""\r\nb\rc"x"',
        )


def test_a_doubled_quote_cut_in_two_opens_nothing() -> None:
    record = LongRecord(",")
    for block in (b'1,"a\n', b'b"', b'"c\n', b"d"):
        assert record.feed(block) is None
    record.finish()
    assert (record.length, record.lines, record.open_line) == (11, 3, 0)


def test_a_carriage_return_at_the_end_of_a_block_waits_for_the_line_feed() -> None:
    record = LongRecord(",")
    assert record.feed(b"abc\r") is None
    assert record.feed(b"\nnext") == 1
    assert (record.length, record.lines) == (3, 1)


def test_a_carriage_return_alone_ends_a_record_as_well() -> None:
    record = LongRecord(",")
    assert record.feed(b"abc\r") is None
    assert record.feed(b"next") == 0
    assert (record.length, record.lines) == (3, 1)


def test_a_carriage_return_may_be_the_last_byte_of_a_file() -> None:
    record = LongRecord(",")
    assert record.feed(b"abc\r") is None
    record.finish()
    assert record.length == 3
