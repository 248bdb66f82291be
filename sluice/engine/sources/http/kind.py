"""HttpApi as a kind of source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sluice.engine.base.settings import settings
from sluice.engine.declare import Column, Files, HttpApi, Pipeline
from sluice.engine.formats.known import JSON_LINES
from sluice.engine.sources.fetch import Blocks, FetchedSource, FetchResult, Known, Noted
from sluice.engine.sources.http.pages import NotModified, read_http
from sluice.engine.sources.kind import NothingNew, ProbeResult, SourceKind
from sluice.errors import DataError

PATIENCE_S = 5.0


class _HttpApi(FetchedSource[HttpApi]):
    whole = True
    form = JSON_LINES
    text = Files("*")

    def known(
        self,
        source: HttpApi,  # noqa: ARG002
        last: Noted,
        *,
        newest: bool,
        beat: Callable[[], None],  # noqa: ARG002
    ) -> Mapping[str, str]:
        """The validator of a response is valid only while its input is the newest of the table."""
        return last.note if newest else {}

    def write(
        self,
        source: HttpApi,
        columns: Sequence[Column],  # noqa: ARG002 - records come as the API wrote them
        into: Blocks,
        known: Known,
    ) -> FetchResult:
        try:
            answer = read_http(source, known=known.noted, beat=into.beat)
        except NotModified as same:
            if known.input is None:
                raise DataError(
                    "http_status", f"{source.name} answers 304 (not modified) to an unconditional request."
                ) from same
            raise NothingNew(known.input) from same
        written, most = 0, settings().max_unpacked_bytes
        for block in answer.lines:
            written += into.write(block)
            if written > most:
                raise DataError(
                    "too_large",
                    f"{source.name} has more than {most:,} bytes of records. Nothing is loaded; request less, or raise "
                    "SLUICE_MAX_UNPACKED_BYTES.",
                )
        return FetchResult(answer.note())

    def probe(self, source: HttpApi, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002
        quick = replace(source, tries=1, timeout_s=min(source.timeout_s, PATIENCE_S))
        read_http(quick, known={}, beat=lambda: None)
        return ProbeResult("its first page comes, and is as declared")


HTTP_API: SourceKind[HttpApi] = _HttpApi()
