"""The kinds of sources, by the class of the declaration."""

from __future__ import annotations

from typing import Any

from sluice.engine.declare import Files, HttpApi, Nested, PostgresQuery, Rows, Source, SqlQuery
from sluice.engine.sources.fetch import Copy, FetchedSource
from sluice.engine.sources.fetched import is_fetched
from sluice.engine.sources.files.kind import FILES
from sluice.engine.sources.http.kind import HTTP_API
from sluice.engine.sources.kind import SourceKind
from sluice.engine.sources.nested.kind import NESTED
from sluice.engine.sources.query.alchemy.kind import SQL_QUERY
from sluice.engine.sources.query.kind import POSTGRES_QUERY
from sluice.engine.sources.replay.kind import ADDRESS, REPLAY
from sluice.engine.sources.rows.kind import ROWS

KINDS: dict[type[Source], SourceKind[Any]] = {
    Files: FILES,
    HttpApi: HTTP_API,
    Nested: NESTED,
    PostgresQuery: POSTGRES_QUERY,
    Rows: ROWS,
    SqlQuery: SQL_QUERY,
}


def kind_of(source: Source, uri: str = "") -> SourceKind[Any]:
    """How inputs of a declared source are read; those with the address of a replay are refused rows of it, and those of
    a fetched source with the address of a file copies of earlier fetches."""
    if uri.startswith(ADDRESS) and not uri.endswith(f"#{source.name}"):  # these are lists of such rows
        return REPLAY
    kind = next(KINDS[declared] for declared in type(source).__mro__ if declared in KINDS)
    if isinstance(kind, FetchedSource) and uri and not is_fetched(uri):
        return Copy(kind)
    return kind
