"""Names in a declaration: of pipelines, tables and columns (identifiers in SQL), and of settings (variables)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from sluice.engine.base.settings import settings
from sluice.errors import ConfigError

IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,58}")
SETTING = re.compile("[A-Z][A-Z0-9_]*")
LINEAGE = ("_input_id", "_line")  # columns that Sluice adds to each loaded table
LONGEST = 63  # bytes: PostgreSQL truncates longer names
_NOT_FOR_TABLES = ("sluice", "information_schema")
# PostgreSQL's own columns, in every table
SYSTEM_COLUMNS = ("tableoid", "ctid", "xmin", "xmax", "cmin", "cmax")


def check_identifier(what: str, name: str) -> None:
    """Raise ConfigError unless `name` is valid in SQL and in a command line without quotes."""
    if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
        raise ConfigError(
            f"{what} {name!r}: a name must have at most 59 lower-case letters, digits and _, and must not begin with a"
            " digit."
        )


def check_column(what: str, name: str) -> None:
    """Raise ConfigError unless `name` is valid for a column."""
    check_identifier(what, name)
    if name in SYSTEM_COLUMNS:
        raise ConfigError(f"{what} {name!r}: PostgreSQL has a system column of that name in every table: rename it.")


def check_table(what: str, name: str, *, room: int = 0) -> None:
    """Raise ConfigError unless `name` is valid for a table, also with a suffix of `room` letters.

    It may have a schema: `sales.orders`.
    """
    schema, dot, name = name.rpartition(".") if isinstance(name, str) else ("", "", name)
    if dot:
        check_identifier(f"{what} {schema}.{name}: its schema", schema)
    if schema in _NOT_FOR_TABLES or (dot and schema == settings().ledger_schema):
        raise ConfigError(f"{what} {schema}.{name}: the schema {schema} is not for tables of pipelines: name another.")
    check_identifier(what, name)
    if name.startswith("pg_") or schema.startswith("pg_"):
        raise ConfigError(f"{what} {name!r}: names that begin with pg_ are PostgreSQL's own: rename it.")
    if len(name) > LONGEST - room:
        raise ConfigError(f"{what} {name!r} is too long: it must have at most {LONGEST - room} letters.")


def twice(names: Iterable[str]) -> list[str]:
    """Names that occur more than once, sorted."""
    listed = list(names)
    return sorted({name for name in listed if listed.count(name) > 1})


def unknown_columns(names: Sequence[str], columns: Iterable[str]) -> str:
    """The sentence about columns that do not exist (one at least)."""
    return (
        f"Unknown column{'s' * (len(names) > 1)} {', '.join(map(repr, names))}; expected one of: {', '.join(columns)}."
    )


def temporary(what: str, of: str) -> str:
    """A unique name of a temporary table for `of`, however long the names are."""
    name = f"sluice_{what}_{of}"
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 17]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
