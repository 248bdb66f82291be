"""Cutting: a body is read once and cut into parts of whole records, for any format.

It is read from boundary to boundary (multiples of the part size), in blocks that fit the processor's cache. An
undecided end of a block is carried to the next block. At a boundary the part ends with the last record that ended
before it. A record longer than the limit gets a part of its own and is not kept in memory.

If such a record may turn out to have ended earlier (its quote is never closed), the file is cut in both ways at once,
and later bytes decide which of them counts. So a stream is always read once.
"""

from __future__ import annotations

from sluice.engine.formats.text.footer import Taken
from sluice.engine.formats.text.rules import Followed, Rules, Written
from sluice.engine.formats.text.spans import OpenPart, PartSpan

_BLOCK = 1 << 18


def even_size(part_bytes: int, body: Written, size: int | None) -> int:
    """The part size, at most `part_bytes`, of equal parts: one, two, or a multiple of four of them.

    Two or four processes then end together: of three parts, one of two processes would load two.
    """
    length = 0 if size is None else size - body.body_offset
    if length <= 0:
        return part_bytes
    count = -(-length // part_bytes)
    if count > 2:
        count = -(-count // 4) * 4
    return -(-length // count)


def cut(source: Taken, body: Written, rules: Rules) -> list[PartSpan]:
    """Cut the rest of a source, a whole body, into parts."""
    cutting = _Cutting(rules, OpenPart(body.body_offset, body.body_line), [])
    while block := source.take(min(_BLOCK, rules.part_bytes)):
        cutting = cutting.feed(block)
    return cutting.finish()


class _Cutting:
    """One way of cutting the bytes so far: finished parts, the open part, and bytes that are not a record yet."""

    def __init__(self, rules: Rules, part: OpenPart, parts: list[PartSpan]) -> None:
        self._rules = rules
        self._part = part
        self._parts = parts
        self._to_boundary = rules.part_bytes
        self._carry = b""
        self._long: Followed | None = None
        self._other: _Cutting | None = None  # the alternative, in which the long record has ended where it may have

    def feed(self, block: bytes) -> _Cutting:
        """Take the next bytes. Returns the cutting that continues: itself, or the alternative if that was right."""
        while block:
            if self._long is None:
                block = self._count(block)
            elif (used := self._long.feed(block)) is not None:
                block = self._end_long(self._long, block, used)
            elif self._long.failed and self._other is not None:
                return self._other.feed(block)
            else:
                self._other = self._go_on(self._long, block)
                self._part.add(block, 0, 0)
                break
        return self

    def finish(self) -> list[PartSpan]:
        """The file ends: all its parts."""
        if self._long is None:
            self._add_records(self._carry, final=True)
        else:
            self._long.finish()
            if self._long.failed and self._other is not None:
                return self._other.finish()
            self._part.add(b"", 1, self._long.lines)
        self._close_part(overlong=self._long is not None)
        return self._parts

    def _count(self, block: bytes) -> bytes:
        """Add the records up to the boundary, and return the rest of the block.

        Bytes after a boundary end the part; at the end of the file none follow.
        """
        if self._to_boundary == 0:
            self._to_boundary = self._rules.part_bytes
            self._close_part()
        piece, rest = block[: self._to_boundary], block[self._to_boundary :]
        self._to_boundary -= len(piece)
        carry = self._add_records(self._carry + piece, final=False)
        # a CR at the end may be a line end, which does not count as the record's
        if len(carry) - carry.endswith(b"\r") <= self._rules.limits.max_record_bytes:
            self._carry = carry
            return rest
        self._carry = b""
        return self._start_long(carry) + rest

    def _add_records(self, data: bytes, *, final: bool) -> bytes:
        """Add the whole records to the part and return the rest."""
        counted = self._rules.count(data, final=final)
        self._part.add(memoryview(data)[: counted.end], counted.records, counted.lines, sound=counted.sound)
        return data[counted.end :]

    def _start_long(self, record: bytes) -> bytes:
        """Start to follow a long record that begins with `record`. Returns the part of it that is still to be taken."""
        before = self._part.copy(), list(self._parts)
        self._close_part()
        self._long = long = self._rules.follow()
        if (used := long.feed(record)) is not None:
            return self._end_long(long, record, used)
        if long.branch is not None:
            end, lines = long.branch
            overlong = len(record[:end].rstrip(b"\r\n")) > self._rules.limits.max_record_bytes
            part, parts = (self._part.copy(), list(self._parts)) if overlong else before
            self._other = self._ended(part, parts, record[:end], lines, overlong=overlong).feed(record[end:])
        self._part.add(record, 0, 0)
        return b""

    def _go_on(self, long: Followed, block: bytes) -> _Cutting | None:
        """The alternative, once the long record has taken the block."""
        if long.branch is not None:
            end, lines = long.branch
            other = self._ended(self._part.copy(), list(self._parts), block[:end], lines, overlong=True)
            return other.feed(block[end:])
        return self._other.feed(block) if long.branched and self._other is not None else None

    def _ended(self, part: OpenPart, parts: list[PartSpan], end: bytes, lines: int, *, overlong: bool) -> _Cutting:
        """A cutting in which the record ends with `end`, and has that many lines."""
        part.add(end, 1, lines, sound=False)
        other = _Cutting(self._rules, part, parts)
        other._close_part(overlong=overlong)
        return other

    def _end_long(self, long: Followed, block: bytes, used: int) -> bytes:
        """End the long record. Boundaries restart after it. Returns the rest of the block."""
        self._part.add(block[:used], 1, long.lines)
        self._close_part(overlong=True)
        self._long = self._other = None
        self._to_boundary = self._rules.part_bytes
        return block[used:]

    def _close_part(self, *, overlong: bool = False) -> None:
        if self._part.length:
            self._parts.append(self._part.close(len(self._parts) + 1, overlong=overlong))
            self._part = self._part.next_part()
