"""Parts: record-aligned byte ranges of a file, as they are planned."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class PartSpan:
    """One part. `number` counts from 1, `offset` and `length` are bytes of the file, `first_line` from 1.

    `read` is the number of its records (blank lines are none; a part may hold nothing else). `overlong`: it
    is one record longer than the limit, to be refused with `reject_overlong` and not to be held in memory.
    """

    number: int
    offset: int
    length: int
    first_line: int
    read: int
    sha256: str
    overlong: bool = False


class OpenPart:
    """A part that still grows."""

    def __init__(self, offset: int, first_line: int) -> None:
        self.length = 0
        self._offset = offset
        self._first_line = first_line
        self._read = 0
        self._lines = 0
        self._digest = hashlib.sha256()

    def add(self, data: bytes | memoryview, records: int, lines: int) -> None:
        self._digest.update(data)
        self.length += len(data)
        self._read += records
        self._lines += lines

    def close(self, number: int, *, overlong: bool) -> PartSpan:
        return PartSpan(
            number, self._offset, self.length, self._first_line, self._read, self._digest.hexdigest(), overlong
        )

    def next_part(self) -> OpenPart:
        """The part that starts where this one ends."""
        return OpenPart(self._offset + self.length, self._first_line + self._lines)
