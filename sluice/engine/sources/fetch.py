"""A source that is no file is fetched whole, into the landing, and is a file from there on.

Nothing is kept of half a fetch, so whoever tries again begins at the beginning. What a fetch notes (how far it came,
what the server calls its answer) is known to the next one only when its input is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Column, Files, PostgresQuery, Remote
from sluice.engine.declare.sources.files import SPELLED
from sluice.engine.formats.csv import InputPlan
from sluice.engine.formats.csv.source import Tick
from sluice.engine.formats.known import plan_text
from sluice.engine.ledger.inputs import last_noted
from sluice.engine.sources.http.pages import NotModified, read_http
from sluice.engine.sources.landing import Draft, drafting
from sluice.engine.sources.query.query import copy_query
from sluice.engine.sources.query.watermark import Noted, as_loaded
from sluice.errors import DataError

query = statements(__name__)

_HEAD = 1 << 16
_BLOCK = 1 << 18
_JSON_LINES = Files("*")
_NO_ROWS = {"empty_file", "header_only"}


class NothingNew(Exception):  # an outcome, no error
    """There is nothing that was not loaded before, by the input of that id; `left_out` says which rows did not come."""

    def __init__(self, same_as: int | None, left_out: str | None = None) -> None:
        super().__init__(same_as)
        self.same_as = same_as
        self.left_out = left_out


class Landed(NamedTuple):
    """What was fetched: its plan, where its copy is, and what the next fetch is to know."""

    plan: InputPlan
    uri: str
    noted: dict[str, str]
    left_out: str | None  # rows that did not come, in a sentence


class Known(NamedTuple):
    """The last input of a source that was loaded to its end, and what its fetch noted."""

    input: int | None = None
    noted: Mapping[str, str] = {}


def last_known(pipeline: str, source: Remote, contract: str, beat: Callable[[], None]) -> Known:
    """What holds of a source's earlier fetches. A watermark holds whatever came after it, as far as rows were loaded;
    the name of an answer only while the table is as that answer left it."""
    with transaction() as cursor:
        row = last_noted(cursor, pipeline, source.name, contract)
    if row is None:
        return Known()
    *facts, newest = row
    last = Noted(*facts)
    if isinstance(source, PostgresQuery):
        return Known(last.input, as_loaded(source, last, beat))
    return Known(last.input, last.note) if newest else Known()


def fetch(source: Remote, columns: Sequence[Column], known: Known, tick: Tick) -> Landed:
    """Fetch a source into the landing, for the columns of its table, which are looked for in all records.

    `tick` hears of the bytes that came, often, and may raise to stop. Raises NothingNew, DataError, TransientError,
    SettingMissing; also `no_rows` where there is not one.
    """
    with drafting() as draft:
        blocks = _Blocks(draft, tick)
        noted, left_out = _write(source, columns, blocks, known)
        blocks.flush()
        try:
            planned = _plan(source, draft, tick, tuple(dict.fromkeys(column.header for column in columns)))
        except DataError as error:
            if error.code not in _NO_ROWS:
                raise
            if known.input is not None and isinstance(source, PostgresQuery) and source.watermark is not None:
                raise NothingNew(known.input, left_out) from error
            raise DataError("no_rows", f"{source.name} gave no rows.") from error
        return Landed(planned, draft.keep(planned.sha256), noted, left_out)


class _Blocks:
    """A draft that is written to by blocks, and tells of each: PostgreSQL gives row by row."""

    def __init__(self, draft: Draft, tick: Tick) -> None:
        self._draft = draft
        self._tick = tick
        self._waiting = bytearray()
        self._written = 0

    def write(self, piece: bytes) -> int:
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


def _write(source: Remote, columns: Sequence[Column], into: _Blocks, known: Known) -> tuple[dict[str, str], str | None]:
    """Write what the source gives; returns what the next fetch is to know, and which rows did not come."""
    if isinstance(source, PostgresQuery):
        copied = copy_query(source, into, known.noted, columns)
        return copied.noted, _left_out(source, copied.left_out)
    try:
        answer = read_http(source, known=known.noted, beat=into.beat)
    except NotModified as same:
        if known.input is None:
            raise DataError(
                "http_status", f"{source.name} says that nothing changed, and was not asked that."
            ) from same
        raise NothingNew(known.input) from same
    for block in answer.lines:
        into.write(block)
    return answer.note(), None


def _left_out(source: PostgresQuery, rows: int) -> str | None:
    if not rows:
        return None
    return f"{rows:,} of the query's rows have no {source.watermark}: such rows come with the first fetch only."


def _plan(source: Remote, draft: Draft, tick: Tick, wanted: Sequence[str]) -> InputPlan:
    with draft.reading() as file:
        if isinstance(source, PostgresQuery):
            return plan_text(file, b"", SPELLED, tick)
        head = file.read(_HEAD)
        file.seek(0)
        return plan_text(file, head, _JSON_LINES, tick, wanted)
