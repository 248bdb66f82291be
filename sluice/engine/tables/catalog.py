"""A table in PostgreSQL's catalog, and where it differs from its declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import home_schema, place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.errors import ConfigError

query = statements(__name__)

Kind = tuple[object, ...]  # type, length, precision, scale: alike for all spellings of a type


_VIEWS = {"v": "view", "m": "materialized view"}
_TABLES = ("r", "p", "f")


def table_identifier(table: str) -> sql.Identifier:
    """A table of a pipeline in SQL, with its schema, so that it does not depend on search_path."""
    return sql.Identifier(*schema_and_name(table))


def columns_of(cursor: Cursor, table: str) -> dict[str, str] | None:
    """Column name -> PostgreSQL type as the catalog spells it, in order; None if there is no such table or view."""
    kind, columns = _look_up(cursor, table)
    return columns if kind in (*_TABLES, *_VIEWS) else None


def is_free(cursor: Cursor, name: str) -> bool:
    """Whether no relation of any kind has this name yet."""
    return _look_up(cursor, name)[0] is None


def refuse_kind(cursor: Cursor, name: str, wanted: str) -> None:
    """Raise ConfigError if the name of a `wanted` ("table", "view") is taken by another kind of relation."""
    kind, _ = _look_up(cursor, name)
    existing = None if kind is None else "table" if kind in _TABLES else _VIEWS.get(kind, "index, a sequence or a type")
    if existing not in (None, wanted):
        raise ConfigError(
            f"{name} must be a {wanted} but is a {existing} in the schema {schema_and_name(name)[0]} already: "
            "rename it, or give the declared table another name."
        )


def refuse_elsewhere(cursor: Cursor, table: str) -> None:
    """Raise ConfigError if a table that is to be created exists in another schema, from other settings."""
    if "." in table:
        return
    cursor.execute(query("elsewhere"), place(table))
    row = cursor.fetchone()
    if row is not None:
        raise ConfigError(
            f"Table {table} is not in the schema {home_schema()}, and one that Sluice has filled is in {row[0]}: "
            f"set SLUICE_SEARCH_PATH={row[0]}, or move it: alter table {row[0]}.{table} set schema {home_schema()}."
        )


def make_schema(cursor: Cursor, table: str) -> list[str]:
    """Create the schema that a table's name has, if it is missing. Returns what was done. Raises ConfigError where the
    role may not."""
    schema = schema_and_name(table)[0]
    cursor.execute(query("may_create_schema"), {"schema": schema})
    there, may_create, role = cursor.fetchone() or (False, False, "")
    if there or "." not in table:
        return []
    if not may_create:
        raise ConfigError(
            f"The schema {schema} of the table {table} does not exist, and the role {role} may not create schemas in "
            f"this database: its owner runs `create schema {schema} authorization {role}`, then `sluice migrate`."
        )
    cursor.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
    return [f"Created schema {schema}."]


def _look_up(cursor: Cursor, name: str) -> tuple[str | None, dict[str, str]]:
    cursor.execute(query("columns_of"), place(name))
    rows = cursor.fetchall()
    return (rows[0][0] if rows else None), {column: pg_type for _, column, pg_type in rows if column is not None}


def disagreements(cursor: Cursor, table: str, types: Mapping[str, str], key: Sequence[str]) -> Iterator[str]:
    """Sentences about an existing table: columns that are not of the type in `types`, and a key that is not unique.

    Only the catalog is read: a locked table does not block commands that queue runs.
    """
    there = columns_of(cursor, table) or {}
    both = [name for name in types if name in there]
    actual, declared = (_kinds(cursor, [each[name] for name in both]) for each in (there, types))
    for name, is_kind, declared_kind in zip(both, actual, declared, strict=True):
        if is_kind != declared_kind:
            yield f"Column {name} is {there[name]} in the database and {types[name]} in the declaration."
    if not _is_unique(cursor, table, key):
        yield f"The key is ({', '.join(key)}) in the declaration, and no primary key or unique index in the database."


def refuse_other(cursor: Cursor, table: str, types: Mapping[str, str], key: Sequence[str]) -> None:
    """Raise ConfigError if an existing table differs from its declaration: Sluice only adds columns."""
    problems = list(disagreements(cursor, table, types, key))
    if problems:
        raise ConfigError(
            f"Table {table}: {' '.join(problems)} Sluice does not change existing columns: alter it by hand, "
            "or give the declared table another name."
        )


def _kinds(cursor: Cursor, types: Sequence[str]) -> list[Kind]:
    nulls = sql.SQL(", ").join(sql.SQL("null::" + each) for each in types)
    cursor.execute(sql.SQL("select {} limit 0").format(nulls))
    return [(c.type_code, c.internal_size, c.precision, c.scale) for c in cursor.description or ()]


def _is_unique(cursor: Cursor, table: str, key: Sequence[str]) -> bool:
    cursor.execute(query("unique_keys"), place(table))
    return any(set(names) == set(key) for (names,) in cursor.fetchall()) or _is_made_later(cursor, table, key)


def _is_made_later(cursor: Cursor, table: str, key: Sequence[str]) -> bool:
    """Whether a bulk load, which is open, makes the index of this key at its end."""
    cursor.execute("select to_regclass('sluice.bulk') is not null")
    if cursor.fetchone() != (True,):
        return False
    cursor.execute(query("key_made_later"), place(table))
    row = cursor.fetchone()
    return row is not None and set(row[0]) == set(key)
