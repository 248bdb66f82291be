"""Cutting: a body of records is read once and cut into parts that hold whole records, whatever a record is.

Read from boundary to boundary (multiples of the part size), in blocks that fit the processor's cache. What a
block's end leaves open is carried to the next block. At a boundary the part ends with the last record that
ended before it. A record that outgrows the limit gets a part of its own and is never held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sluice.engine.csv.dialect import Limits
from sluice.engine.csv.records import Counted
from sluice.engine.csv.source import Source
from sluice.engine.csv.spans import OpenPart, PartSpan

_BLOCK = 1 << 18


class Written(Protocol):
    """How a file of any format writes its rows: names of columns, and the byte and line where the body starts."""

    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def body_offset(self) -> int: ...
    @property
    def body_line(self) -> int: ...
    def to_json(self) -> dict[str, Any]: ...


class Count(Protocol):
    """Counts the whole records at the start of a buffer; `final` if no byte follows it in the file."""

    def __call__(self, data: bytes, *, final: bool) -> Counted: ...


class Followed(Protocol):
    """A record too long to be held, fed in blocks until `feed` says how many bytes of the last one are its own."""

    @property
    def lines(self) -> int: ...
    def feed(self, block: bytes) -> int | None: ...
    def finish(self) -> None: ...


class Follow(Protocol):
    """Starts to follow a record at its first byte."""

    def __call__(self) -> Followed: ...


def even_size(part_bytes: int, body: Written, size: int | None) -> int:
    """The part size that leaves no small rest, at most `part_bytes`."""
    length = 0 if size is None else size - body.body_offset
    if length <= 0:
        return part_bytes
    count = -(-length // part_bytes)
    return -(-length // count)


@dataclass(frozen=True)
class Rules:
    """What a record of the format is: how records are counted, and how one that is too long is followed."""

    count: Count
    follow: Follow


class Cutter:
    """Cuts what a source still holds, a whole body, into parts."""

    def __init__(self, source: Source, body: Written, rules: Rules, limits: Limits, part_bytes: int) -> None:
        self._source = source
        self._rules = rules
        self._limits = limits
        self._part_bytes = part_bytes
        self._to_boundary = part_bytes
        self._part = OpenPart(body.body_offset, body.body_line)
        self._parts: list[PartSpan] = []

    def cut(self) -> list[PartSpan]:
        carry = b""
        while block := self._next_block():
            carry = self._add_records(carry + block, final=False)
            # A CR at the end may be a line end, which does not count as the record's.
            if len(carry) - carry.endswith(b"\r") > self._limits.max_record_bytes:
                carry = self._follow_long_record(carry)
        self._add_records(carry, final=True)
        self._close_part()
        return self._parts

    def _next_block(self) -> bytes:
        """The next bytes. Those behind a boundary end the part; at the end of the file nothing is behind it."""
        at_boundary = self._to_boundary == 0
        if at_boundary:
            self._to_boundary = self._part_bytes
        block = self._source.take(min(_BLOCK, self._to_boundary))
        self._to_boundary -= len(block)
        if at_boundary and block:
            self._close_part()
        return block

    def _add_records(self, data: bytes, *, final: bool) -> bytes:
        """Add the whole records to the part and give back what is left."""
        counted = self._rules.count(data, final=final)
        self._part.add(memoryview(data)[: counted.end], counted.records, counted.lines)
        return data[counted.end :]

    def _follow_long_record(self, data: bytes) -> bytes:
        """Make the record a part of its own, block by block, and give back what follows it."""
        self._close_part()
        record = self._rules.follow()
        while (used := record.feed(data)) is None:
            self._part.add(data, 0, 0)
            data = self._source.take(min(_BLOCK, self._part_bytes))
            if not data:
                record.finish()
                used = 0
                break
        self._part.add(data[:used], 1, record.lines)
        self._close_part(overlong=True)
        rest = data[used:]
        # Boundaries start anew after the record; never at no byte from here, for that is the end of the file.
        self._to_boundary = max(self._part_bytes - len(rest), 1)
        return rest

    def _close_part(self, *, overlong: bool = False) -> None:
        if self._part.length:
            self._parts.append(self._part.close(len(self._parts) + 1, overlong=overlong))
            self._part = self._part.next_part()
