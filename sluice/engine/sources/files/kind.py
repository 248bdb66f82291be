"""Files as a kind of source."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sluice.engine.declare import Files, OfType, Pipeline
from sluice.engine.formats.jsonl.dialect import JsonLines
from sluice.engine.formats.known import plan_text
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.unpack.streams import stream_of
from sluice.engine.sources.files.opening import Opened, identity, opened
from sluice.engine.sources.files.typed import Typed
from sluice.engine.sources.kind import ProbeResult, ScanRequest, ScanResult, SourceKind
from sluice.engine.sources.landing import copying
from sluice.engine.storage import stamp
from sluice.errors import DataError

_BLOCK = 1 << 20


class _Files:
    only_newest = False

    def stamp(self, uri: str) -> str | None:
        return stamp(uri)

    def scan(self, source: Files, request: ScanRequest) -> ScanResult:
        result = _scan(source, request)
        if result.raw is not None:
            return result
        raw = identity(request.uri) if result.landed else f"sha256:{result.plan.sha256}"
        return replace(result, raw=raw)

    def probe(self, source: Files, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002 - what lies there may come later
        return None


def _scan(source: Files, request: ScanRequest) -> ScanResult:
    with opened(request.uri, source, request.table, request.at_hand) as text:
        if isinstance(source, OfType):
            return _of_type(text, source, request)
        if text.in_place and not request.table.children:  # their lists are read later, when it may have changed
            planned = plan_text(text.stream, text.head, text.source, request.tick, request.headers)
            return ScanResult(planned, encoding=text.encoding)
        with copying(text.stream) as copy:
            planned = plan_text(copy, text.head, text.source, request.tick, request.headers)
            return ScanResult(planned, copy.keep(planned.sha256), text.encoding, text.names)


def _of_type(text: Opened, source: OfType, request: ScanRequest) -> ScanResult:
    """The scan of the records of one type."""
    if text.names is not None:
        raise DataError(
            "not_text", "Records of several types are read from text: CSV or JSON lines. Export the file so."
        )
    typed = Typed(text.stream, text.head, source)
    with copying(stream_of(typed.blocks())) as copy:
        while copy.read(_BLOCK):
            pass
        note = _left_out(typed, source)
        if not typed.records:
            names = tuple(column.header_name for column in request.table.columns)
            digest = hashlib.sha256(f"{request.uri} {source.name}".encode()).hexdigest()
            empty = InputPlan(digest, 0, JsonLines(names, 0, 1), (), 0)
            return ScanResult(empty, encoding=text.encoding, left_out=note, raw=typed.read)
        with copy.reading() as file:
            planned = plan_text(file, text.head, source.text, request.tick, request.headers)
        parts = tuple(replace(each, first_line=each.first_line + typed.dropped) for each in planned.parts)
        moved = replace(planned, parts=parts)
        return ScanResult(moved, copy.keep(moved.sha256), text.encoding, left_out=note, raw=typed.read)


def _left_out(typed: Typed, source: OfType) -> str:
    ignored = ", ".join(f"{rows:,} of {kind!r}" for kind, rows in sorted(typed.left_out.items()))
    return f"Its records of the type {source.type!r}." + (f" Left out: {ignored}." if ignored else "")


FILES: SourceKind[Files] = _Files()
