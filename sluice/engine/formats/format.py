"""The interface of formats. Each has a folder, and one line in `known.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeVar

from sluice.engine.declare import Files
from sluice.engine.formats.caps import Caps
from sluice.engine.formats.text.header import HeaderMatch
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.text.rules import Written
from sluice.engine.formats.text.source import Readable, Tick
from sluice.engine.types.base import ColumnType

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


class BinaryFormat(Protocol):
    """A binary format: its requested columns are converted to CSV first."""

    def looks_like(self, head: bytes) -> bool:
        """Whether a file with this beginning has this format."""

    def names(self, file: BinaryIO) -> tuple[str, ...]:
        """The names of all columns of a seekable file. Raises DataError."""

    def spell(self, file: BinaryIO, columns: Mapping[str, ColumnType], caps: Caps) -> Iterator[bytes]:
        """The file as CSV in UTF-8: a header, and those of the `columns` (header and declared type) that it has, in
        pieces of whole rows. What is in memory at once keeps to `caps`; the caller counts the CSV's bytes.

        Raises DataError."""
