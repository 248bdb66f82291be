"""What PostgreSQL's catalog says of a table."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor


def columns_of(cursor: Cursor, table: str) -> dict[str, str] | None:
    """Column name -> PostgreSQL type as the catalog spells it, in order; None where there is no such table."""
    cursor.execute("select to_regclass(%s)", (table,))
    if cursor.fetchone() == (None,):
        return None
    cursor.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        (table,),
    )
    return dict(cursor.fetchall())
