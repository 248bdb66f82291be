"""Rows with a forgotten value: out of their table, and out of what is kept of it for an undo."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.statements import statements
from sluice.engine.load.target import Target
from sluice.engine.tables.catalog import columns_of

query = statements(__name__)

_ROOM = "set local work_mem = '128MB'; set local statement_timeout = '6h'"


def say_value(cursor: Cursor, text: str) -> None:
    """Until the transaction ends the statements of this module are about this value."""
    cursor.execute("select set_config('sluice.forget', %s, true)", (text,))


def delete_rows(cursor: Cursor, target: Target, column: str) -> dict[int, int]:
    """Delete the rows that have the value in a column. Returns how many of each input."""
    cursor.execute(_ROOM)
    cursor.execute(target.statement("delete_forgotten", column=column), {"column": column})
    gone = dict(cursor.fetchall())
    failpoint("forget.deleted")
    return gone


def thin_kept(cursor: Cursor, target: Target, column: str) -> int:
    """Take the rows out of what is kept for an undo. Returns how many."""
    gone = 0
    for then, inputs, readable in kept_declarations(cursor, target):
        if readable and column in then.columns:
            cursor.execute(then.statement("make_stage"))
            cursor.execute(then.statement("thin_kept", column=column), {"column": column, "inputs": inputs})
        else:
            cursor.execute(query("thin_kept_texts"), {"inputs": inputs})
        gone += int((cursor.fetchone() or (0,))[0])
    return gone


def kept_declarations(cursor: Cursor, target: Target) -> list[tuple[Target, list[int], bool]]:
    """The declarations under which rows of a table are kept for an undo, the inputs of these, and whether the table
    still has the columns, so that the rows can be read. After `find_inputs`."""
    there = columns_of(cursor, target.name) or {}
    cursor.execute(query("kept_shapes"), {"table": target.name})
    found = [(Target.by_shape(shape) if shape else target, inputs) for shape, inputs in cursor.fetchall()]
    return [(then, inputs, then.name == target.name and set(then.columns) <= there.keys()) for then, inputs in found]


def count_elsewhere(cursor: Cursor, target: Target, column: str) -> int:
    """How many rows have the value in this other column."""
    cursor.execute(target.statement("count_elsewhere", column=column))
    return int((cursor.fetchone() or (0,))[0])


def count_naming(cursor: Cursor, target: Target, column: str, pattern: str) -> int:
    """How many rows have it somewhere in this column of text."""
    cursor.execute(target.statement("count_naming", column=column), {"pattern": pattern})
    return int((cursor.fetchone() or (0,))[0])
