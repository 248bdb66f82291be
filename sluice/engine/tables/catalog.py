"""A table in PostgreSQL's catalog, and types as the catalog spells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.session import home_schema, place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.tables.environments import may_be_of_another
from sluice.errors import ConfigError

query = statements(__name__)


_VIEWS = {"v": "view", "m": "materialized view"}
_TABLES = ("r", "p", "f")
_LENGTHS = ("character varying", "character")
_UNLIMITED = 65535  # the precision that psycopg2 gives for a numeric without one


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
    if row is not None and not may_be_of_another(cursor, row[0], table):
        raise ConfigError(
            f"Table {table} is not in the schema {home_schema()}, and one that Sluice has filled is in {row[0]}: "
            f"set SLUICE_SEARCH_PATH={row[0]}, or move it: alter table {row[0]}.{table} set schema {home_schema()}."
        )


def missing_schema(cursor: Cursor, table: str) -> str | None:
    """The schema that a table's name has, if it has to be made. Raises ConfigError where the role may not."""
    return _missing(cursor, schema_and_name(table)[0], f"of the table {table}") if "." in table else None


def missing_home_schema(cursor: Cursor) -> str | None:
    """The schema of the tables whose names have none, if it has to be made. Raises ConfigError where the role may
    not."""
    return _missing(cursor, home_schema(), "of SLUICE_SEARCH_PATH")


def _missing(cursor: Cursor, schema: str, whose: str) -> str | None:
    cursor.execute(query("may_create_schema"), {"schema": schema})
    there, may_create, role = cursor.fetchone() or (False, False, "")
    if there:
        return None
    if not may_create:
        raise ConfigError(
            f"The schema {schema} {whose} does not exist, and the role {role} may not create schemas in "
            f"this database: its owner runs `create schema {schema} authorization {role}`, then `sluice migrate`."
        )
    return schema


def make_schema(cursor: Cursor, table: str) -> list[str]:
    """Create the schema that a table's name has, if it is missing. Returns what was done. Raises ConfigError."""
    return _make(cursor, missing_schema(cursor, table))


def make_home_schema(cursor: Cursor) -> list[str]:
    """Create the schema of tables without one, if it is missing. Returns what was done. Raises ConfigError."""
    return _make(cursor, missing_home_schema(cursor))


def _make(cursor: Cursor, schema: str | None) -> list[str]:
    if schema is None:
        return []
    cursor.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
    return [f"Created schema {schema}."]


def _look_up(cursor: Cursor, name: str) -> tuple[str | None, dict[str, str]]:
    cursor.execute(query("columns_of"), place(name))
    rows = cursor.fetchall()
    return (rows[0][0] if rows else None), {column: pg_type for _, column, pg_type in rows if column is not None}


def type_names(cursor: Cursor, types: Sequence[str]) -> list[str]:
    """Types as the catalog spells them: `DECIMAL( 14 , 2 )` is `numeric(14,2)`."""
    if not types:
        return []
    nulls = sql.SQL(", ").join(sql.SQL("null::" + each) for each in types)
    cursor.execute(sql.SQL("select {} limit 0").format(nulls))
    kinds = [(each.type_code, each.internal_size, each.precision, each.scale) for each in cursor.description or ()]
    cursor.execute(query("type_names"), {"types": [code for code, *_ in kinds]})
    plain = [name for (name,) in cursor.fetchall()]
    return [_sized(name, kind) for name, kind in zip(plain, kinds, strict=True)]


def _sized(name: str, kind: tuple[Any, ...]) -> str:
    """A type with its length or precision, as `format_type` has it."""
    _, size, precision, scale = kind
    if name == "numeric" and precision not in (None, _UNLIMITED):
        return f"numeric({precision},{scale})"
    if name in _LENGTHS and size > 0:
        return f"{name}({size})"
    return name


def is_made_later(cursor: Cursor, table: str, key: Sequence[str]) -> bool:
    """Whether a bulk load, which is open, makes the index of this key at its end."""
    cursor.execute(in_ledger("select to_regclass('sluice.bulk') is not null"))
    if cursor.fetchone() != (True,):
        return False
    cursor.execute(query("key_made_later"), place(table))
    row = cursor.fetchone()
    return row is not None and set(row[0]) == set(key)
