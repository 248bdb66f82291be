"""SqlQuery as a kind of source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sluice.engine.declare import Column, Files, Pipeline, SqlQuery
from sluice.engine.formats.known import JSON_LINES
from sluice.engine.sources.fetch import Blocks, FetchedSource, FetchResult, Known, Noted
from sluice.engine.sources.kind import ProbeResult, SourceKind
from sluice.engine.sources.query.alchemy.fetch import fetch, try_query
from sluice.engine.sources.query.alchemy.mark import MARK
from sluice.engine.sources.query.watermark import as_loaded


class _SqlQuery(FetchedSource[SqlQuery]):
    form = JSON_LINES
    text = Files("*")

    def known(
        self,
        source: SqlQuery,  # noqa: ARG002
        last: Noted,
        *,
        newest: bool,  # noqa: ARG002
        beat: Callable[[], None],
    ) -> Mapping[str, str]:
        """A watermark stays valid when later inputs were loaded, as far as its rows were loaded."""
        return as_loaded(MARK, last, beat)

    def write(self, source: SqlQuery, columns: Sequence[Column], into: Blocks, known: Known) -> FetchResult:
        return fetch(source, columns, into, known.noted)

    def may_be_empty(self, source: SqlQuery) -> bool:
        return source.watermark is not None

    def probe(self, source: SqlQuery, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002
        try_query(source)
        return ProbeResult(f"the query of {source.database} can be executed")


SQL_QUERY: SourceKind[SqlQuery] = _SqlQuery()
