"""Files as a kind of source."""

from __future__ import annotations

from dataclasses import replace

from sluice.engine.declare import Files, Pipeline
from sluice.engine.formats.known import plan_text
from sluice.engine.sources.files.opening import identity, opened
from sluice.engine.sources.kind import ProbeResult, ScanRequest, ScanResult, SourceKind
from sluice.engine.sources.landing import copying
from sluice.engine.storage import stamp


class _Files:
    only_newest = False

    def stamp(self, uri: str) -> str | None:
        return stamp(uri)

    def scan(self, source: Files, request: ScanRequest) -> ScanResult:
        result = _scan(source, request)
        raw = identity(request.uri) if result.landed else f"sha256:{result.plan.sha256}"
        return replace(result, raw=raw)

    def probe(self, source: Files, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002 - what lies there may come later
        return None


def _scan(source: Files, request: ScanRequest) -> ScanResult:
    with opened(request.uri, source, request.table, request.at_hand) as text:
        if text.in_place and not request.table.children:  # their lists are read later, when it may have changed
            planned = plan_text(text.stream, text.head, text.source, request.tick, request.headers)
            return ScanResult(planned, encoding=text.encoding)
        with copying(text.stream) as copy:
            planned = plan_text(copy, text.head, text.source, request.tick, request.headers)
            return ScanResult(planned, copy.keep(planned.sha256), text.encoding, text.names)


FILES: SourceKind[Files] = _Files()
