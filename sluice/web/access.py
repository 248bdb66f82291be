"""How routes read the database: the pool, the statements, and the problem when a table is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from psycopg2 import sql

from sluice.engine.database.statements import statements
from sluice.web.http.problems import Problem
from sluice.web.pool import NotThere, ReadPool

query = statements(__name__)


class Reads:
    """The statements of `sql/`, by name."""

    def __init__(self, pool: ReadPool) -> None:
        self._pool = pool

    def rows(
        self, name: str, params: Mapping[str, Any], made_by: str, **places: sql.Composable
    ) -> list[tuple[Any, ...]]:
        """Rows of a statement; `places` are the identifiers in it. Raises Problem: 503 without its table, and as the
        pool does. `made_by` is what to type for the table."""
        text = query(name)
        try:
            return self._pool.rows(sql.SQL(text).format(**places) if places else text, params)
        except NotThere:
            detail = (
                "The table for this, or a column of it, is not there yet, or not for the API's role. "
                f"Make and fill it: {made_by}"
            )
            raise Problem(503, "not_built", detail) from None


async def _reads(request: Request) -> Reads:
    found: Reads = request.app.state.reads
    return found


FromDatabase = Annotated[Reads, Depends(_reads)]
