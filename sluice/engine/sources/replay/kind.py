"""Refused rows that are loaded again: the ledger's records are written to the landing, and are a file from there on.

Any worker can do that, and again where the copy is lost: nothing but the ledger is needed.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sluice.engine.database.connection import stream, transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline, Source
from sluice.engine.formats.known import Record, records_of
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.sources.kind import ProbeResult, ScanRequest, ScanResult, SourceKind
from sluice.engine.sources.landing import Draft, drafting
from sluice.errors import PermanentError

query = statements(__name__)

ADDRESS = "replay:"  # begins the address of such an input: replay:RUN/INPUT
AT_ONCE = 5_000


class _Replay:
    only_newest = False

    def stamp(self, uri: str) -> str | None:  # noqa: ARG002 - what is in the ledger does not change
        return None

    def scan(self, source: Source, request: ScanRequest) -> ScanResult:
        records, rows = _read_as(request.input, source)
        with drafting() as draft:
            _write(draft, records, request)
            with draft.reading() as file:
                planned = records.plan(file, request.tick, request.headers)
            if planned.read != rows:
                raise PermanentError(
                    f"{request.uri}: the ledger has {rows} records and {planned.read} were read. Nothing of it is "
                    "loaded; this is a mistake in Sluice, please report it."
                )
            unique = _unique(planned, request.input)
            return ScanResult(unique, draft.keep(unique.sha256), names=records.header)

    def probe(self, source: Source, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002
        return None


def _read_as(input_id: int, source: Source) -> tuple[Record, int]:
    with transaction() as cursor:
        cursor.execute(query("read_as"), {"input": input_id})
        row = cursor.fetchone()
    if row is None:
        raise PermanentError(f"Input {input_id} replays rows that are not in the ledger any more.")
    return records_of(row[0], source), int(row[1])


def _write(draft: Draft, records: Record, request: ScanRequest) -> None:
    draft.write(records.head.encode())
    written = 0
    with transaction() as session, stream(session, "records") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(query("records"), {"input": request.input})
        for (record,) in cursor:
            written += draft.write(record.encode() + b"\n")
            request.tick(written)


def _unique(planned: InputPlan, input_id: int) -> InputPlan:
    """The plan with a content that no other input has: equal rows of two files are two inputs, as these files are."""
    return replace(planned, sha256=hashlib.sha256(f"{planned.sha256} {input_id}".encode()).hexdigest())


REPLAY: SourceKind[Source] = _Replay()
