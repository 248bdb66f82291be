"""The ledger's own tables: numbered files, each applied once."""

from __future__ import annotations

from importlib.resources import files

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements

query = statements(__name__)

MIGRATIONS = "sluice.engine.ledger.migrations"
KEYED = "016_frame_key.sql"  # the table of the key of frames
MOVED = "012_target.sql"  # since then tables of pipelines are not created in the ledger's schema


def ledger_files() -> list[str]:
    """The names of the files that the ledger consists of, in their order."""
    return sorted(f.name for f in files(MIGRATIONS).iterdir() if f.name.endswith(".sql"))


def due_files(cursor: Cursor) -> list[str]:
    """The names of the files that are not applied yet, in their order."""
    cursor.execute("select to_regclass('sluice.migration') is not null")
    if cursor.fetchone() != (True,):
        return ledger_files()
    cursor.execute("select name from sluice.migration")
    applied = {name for (name,) in cursor.fetchall()}
    return [name for name in ledger_files() if name not in applied]


def migrate_ledger(cursor: Cursor) -> list[str]:
    """Apply the files that were not applied yet. Returns a sentence for each. The caller has locked the schema."""
    cursor.execute("create schema if not exists sluice")
    cursor.execute(
        "create table if not exists sluice.migration"
        " (name text primary key, applied_at timestamptz not null default clock_timestamp())"
    )
    cursor.execute("select name from sluice.migration")
    applied = {name for (name,) in cursor.fetchall()}
    done = []
    if applied and MOVED not in applied:
        cursor.execute(query("move_tables"))
    for name in ledger_files():
        if name not in applied:
            cursor.execute(files(MIGRATIONS).joinpath(name).read_text(encoding="utf-8"))
            cursor.execute("insert into sluice.migration (name) values (%s)", (name,))
            done.append(f"Applied {name}.")
    if KEYED not in {*applied, *ledger_files()}:
        return done
    cursor.execute(query("make_frame_key"))
    if cursor.rowcount and KEYED in applied:
        done.append("Made a new key for frames: those that were in Redis are read again from their sources.")
    return done
