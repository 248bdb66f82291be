"""Parts: record-aligned byte ranges of a file, as they are planned."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class PartSpan:
    """One part. `number` counts from 1, `offset` and `length` are bytes of the file, `first_line` from 1.

    `read` is the number of its records (blank lines do not count; a part may have only such lines). `overlong`: it is
    one record longer than the limit, to be refused with `reject_overlong` and not read into memory. `well_quoted`: its
    quotes are without a fault, so that they need not be checked.
    """

    number: int
    offset: int
    length: int
    first_line: int
    read: int
    sha256: str
    overlong: bool = False
    well_quoted: bool = True


@dataclass
class OpenPart:
    """A part that is still growing."""

    offset: int
    first_line: int
    length: int = 0
    read: int = 0
    lines: int = 0
    sound: bool = True
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, data: bytes | memoryview, records: int, lines: int, *, sound: bool = True) -> None:
        self.digest.update(data)
        self.length += len(data)
        self.read += records
        self.lines += lines
        self.sound &= sound

    def close(self, number: int, *, overlong: bool) -> PartSpan:
        where = (number, self.offset, self.length, self.first_line)
        return PartSpan(*where, self.read, self.digest.hexdigest(), overlong, self.sound)

    def copy(self) -> OpenPart:
        """An independent copy of the part."""
        return replace(self, digest=self.digest.copy())

    def next_part(self) -> OpenPart:
        """The part that starts where this one ends."""
        return OpenPart(self.offset + self.length, self.first_line + self.lines)
