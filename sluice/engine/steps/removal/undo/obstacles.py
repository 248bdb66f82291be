"""What stands in the way of an undo: rows that are not kept, or that later runs have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, Nested
from sluice.engine.load.undo import replacing_runs, rows_replaced_since
from sluice.engine.steps.removal.undo.found import Group, Obstacle

query = statements(__name__)

Row = Mapping[str, Any]
MOST_ROWS = 20  # that are named


def in_the_way(cursor: Cursor, facts: Row, flow: Flow, group: Group, undone: Sequence[Row]) -> Iterator[Obstacle]:
    """What stands in the way of undoing inputs of one source; `facts` are those of their run."""
    run, name = facts["run"], flow.table.name
    over = sum(each["over"] for each in undone) + (
        facts["gone"] if flow.source.snapshot or isinstance(flow.source, Nested) else 0
    )
    again = [each for each in undone if each["replaces"]]
    if (over or again) and not facts["kept"]:
        what = _rows(over) if over else "the rows of an earlier reading"
        yield Obstacle(
            f"Run {run} replaced or removed {what} of {name}, and they are not kept ({_why_not(facts)}).",
            f"{what} of {name} that it had replaced {'does' if over == 1 else 'do'} not come back",
        )
    elif not all(each["kept"] for each in again):
        yield Obstacle(
            f"A worker of an earlier version has deleted rows of {name} that files of run {run} replaced whole, and "
            "they are not kept.",
            f"the rows of {name} that it had replaced whole do not come back",
        )
    if flow.source.snapshot:
        cursor.execute(query("later_snapshot"), {"pipeline": facts["pipeline"], "source": flow.source.name, "run": run})
        (later,) = cursor.fetchone() or (None,)
        if later is not None:
            yield Obstacle(
                f"Run {later} is a later snapshot of {flow.source.name}: undo that first, sluice undo {later}."
            )
    cursor.execute(query("replayed_by"), {"inputs": list(group.undoing.inputs)})
    (replays,) = cursor.fetchone() or ([],)
    if replays:
        yield Obstacle(
            f"Rejects of run {run} were corrected and loaded by {', '.join(f'run {each}' for each in replays)}. "
            f"Undo that first: sluice undo {max(replays)}.",
            "rows that were loaded from its rejects stay",
        )
    loaded = sum(each["rows"] for each in undone)
    if group.rows < loaded - _of_own_lists(facts, flow):
        yield _changed_since(cursor, facts, group, loaded)


def _of_own_lists(facts: Row, flow: Flow) -> int:
    """How many rows of lists the run may have removed itself, because a newer record of it had the same key."""
    return int(facts["gone"]) if isinstance(flow.source, Nested) else 0


def _why_not(facts: Row) -> str:
    until = facts["undo_until"]
    if until is None:
        return "undo_days is 0, or it was settled by an earlier version"
    return f"they were kept until {until:%Y-%m-%d}"


def _changed_since(cursor: Cursor, facts: Row, group: Group, loaded: int) -> Obstacle:
    run, table = facts["run"], group.target.name
    runs = replacing_runs(cursor, group.undoing, facts["pipeline"], run)
    by = ", ".join(f"{rows:,} by run {later}" for later, rows in runs.items())
    gone = loaded - group.rows
    first = f"Undo these first, the newest one first: sluice undo {max(runs)}." if runs else "What did it is not kept."
    return Obstacle(
        f"Later runs, or others, have replaced or removed {gone:,} of the {_rows(loaded)} that run {run} has loaded "
        f"into {table}{f' ({by})' if by else ''}. {first}",
        f"what later runs have put into {_rows(gone)} of {table} stays, with the values of run {run} in columns that "
        "their files lack, and with books that compare with its rows, as the notes of their files say",
        rows_replaced_since(cursor, group.undoing, facts["pipeline"], run, MOST_ROWS),
    )


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"
