"""PostgresQuery as a kind of source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sluice.engine.declare import Column, Pipeline, PostgresQuery
from sluice.engine.declare.sources.files import SPELLED
from sluice.engine.formats.known import CSV
from sluice.engine.sources.fetch import Blocks, FetchedSource, FetchResult, Known, Noted
from sluice.engine.sources.kind import ProbeResult, SourceKind
from sluice.engine.sources.query.query import copy_query, try_query
from sluice.engine.sources.query.watermark import as_loaded
from sluice.engine.sources.query.watermark_check import check_watermark


class _PostgresQuery(FetchedSource[PostgresQuery]):
    form = CSV
    text = SPELLED

    def known(
        self,
        source: PostgresQuery,
        last: Noted,
        *,
        newest: bool,  # noqa: ARG002
        beat: Callable[[], None],
    ) -> Mapping[str, str]:
        """A watermark stays valid when later inputs were loaded, as far as its rows were loaded."""
        return as_loaded(source.watermark or "", last, beat)

    def write(self, source: PostgresQuery, columns: Sequence[Column], into: Blocks, known: Known) -> FetchResult:
        copied = copy_query(source, into, known.noted, columns)
        return FetchResult(copied.noted, _left_out(source, copied.left_out))

    def may_be_empty(self, source: PostgresQuery) -> bool:
        return source.watermark is not None

    def probe(self, source: PostgresQuery, pipeline: Pipeline) -> ProbeResult | None:
        of = try_query(source)
        warnings = () if of is None else check_watermark(pipeline, source, of)
        return ProbeResult(f"the query of {source.database} can be executed", warnings)


def _left_out(source: PostgresQuery, rows: int) -> str | None:
    if not rows:
        return None
    return f"{rows:,} of the query's rows have a null {source.watermark}: such rows are fetched the first time only."


POSTGRES_QUERY: SourceKind[PostgresQuery] = _PostgresQuery()
