"""A file as blocks of columns of text, read once, with the records of a run: the same quotes, line ends and rejects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from sluice.engine.formats.text.footer import Taken
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.text.rules import Count
from sluice.engine.types.base import Int64s

BLOCK = 2 << 20
_LONGEST = 64 << 20  # a record that is not ended by then is ended with its line, as one whose quote is never closed


@dataclass(frozen=True)
class Piece:
    """Whole records of a file: their bytes, the first line, and how many they are. `sound` as of Counted."""

    data: bytes
    first_line: int
    read: int
    sound: bool


@dataclass(frozen=True)
class Block:
    """Rows of a file: one column of text for each name, their lines, and the records that are refused unread.

    Of JSON lines, by folded keys: `nested` counts objects and arrays, which are null here, `places` has the first place
    of a key in a record.
    """

    columns: dict[str, pa.Array]
    lines: Int64s
    rejects: list[RowReject]
    nested: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


def pieces(source: Taken, first_line: int, count: Count) -> Iterator[Piece]:
    """The rest of a source, a whole body, in pieces of about 2 MiB. `count` is that of the format."""
    carry, line, size = b"", first_line, BLOCK
    while True:
        block = _taken(source, size)
        data, rest = carry + block, b""
        if block and len(data) > _LONGEST:
            end = data.rfind(b"\n") + 1 or len(data)
            data, rest = data[:end], data[end:]
        counted = count(data, final=not block or len(data) + len(rest) > _LONGEST)
        if counted.end:
            yield Piece(data[: counted.end], line, counted.records, counted.sound)
        line += counted.lines
        carry = data[counted.end :] + rest
        size = max(BLOCK, len(carry))  # a long record is not looked at again for every block
        if not block:
            return


def _taken(source: Taken, size: int) -> bytes:
    """The next bytes: as many as are wanted, fewer only at the end."""
    parts, left = [], size
    while left and (part := source.take(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
