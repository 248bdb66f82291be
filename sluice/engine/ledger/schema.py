"""The ledger's own tables: numbered files, each applied once."""

from __future__ import annotations

from importlib.resources import files

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.ledger import in_ledger, ledger_schema
from sluice.engine.database.statements import statements
from sluice.errors import ConfigError

query = statements(__name__)

MIGRATIONS = "sluice.engine.ledger.migrations"
KEYED = "016_frame_key.sql"  # the table of the key of frames
MOVED = "012_target.sql"  # since then tables of pipelines are not created in the ledger's schema


# of the first file, done before it: PostgreSQL asks for the right to make schemas also where this one is there
_MAKES_SCHEMA = "create schema if not exists sluice;"


def ledger_files() -> list[str]:
    """The names of the files that the ledger consists of, in their order."""
    return sorted(f.name for f in files(MIGRATIONS).iterdir() if f.name.endswith(".sql"))


def due_files(cursor: Cursor) -> list[str]:
    """The names of the files that are not applied yet, in their order."""
    cursor.execute(in_ledger("select to_regclass('sluice.migration') is not null"))
    if cursor.fetchone() != (True,):
        return ledger_files()
    cursor.execute(in_ledger("select name from sluice.migration"))
    applied = {name for (name,) in cursor.fetchall()}
    return [name for name in ledger_files() if name not in applied]


def migrate_ledger(cursor: Cursor) -> list[str]:
    """Apply the files that were not applied yet. Returns a sentence for each. The caller has locked the schema."""
    _refuse_keyword(cursor)
    _make_schema(cursor)
    cursor.execute(
        in_ledger(
            "create table if not exists sluice.migration"
            " (name text primary key, applied_at timestamptz not null default clock_timestamp())"
        )
    )
    cursor.execute(in_ledger("select name from sluice.migration"))
    applied = {name for (name,) in cursor.fetchall()}
    done = []
    if applied and MOVED not in applied:
        cursor.execute(query("move_tables"))
    for name in ledger_files():
        if name not in applied:
            text = files(MIGRATIONS).joinpath(name).read_text(encoding="utf-8")
            cursor.execute(in_ledger(text.replace(_MAKES_SCHEMA, "")))
            cursor.execute(in_ledger("insert into sluice.migration (name) values (%s)"), (name,))
            done.append(f"Applied {name}.")
    if KEYED not in {*applied, *ledger_files()}:
        return done
    cursor.execute(query("make_frame_key"))
    if cursor.rowcount and KEYED in applied:
        done.append("Made a new key for frames: those that were in Redis are read again from their sources.")
    return done


def _refuse_keyword(cursor: Cursor) -> None:
    """Raise ConfigError if the ledger's schema has a name that SQL takes for a word of its own, as `order`."""
    cursor.execute(query("is_keyword"), {"word": ledger_schema()})
    if cursor.fetchone() == (True,):
        raise ConfigError(f"SLUICE_SCHEMA: {ledger_schema()} is a word of SQL: give the ledger's schema another name.")


def _make_schema(cursor: Cursor) -> None:
    cursor.execute(query("may_make_schema"))
    there, may, role = cursor.fetchone() or (False, False, "")
    if there:
        return
    schema = ledger_schema()
    if not may:
        raise ConfigError(
            f"The ledger's schema {schema} does not exist, and the role {role} may not create schemas in this "
            f"database: its owner runs `create schema {schema} authorization {role}`, then `sluice migrate`."
        )
    cursor.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
