"""Settling a run: contested keys get their winner, the books their last word, and the run its end.

The winner does not depend on who committed first: with `keep` it is the row of the lowest (input, line), with
`update` that of the highest. Rows of finished runs are final. All of it is one transaction.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import Table
from sluice.engine.failpoint import failpoint
from sluice.engine.ledger.connection import transaction
from sluice.engine.ledger.queries import query
from sluice.engine.ledger.steps import Claim, finish
from sluice.engine.load.target import Target
from sluice.errors import EarlierRunOpen


def settle_run(held: Claim, table: Table) -> None:
    """Settle the run of this claim and end it. Raises EarlierRunOpen, LostClaim, TransientError."""
    run = {"run": held.run}
    with transaction() as cursor:
        # one run of a table after the other: a run that ends must not miss a row that another one displaces
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 1))", (table.name,))
        cursor.execute(query("open_run"), run)
        row = cursor.fetchone()
        if row is not None:
            if row[0] > 0:
                _settle_contested(cursor, Target.of(table), run)
            cursor.execute(query("finish_inputs"), run)
            cursor.execute(query("finish_run"), run)
        finish(cursor, held)
        failpoint("settle.before_commit")


def _settle_contested(cursor: Cursor, target: Target, run: dict[str, int]) -> None:
    mode = "update" if target.update else "keep"
    cursor.execute(target.statement("make_contest"))
    cursor.execute(target.statement(f"gather_contest_{mode}"), run)
    cursor.execute(target.statement("analyze_contest"))
    if not target.update:
        _wait_for_earlier_run(cursor, target, run)
        cursor.execute(target.statement("displace"), run)
        cursor.execute(target.statement("refuse_losers"), run)
    cursor.execute(target.statement(f"judge_{mode}"), run)
    cursor.execute(target.statement("seat_winners"))
    cursor.execute(target.statement("seat_absent"))
    cursor.execute(query("clear_contenders"), run)
    for name in ("part", "input", "run"):
        cursor.execute(query(f"count_{name}_verdicts"))


def _wait_for_earlier_run(cursor: Cursor, target: Target, run: dict[str, int]) -> None:
    cursor.execute(target.statement("blocked_by"), run)
    row = cursor.fetchone()
    if row is not None and row[0] is not None:
        raise EarlierRunOpen(f"Run {row[0]} is open and holds keys of this one: waiting for it to end.")
