"""Tables whose rows expire: whether that happens each day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline, Table
from sluice.engine.doctor.finding import Finding, ok, warning

query = statements(__name__)

LATE = timedelta(days=2)
TODO = "Beat sees to it (`sluice up`, or `sluice beat` with workers); `sluice expire` does it now, to the end."


def look_at_expiry(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    """A finding for each table whose rows expire. Raises DatabaseAway."""
    tables = {flow.table.name: flow.table for each in pipelines for flow in each.flows if flow.table.expire_after}
    if not tables:
        return
    with transaction() as cursor:
        cursor.execute(in_ledger("select to_regclass('sluice.expiry') is not null"))
        if cursor.fetchone() != (True,):
            return
    for table in tables.values():
        yield _look(table)


def _look(table: Table) -> Finding:
    what = f"{table.name} keeps {table.expire_after}"
    with transaction() as cursor:
        cursor.execute(query("last_expiry"), place(table.name) | {"column": table.expire_by or ""})
        first, rows, ended, since, waits_for = cursor.fetchone() or (None, 0, None, None, None)
    if first is None:
        return warning("expired rows", f"{what}; rows of it have never expired", TODO)
    held_up = f"; run {waits_for} is open and holds it up" if waits_for is not None else ""
    if since > LATE:
        return warning("expired rows", f"{what}; the last time was {since.days} days ago{held_up}", TODO)
    went = f"{rows:,} row{'' if rows == 1 else 's'} from before {first} went"
    return ok("expired rows", f"{what}; {went}" + (f" on {ended:%Y-%m-%d}" if ended else f" so far{held_up}"))
