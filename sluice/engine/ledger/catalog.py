"""What PostgreSQL's catalog says of a table, and where that is not what its declaration says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.ledger.queries import query
from sluice.errors import ConfigError

Kind = tuple[object, ...]  # type, length, precision, scale: alike for all spellings of a type


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


def disagreements(cursor: Cursor, table: str, types: Mapping[str, str], key: Sequence[str]) -> Iterator[str]:
    """Sentences about an existing table: columns that are not of the type in `types`, and a key that is not unique.

    The catalog is all that is read: a table that somebody has locked holds nobody up who only wants to queue a run.
    """
    there = columns_of(cursor, table) or {}
    both = [name for name in types if name in there]
    found, meant = (_kinds(cursor, [each[name] for name in both]) for each in (there, types))
    for name, is_kind, meant_kind in zip(both, found, meant, strict=True):
        if is_kind != meant_kind:
            yield f"Column {name} is {there[name]} in the database and {types[name]} in the declaration."
    if not _is_unique(cursor, table, key):
        yield f"The key is ({', '.join(key)}) in the declaration, and no primary key or unique index in the database."


def refuse_other(cursor: Cursor, table: str, types: Mapping[str, str], key: Sequence[str]) -> None:
    """Raise ConfigError where an existing table is not what its declaration says: Sluice adds columns, and no more."""
    found = list(disagreements(cursor, table, types, key))
    if found:
        raise ConfigError(
            f"Table {table}: {' '.join(found)} Sluice does not change what is there: alter it by hand, "
            "or give the declared table another name."
        )


def _kinds(cursor: Cursor, types: Sequence[str]) -> list[Kind]:
    nulls = sql.SQL(", ").join(sql.SQL("null::" + each) for each in types)
    cursor.execute(sql.SQL("select {} limit 0").format(nulls))
    return [(c.type_code, c.internal_size, c.precision, c.scale) for c in cursor.description or ()]


def _is_unique(cursor: Cursor, table: str, key: Sequence[str]) -> bool:
    cursor.execute(query("unique_keys"), {"table": table})
    return any(set(names) == set(key) for (names,) in cursor.fetchall())
