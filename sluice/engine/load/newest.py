"""Updates: of the rows of one key the newest one is in the table, whichever was committed first.

The newest is that of the highest (run, place of the input in the run, line). Loading keeps this true at every moment:
it locks existing keys, in key order, and replaces only older rows. If a row's key has a row of a run that is not
settled, both are recorded, and settling counts them as if the runs had come one after another, and the files of each
in their order. So a later run settles after the earlier ones of the same source.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.ledger.inputs.shared import earlier_open_run
from sluice.engine.load.partitions import make_room
from sluice.engine.load.target import Target
from sluice.errors import EarlierRunOpen

query = statements(__name__)


def settle_updates(cursor: Cursor, target: Target, run: dict[str, int | str]) -> bool:
    """Decide the contested keys of a run. False when there are none. Raises EarlierRunOpen."""
    earlier = earlier_open_run(cursor, int(run["run"]), str(run["pipeline"]), str(run["source"]))
    if earlier is not None:
        raise EarlierRunOpen(f"Run {earlier} updates the same table, came earlier, and ends first.")
    cursor.execute(target.statement("make_contest"))
    cursor.execute(target.statement("make_stage"))
    cursor.execute(target.statement("gather_contenders"), run)
    if cursor.rowcount == 0:
        return False
    cursor.execute(target.statement("analyze_contest"))
    cursor.execute(target.statement("gather_there"))
    # thousands of rows are matched, and the planner assumes a few in a table that is new or was empty
    cursor.execute("set local enable_nestloop = off")
    for name in ("gather_others", "join_contest", "place_contest"):
        cursor.execute(target.statement(name), run)
    cursor.execute(target.statement("analyze_contest"))
    _fill_absent(cursor, target, run)
    make_room(cursor, target, "contest")
    for name in ("judge_update", "insert_newest", "record_replaced", "delete_settled"):
        cursor.execute(target.statement(name), run)
    cursor.execute("set local enable_nestloop = on")
    return True


def _fill_absent(cursor: Cursor, target: Target, run: dict[str, int | str]) -> None:
    """Complete rows of files that lack columns, if a newer row had been written before them."""
    cursor.execute(target.statement("has_absent"))
    if cursor.fetchone() != (True,):
        return
    for name in target.columns:
        if name not in target.key:
            cursor.execute(target.statement("fill_absent", column=name), run | {"column": name})
    cursor.execute(target.statement("write_newer"))
