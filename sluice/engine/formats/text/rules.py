"""What a format says of its records, so that its text can be cut: how to count them, and to follow one that is long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sluice.engine.formats.text.limits import Limits


class Written(Protocol):
    """How a file of any format writes its rows: names of columns, and the byte and line where the body starts."""

    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def body_offset(self) -> int: ...
    @property
    def body_line(self) -> int: ...
    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Counted:
    """Of a buffer's first `end` bytes: how many records and physical lines they hold. Whole records only.

    `sound` unless there is a fault in their quotes.
    """

    end: int
    records: int
    lines: int
    sound: bool = True


class Count(Protocol):
    """Counts the whole records at the start of a buffer; `final` if no byte follows it in the file."""

    def __call__(self, data: bytes, *, final: bool) -> Counted: ...


class Followed(Protocol):
    """A record too long to be held, fed in blocks until `feed` says how many bytes of the last one are its own.

    It may end earlier: then `branch` is where in the last block, and how many lines it has then. `branched` as long as
    that is not decided, `failed` once it is known that it ended there.
    """

    @property
    def lines(self) -> int: ...
    @property
    def branch(self) -> tuple[int, int] | None: ...
    @property
    def branched(self) -> bool: ...
    @property
    def failed(self) -> bool: ...
    def feed(self, block: bytes) -> int | None: ...
    def finish(self) -> None: ...


class Follow(Protocol):
    """Starts to follow a record at its first byte."""

    def __call__(self) -> Followed: ...


@dataclass(frozen=True)
class Rules:
    """What a record of the format is: how records are counted, and how one that is too long is followed."""

    count: Count
    follow: Follow
    limits: Limits
    part_bytes: int
