"""Planning: a file is streamed once and cut into parts that hold whole records.

Read from boundary to boundary (multiples of the part size), in blocks that fit the processor's cache. What a
block's end leaves open is carried to the next block. At a boundary the part ends with the last record that
ended before it. A record that outgrows the limit gets a part of its own and is never held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sluice.engine.csv.dialect import Dialect, Limits
from sluice.engine.csv.header import Told, read_dialect
from sluice.engine.csv.overlong import LongRecord
from sluice.engine.csv.records import count_records
from sluice.engine.csv.source import Source, Tick, size_of
from sluice.engine.csv.spans import OpenPart, PartSpan
from sluice.errors import ConfigError, DataError

_BLOCK = 1 << 18


@dataclass(frozen=True)
class InputPlan:
    """What one pass over a file finds. `read` is the number of records after the header, `size` in bytes."""

    sha256: str
    size: int
    dialect: Dialect
    parts: tuple[PartSpan, ...]
    read: int


def plan_csv(
    stream: BinaryIO,
    *,
    part_bytes: int,
    told: Told | None = None,
    limits: Limits | None = None,
    tick: Tick | None = None,
) -> InputPlan:
    """Plan a file of UTF-8 text from a stream that is at its start. Memory: a block and a record at most.

    Parts tile the bytes after the header and are about `part_bytes` long, evenly if the size is known, and
    never longer than `part_bytes + max_record_bytes` and a line end, overlong ones aside. `tick(bytes_done)`
    hears of every block and may raise to stop.

    Raises DataError: `empty_file`, `header_only`, `not_csv`, `utf16`, `header_too_long`, `preamble_too_long`.
    """
    if part_bytes < 1:
        raise ConfigError(f"A part must have at least 1 byte, not {part_bytes}.")
    limits = limits or Limits()
    size = size_of(stream)
    source = Source(stream, tick)
    dialect = read_dialect(source, limits, told or Told())
    parts = _Cutter(source, dialect, limits, _even(part_bytes, dialect, size)).cut()
    read = sum(part.read for part in parts)
    if read == 0:
        only = "The file has a header and no rows." if told is None or told.header is None else "The file has no rows."
        raise DataError("header_only", only)
    return InputPlan(source.sha256(), source.size, dialect, tuple(parts), read)


def _even(part_bytes: int, dialect: Dialect, size: int | None) -> int:
    """The part size that leaves no small rest, at most `part_bytes`."""
    body = 0 if size is None else size - dialect.body_offset
    if body <= 0:
        return part_bytes
    count = -(-body // part_bytes)
    return -(-body // count)


class _Cutter:
    """Cuts what a source still holds, a whole body, into parts."""

    def __init__(self, source: Source, dialect: Dialect, limits: Limits, part_bytes: int) -> None:
        self._source = source
        self._delimiter = dialect.delimiter
        self._limits = limits
        self._part_bytes = part_bytes
        self._to_boundary = part_bytes
        self._part = OpenPart(dialect.body_offset, dialect.body_line)
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
        counted = count_records(data, self._delimiter, final=final)
        self._part.add(memoryview(data)[: counted.end], counted.records, counted.lines)
        return data[counted.end :]

    def _follow_long_record(self, data: bytes) -> bytes:
        """Make the record a part of its own, block by block, and give back what follows it."""
        self._close_part()
        record = LongRecord(self._delimiter)
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
