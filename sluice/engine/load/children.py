"""Lists within records: their rows stay only with the record that is in its table.

It is decided when a run is settled, once it is known which record of a key is in the table. With `update` the list of
the newest record replaces the older list whole. With `keep` lists of records that lost their key are refused.
"""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.locks import Lock, share
from sluice.engine.database.statements import statements
from sluice.engine.declare import Nested
from sluice.engine.declare.tables.children import PLACES
from sluice.engine.load.forget import kept_declarations
from sluice.engine.load.replaced import clear_left
from sluice.engine.load.snapshot import count_gone
from sluice.engine.load.target import Target
from sluice.engine.load.verdicts import count_verdicts
from sluice.engine.tables.catalog import table_identifier

query = statements(__name__)


def settle_lists(cursor: Cursor, target: Target, source: Nested, run: int) -> None:
    """Delete rows of lists whose record is not in its table, and what lists of the run have replaced."""
    params = {"run": run, "source": source.name, "places": PLACES}
    clear_left(cursor, target, run, source.name)
    if target.update:
        share(cursor, Lock.REMOVING_ROWS, target.name)
        cursor.execute(_statement("delete_left", target, source), params)
        count_gone(cursor, run, (cursor.fetchone() or (0,))[0])
        return
    cursor.execute(query("any_record_lost"), params)
    if cursor.fetchone() != (True,):
        return
    share(cursor, Lock.REMOVING_ROWS, target.name)
    cursor.execute(target.statement("make_contest"))
    cursor.execute("truncate pg_temp.sluice_verdict")  # what is in it is counted
    cursor.execute(_statement("refuse_left", target, source), params)
    if cursor.rowcount:
        count_verdicts(cursor)


def delete_orphans(cursor: Cursor, target: Target, source: Nested) -> dict[int, int]:
    """Delete rows of lists whose record is not in its table any more. Returns how many of each input."""
    cursor.execute(_statement("delete_orphans", target, source))
    return dict(cursor.fetchall())


def thin_orphans(cursor: Cursor, target: Target, source: Nested) -> int:
    """Take rows of such lists out of what is kept for an undo, and all that cannot be read. Returns how many."""
    gone = 0
    for then, inputs, readable in kept_declarations(cursor, target):
        if readable:
            cursor.execute(then.statement("make_stage"))
            cursor.execute(_statement("thin_orphans", then, source), {"inputs": inputs})
        else:
            cursor.execute(query("drop_kept"), {"inputs": inputs})
        gone += int((cursor.fetchone() or (0,))[0])
    return gone


def _statement(name: str, target: Target, source: Nested) -> sql.Composed:
    key = [sql.Identifier(column) for column in source.parent.key or ()]
    columns = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(column)) for column in target.stored)
    return sql.SQL(query(name)).format(
        target=table_identifier(target.name),
        parent=table_identifier(source.parent.name),
        parent_name=sql.Literal(source.parent.name),
        parent_key=sql.SQL(", ").join(sql.SQL("p.{}").format(column) for column in key),
        same_key=sql.SQL(" and ").join(sql.SQL("t.{0} = p.{0}").format(column) for column in key),
        text=sql.SQL("row({})::text").format(columns),
        stage=target.stage,
        verdict=sql.Identifier("pg_temp", "sluice_verdict"),
    )
