"""Numbers and times of a query in the notation of the declared columns.

A query's values have types, and their text is PostgreSQL's: a float may have an exponent, a fraction has a point and a
timestamptz is in UTC. A declared column type may read such text as another value: so it is written in the column's
notation, or the query is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import psycopg2.errors
import pyarrow as pa
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.declare import Column
from sluice.engine.formats.text.header import plain
from sluice.engine.types import ColumnType, Date, Timestamp
from sluice.errors import DataError

query = statements(__name__)

_FLOATS, _NUMERIC = (700, 701), 1700  # OIDs of types, which are the same in every PostgreSQL
_TIMES = {
    1082: ("date", ("2001-02-03",)),
    1114: ("timestamp", ("2001-02-03 04:05:06", "2001-02-03 04:05:06.000007")),
    1184: ("timestamptz", ("2001-02-03 04:05:06+00", "2001-02-03 04:05:06.000007+00")),
}


def spelled(cursor: Cursor, select: sql.Composable, columns: Sequence[Column]) -> sql.Composable:
    """The query with every number in the notation of its column: `select` itself if nothing has to be changed.

    Raises DataError `misread_time` where a column would read a date or time of the query as another one.
    """
    described = _described(cursor, select)
    for name, kind in described:
        for declared in _types(columns, name):
            _check_time(name, kind, declared)
    commas = {name for name, _ in described if any(each.decimal_mark == "," for each in _types(columns, name))}
    if not any(kind in _FLOATS or (kind == _NUMERIC and name in commas) for name, kind in described):
        return select
    values = [sql.Identifier(f"c{place}") for place in range(len(described))]  # two columns may have one name
    spelled_columns = [
        sql.SQL("{} as {}").format(_number(value, kind, comma=name in commas), sql.Identifier(name))
        for value, (name, kind) in zip(values, described, strict=True)
    ]
    parts = {"columns": sql.SQL(", ").join(spelled_columns), "names": sql.SQL(", ").join(values)}
    return _filled("rows_spelled", query=select, **parts)


def _described(cursor: Cursor, select: sql.Composable) -> list[tuple[str, int]]:
    """The names and types of the columns; empty for a statement that is not a SELECT, which fails in COPY."""
    cursor.execute("savepoint described")
    try:
        cursor.execute(_filled("columns", query=select))
        columns = [(each.name, each.type_code) for each in cursor.description or ()]
    except (psycopg2.errors.SyntaxError, psycopg2.errors.FeatureNotSupported):
        columns = []
    cursor.execute("rollback to savepoint described")
    return columns


def _types(columns: Sequence[Column], name: str) -> list[ColumnType]:
    return [column.reads for column in columns if plain(column.header_name) == plain(name)]


def _number(value: sql.Identifier, kind: int, *, comma: bool) -> sql.Composable:
    text: sql.Composable = value
    if kind in _FLOATS:
        text = _filled("without_exponent", value=value)
    elif kind == _NUMERIC and comma:
        text = sql.SQL("{}::text").format(value)
    else:
        return value
    return _filled("with_comma", value=text) if comma else text


def _check_time(name: str, kind: int, declared: ColumnType) -> None:
    if kind not in _TIMES or not isinstance(declared, (Date, Timestamp)):
        return
    what, texts = _TIMES[kind]
    without_zone = isinstance(declared, Timestamp) and what != "timestamptz"
    reader = Timestamp(*declared.formats, first_year=declared.first_year) if without_zone else declared
    for text, value in zip(texts, reader.parse(pa.array(texts)).values.to_pylist(), strict=True):
        moment = datetime.fromisoformat(text)
        right: date = moment.replace(tzinfo=UTC) if isinstance(declared, Timestamp) else moment.date()
        if value is not None and value != right:
            raise DataError(
                "misread_time",
                f"The column {name!r} of the query is {what} and comes as {text!r}, which its {declared!r} reads as "
                f"{value:%Y-%m-%d %H:%M:%S} UTC. Declare formats of ISO 8601: Date('%Y-%m-%d'), or for a timestamptz "
                "Timestamp(*PostgresQuery.TIMES), without tz.",
            )


def _filled(name: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query(name)).format(**parts)
