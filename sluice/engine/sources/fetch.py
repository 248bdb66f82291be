"""A source that is not files is fetched completely into the landing, and from then on treated as a file.

A partial fetch is discarded, so a retry begins at the beginning. The notes of a fetch (its watermark, or the validator
of the response) are available to the next one only when its input is done.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.declare import Column, Files, Pipeline
from sluice.engine.formats.format import Format
from sluice.engine.formats.known import plan_as
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.source import Tick
from sluice.engine.ledger.inputs.shared import last_noted, noted_with
from sluice.engine.sources.kind import NothingNew, ProbeResult, S_contra, ScanRequest, ScanResult
from sluice.engine.sources.landing import Draft, drafting
from sluice.engine.storage import open_input
from sluice.errors import DataError

_BLOCK = 1 << 18
_NO_ROWS = {"empty_file", "header_only"}


class Noted(NamedTuple):
    """The ledger's record of the fetch of an input."""

    input: int
    rejected: int
    landed: str | None
    dialect: dict[str, Any]
    note: Mapping[str, str]


class Known(NamedTuple):
    """The last completely loaded input of a source, and the notes of its fetch."""

    input: int | None = None
    noted: Mapping[str, str] = {}


class FetchResult(NamedTuple):
    """The notes for the next fetch, a sentence about rows that were left out, and the names of all columns, if only
    those of the table were written."""

    noted: dict[str, str]
    left_out: str | None = None
    names: tuple[str, ...] | None = None


class FetchedSource(ABC, Generic[S_contra]):
    """A kind of source that every run fetches. `form` is the format that it is written in, `text` the options for
    reading it. `whole`: what is written has all columns of the source, and not only those of the table."""

    only_newest = True
    whole: ClassVar[bool] = False
    form: ClassVar[Format[Any]]
    text: ClassVar[Files]

    @abstractmethod
    def known(self, source: S_contra, last: Noted, *, newest: bool, beat: Callable[[], None]) -> Mapping[str, str]:
        """The notes of a fetch that are still valid; `newest` unless another input of the source was loaded since."""

    @abstractmethod
    def write(self, source: S_contra, columns: Sequence[Column], into: Blocks, known: Known) -> FetchResult:
        """Write the source's data for the columns of its table. Raises as `scan` does."""

    @abstractmethod
    def probe(self, source: S_contra, pipeline: Pipeline) -> ProbeResult | None:
        """As in SourceKind."""

    def may_be_empty(self, source: S_contra) -> bool:  # noqa: ARG002
        """Whether a fetch after the first one may have no rows, because nothing is new."""
        return False

    def stamp(self, uri: str) -> str | None:  # noqa: ARG002
        """None: fetched sources do not have a stamp."""
        return None

    def scan(self, source: S_contra, request: ScanRequest) -> ScanResult:
        """Fetch a source into the landing. Raises DataError `no_rows` if it has none."""
        known = Known() if request.reload else self._last_known(source, request)
        with drafting() as draft:
            blocks = Blocks(draft, request.tick)
            noted, left_out, names = self.write(source, request.table.read, blocks, known)
            blocks.flush()
            try:
                planned = self._plan(draft, request)
            except DataError as error:
                if error.code not in _NO_ROWS:
                    raise
                if known.input is not None and self.may_be_empty(source):
                    raise NothingNew(known.input, left_out) from error
                raise DataError("no_rows", f"{source.name} returned no rows.") from error
            landed = draft.keep(planned.sha256)
            return ScanResult(planned, landed, names=names, noted=noted, left_out=left_out)

    def _last_known(self, source: S_contra, request: ScanRequest) -> Known:
        with transaction() as cursor:
            row = last_noted(cursor, request.pipeline, source.name, request.contract)
        if row is None:
            return Known()
        *facts, newest = row
        last = Noted(*facts)
        return Known(last.input, self.known(source, last, newest=newest, beat=request.beat))

    def _plan(self, draft: Draft, request: ScanRequest) -> InputPlan:
        with draft.reading() as file:
            return plan_as(self.form, file, self.text, request.tick, request.headers)


class Copy(Generic[S_contra]):
    """The copy in the landing of an earlier fetch, as a kind of source: its address is that of the copy."""

    only_newest = False

    def __init__(self, kind: FetchedSource[S_contra]) -> None:
        self._kind = kind

    def stamp(self, uri: str) -> str | None:  # noqa: ARG002
        """None: a copy is named by its content."""
        return None

    def scan(self, source: S_contra, request: ScanRequest) -> ScanResult:
        """Read it again, with what its fetch has noted: the next fetch begins where this one ended."""
        with open_input(request.uri) as file:
            planned = plan_as(self._kind.form, file, self._kind.text, request.tick, request.headers)
        with transaction() as cursor:
            noted = noted_with(cursor, request.pipeline, source.name, request.uri, request.contract)
        return ScanResult(planned, request.uri, noted=noted)

    def probe(self, source: S_contra, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002
        """None: there is nothing to check."""
        return None


class Blocks:
    """Buffers the writes to a draft into blocks, and reports each block: PostgreSQL sends row by row."""

    def __init__(self, draft: Draft, tick: Tick) -> None:
        self._draft = draft
        self._tick = tick
        self._waiting = bytearray()
        self._written = 0

    def write(self, piece: bytes) -> int:
        """Take a piece of any size."""
        self._waiting += piece
        if len(self._waiting) >= _BLOCK:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        """Write the incomplete block."""
        self._written += self._draft.write(bytes(self._waiting))
        self._waiting.clear()
        self.beat()
        failpoint("plan.fetching")

    def beat(self) -> None:
        """Report that the fetch is still running."""
        self._tick(self._written)
