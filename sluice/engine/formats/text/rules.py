"""The rules of a format for cutting its text: how to count records, and how to follow a long one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sluice.engine.formats.text.limits import Limits


class Written(Protocol):
    """The dialect of a file of any format: column names, and the byte and line where the body starts."""

    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def body_offset(self) -> int: ...
    @property
    def body_line(self) -> int: ...
    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Counted:
    """The number of whole records and physical lines in a buffer's first `end` bytes.

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
    """A record longer than the limit, fed in blocks until `feed` returns how many bytes of the last one belong to it.

    It may have ended earlier: then `branch` is where in the last block, and its number of lines. `branched` as long as
    that is undecided, `failed` once it is decided that it ended there.
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
    """Starts following a record at its first byte."""

    def __call__(self) -> Followed: ...


@dataclass(frozen=True)
class Rules:
    """The records of a format: how they are counted, and how one that is too long is followed."""

    count: Count
    follow: Follow
    limits: Limits
    part_bytes: int
