"""SqlQuery: its rows as JSON lines, streamed in one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice.engine.database.statements import statements
from sluice.engine.declare import Column, SqlQuery
from sluice.engine.formats.spelled.records import Records, WrongValue, types_by_header
from sluice.engine.formats.text.header import plain
from sluice.engine.sources.fetch import Blocks, FetchResult
from sluice.engine.sources.query.alchemy.connect import connected, too_long
from sluice.engine.sources.query.alchemy.mark import Mark
from sluice.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult

query = statements(__name__)

_AT_ONCE = 1000


def fetch(source: SqlQuery, columns: Sequence[Column], into: Blocks, noted: Mapping[str, str]) -> FetchResult:
    """Write the rows of a query. Raises as `connected` does; DataError `not_text`, `too_large`, `missing_header`."""
    with connected(source) as (connection, rules):
        mark = None if source.watermark is None else Mark(source, rules, noted)
        start = None if mark is None else mark.start(connection.dialect.name)
        result = _execute(connection, source, _select(connection, source, start))
        rules.refuse(result.cursor, source.name)
        names = tuple(result.keys())
        _write(source, result, names, Records(source.name, types_by_header(columns), into), mark, into)
        if mark is None:
            return FetchResult({}, names=names)
        nulls = _nulls(connection, source) if start is not None and rules.one_state else 0
        return FetchResult(mark.note(), _left_out(source, nulls), names)


def try_query(source: SqlQuery) -> None:
    """Check whether the query could be fetched now, without its rows. Raises as `fetch` does."""
    with connected(source) as (connection, rules):
        result = _execute(connection, source, query("no_rows").format(query=source.query))
        rules.refuse(result.cursor, source.name)
        _place_of(source, tuple(result.keys()))
        result.close()


def _write(
    source: SqlQuery, result: CursorResult[Any], names: Sequence[str], into: Records, mark: Mark | None, blocks: Blocks
) -> None:
    place = _place_of(source, names)
    try:
        for row in _rows(source, result, blocks):
            extra = () if mark is None or place is None else (mark.cell(row[place]),)
            into.add(dict(zip(names, row, strict=True)), extra)
        into.finish()
    except WrongValue as wrong:
        raise DataError(
            "not_text",
            f"The query of {source.name}: {wrong.sentence}, which a column of a table does not take. Nothing is loaded."
            " Convert it in the SELECT, e.g. hex(photo) or cast(... as char).",
        ) from wrong


def _rows(source: SqlQuery, result: CursorResult[Any], blocks: Blocks) -> Iterator[Sequence[Any]]:
    until = time.monotonic() + source.statement_timeout_s
    partitions = result.partitions(_AT_ONCE)
    while rows := _next(source, partitions):
        blocks.beat()
        yield from rows
        if time.monotonic() > until:
            raise too_long(source)


def _next(source: SqlQuery, partitions: Iterator[Sequence[Any]]) -> Sequence[Any]:
    try:
        return next(partitions, ())
    except (ValueError, ArithmeticError) as error:  # of the driver; its text may have the value
        raise DataError(
            "query_failed",
            f"The query of {source.name}: the driver cannot read a value ({type(error).__name__}): cast it there.",
        ) from None


def _execute(connection: Connection, source: SqlQuery, statement: str) -> CursorResult[Any]:
    """The statement goes to the driver as it is: nothing in it is a parameter."""
    result = connection.execution_options(yield_per=_AT_ONCE).exec_driver_sql(statement)
    if not result.returns_rows:
        raise DataError("query_failed", f"The statement of {source.name} does not return rows: write one SELECT.")
    return result


def _select(connection: Connection, source: SqlQuery, start: str | None) -> str:
    if start is None or source.watermark is None:
        return source.query
    column = connection.dialect.identifier_preparer.quote(source.watermark)
    if connection.dialect.name == "sqlite":  # a column may ignore case, which Python does not
        column += " collate binary"
    return query("rows_since").format(query=source.query, watermark=column, since=start)


def _nulls(connection: Connection, source: SqlQuery) -> int:
    column = connection.dialect.identifier_preparer.quote(source.watermark or "")
    statement = query("null_rows").format(query=source.query, watermark=column)
    return int(connection.exec_driver_sql(statement).scalar() or 0)


def _place_of(source: SqlQuery, names: Sequence[str]) -> int | None:
    """The position of the watermark in a row. Raises DataError `query_failed` without it."""
    if source.watermark is None:
        return None
    found = [at for at, name in enumerate(names) if plain(name) == plain(source.watermark)]
    if len(found) != 1:
        there = ", ".join(names)
        raise DataError(
            "query_failed",
            f"The query of {source.name} must have one column {source.watermark}, its watermark; it has {there}.",
        )
    return found[0]


def _left_out(source: SqlQuery, rows: int) -> str | None:
    if not rows:
        return None
    return f"{rows:,} of the query's rows have a null {source.watermark}: such rows are fetched the first time only."
