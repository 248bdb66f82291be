"""A source that is no file is fetched whole, into the landing, and is a file from there on.

Nothing is kept of half a fetch, so whoever tries again begins at the beginning. What a fetch notes (how far it came,
what the server calls its answer) is known to the next one only when its input is done.
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
from sluice.engine.ledger.inputs.shared import last_noted
from sluice.engine.sources.kind import NothingNew, ProbeResult, S_contra, ScanRequest, ScanResult
from sluice.engine.sources.landing import Draft, drafting
from sluice.errors import DataError

_BLOCK = 1 << 18
_NO_ROWS = {"empty_file", "header_only"}


class Noted(NamedTuple):
    """What the ledger knows of the fetch that brought an input."""

    input: int
    rejected: int
    landed: str | None
    dialect: dict[str, Any]
    note: Mapping[str, str]


class Known(NamedTuple):
    """The last input of a source that was loaded to its end, and what its fetch noted."""

    input: int | None = None
    noted: Mapping[str, str] = {}


class FetchResult(NamedTuple):
    """What the next fetch is to know, and which rows did not come, in a sentence."""

    noted: dict[str, str]
    left_out: str | None = None


class FetchedSource(ABC, Generic[S_contra]):
    """A kind of source that every run fetches anew. `form` is the format that it is written in, `text` how that is
    read."""

    only_newest = True
    form: ClassVar[Format[Any]]
    text: ClassVar[Files]

    @abstractmethod
    def known(self, source: S_contra, last: Noted, *, newest: bool, beat: Callable[[], None]) -> Mapping[str, str]:
        """What still holds of what a fetch noted; `newest` unless another input of the source was loaded since."""

    @abstractmethod
    def write(self, source: S_contra, columns: Sequence[Column], into: Blocks, known: Known) -> FetchResult:
        """Write what the source gives, for the columns of its table. Raises as `scan` does."""

    @abstractmethod
    def probe(self, source: S_contra, pipeline: Pipeline) -> ProbeResult | None:
        """As of SourceKind."""

    def may_be_empty(self, source: S_contra) -> bool:  # noqa: ARG002
        """Whether a fetch after the first one may have not one row, as there is nothing new."""
        return False

    def stamp(self, uri: str) -> str | None:  # noqa: ARG002
        """What is fetched has none."""
        return None

    def scan(self, source: S_contra, request: ScanRequest) -> ScanResult:
        """Fetch a source into the landing. Raises DataError `no_rows` where there is not one."""
        known = Known() if request.fresh else self._last_known(source, request)
        with drafting() as draft:
            blocks = Blocks(draft, request.tick)
            noted, left_out = self.write(source, request.table.columns, blocks, known)
            blocks.flush()
            try:
                planned = self._plan(draft, request)
            except DataError as error:
                if error.code not in _NO_ROWS:
                    raise
                if known.input is not None and self.may_be_empty(source):
                    raise NothingNew(known.input, left_out) from error
                raise DataError("no_rows", f"{source.name} gave no rows.") from error
            return ScanResult(planned, draft.keep(planned.sha256), noted=noted, left_out=left_out)

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
            return plan_as(self.form, file, self.text, request.tick, request.wanted)


class Blocks:
    """A draft that is written to by blocks, and tells of each: PostgreSQL gives row by row."""

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
        """Write what waits for a block to be full."""
        self._written += self._draft.write(bytes(self._waiting))
        self._waiting.clear()
        self.beat()
        failpoint("plan.fetching")

    def beat(self) -> None:
        """Whoever fetches is still at it."""
        self._tick(self._written)
