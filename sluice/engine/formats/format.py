"""The interface of formats. Each has a folder, and one line in `known.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple, Protocol, TypeVar

from sluice.engine.declare import Files
from sluice.engine.formats.caps import Caps
from sluice.engine.formats.text.header import HeaderMatch
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.text.rules import Written
from sluice.engine.formats.text.source import Readable, Tick
from sluice.engine.types.base import ColumnType, Int64s

D = TypeVar("D", bound=Written)


@dataclass(frozen=True)
class Part:
    """The bytes of a part, its plan, and the contract's headers.

    `first_line`, `read` and `well_quoted` are as of PartSpan. `commas` are the headers whose columns read a decimal
    comma, `nested` those whose columns take objects and arrays, as JSON.
    """

    data: bytes
    first_line: int
    read: int
    well_quoted: bool
    match: HeaderMatch
    commas: frozenset[str] = frozenset()
    nested: frozenset[str] = frozenset()


class Format(Protocol[D]):
    """A format of UTF-8 text. Streams are at their start; `source` is the declaration of the files.

    `name` is stored as `format` in the ledger's dialect; without it the format is CSV.
    """

    @property
    def name(self) -> str: ...

    def looks_like(self, head: bytes, source: Files) -> bool:
        """Whether text with this beginning has this format."""

    def header(self, stream: Readable, source: Files, limits: Limits) -> tuple[str, ...]:
        """The names of the columns. Raises DataError."""

    def plan(
        self, stream: Readable, source: Files, *, requested: Sequence[str], part_bytes: int, limits: Limits, tick: Tick
    ) -> InputPlan:
        """Read the stream once, cut it into parts of about `part_bytes`, and look for the `requested` columns in all of
        it. Raises DataError."""

    def dialect(self, stored: dict[str, Any]) -> D:
        """A dialect from the result of its `to_json`."""

    def parse(self, part: Part, dialect: D, limits: Limits) -> ParsedPart:
        """The part's columns of text, and its rejects: together the planned number of records."""

    def refuse_overlong(self, blocks: Iterable[bytes], dialect: D, *, first_line: int, limits: Limits) -> RowReject:
        """The reject of a part that is one record longer than the limit, from its blocks."""

    def cut(self, data: bytes, lines: Int64s, dialect: D) -> list[bytes]:
        """The records, without line ends, that these lines of a part belong to, counted from 0."""

    def cells(self, record: str, dialect: D) -> list[str] | None:
        """The values of a record as texts, one for each name of the header; None where it cannot be read so."""

    def excess(self, record: str, dialect: D) -> list[str]:
        """The values of a record as far as it can be read, however many."""

    def changed(self, record: str, cells: Mapping[int, str], dialect: D) -> str:
        """The record with other values at these places of the header."""

    def head(self, dialect: D) -> str:
        """The text before the first record of a file that has only some of the records."""

    def again(self, dialect: D) -> Files:
        """How a file of `head` and records is declared, so that its records are read as they were."""

    def declared(self, dialect: D, source: Files) -> D:
        """The dialect with the options of `source` that change how a record is read."""

    def lines(self, record: str) -> int:
        """How many physical lines a record has."""

    def headed(self, dialect: D, header: tuple[str, ...]) -> D:
        """The dialect with another header."""


class Converted(NamedTuple):
    """A binary file as text: all its columns' names, and the requested columns in pieces of whole rows.

    `head` shows the format of the text, `reading` has the options to read it with.
    """

    names: tuple[str, ...]
    blocks: Iterator[bytes]
    head: bytes
    reading: Files


class BinaryFormat(Protocol):
    """A binary format: its requested columns are converted to text first, in UTF-8."""

    def looks_like(self, head: bytes) -> bool:
        """Whether a file with this beginning has this format."""

    def convert(self, file: BinaryIO, source: Files, columns: Mapping[str, ColumnType], caps: Caps) -> Converted:
        """The `columns` (header and declared type) that a seekable file has. What is in memory at once keeps to `caps`;
        the caller counts the text's bytes.

        Raises DataError, as reading the blocks does."""


class ArchiveFormat(BinaryFormat, Protocol):
    """A binary format whose files are archives, so that their beginning is one of many."""

    def is_of(self, file: BinaryIO) -> bool:
        """Whether a seekable file has this format; it is at its start after that."""
