"""Whether the settings that a transaction sets are in force, and whether there is a pooler in between."""

from __future__ import annotations

from collections.abc import Iterator

from sluice.engine.base.servers import database_url
from sluice.engine.database.connection import process_connection, transaction
from sluice.engine.database.session import differences, in_force
from sluice.engine.doctor.finding import Finding, address, judge, ok

# only a superuser sets these, so they are not set by each transaction
_SUPERUSERS = {"session_replication_role": "origin", "zero_damaged_pages": "off", "ignore_checksum_failure": "off"}


def look_at_session() -> Iterator[Finding]:
    """The settings in force, and the pooler if there is one. Raises DatabaseAway."""
    with transaction() as cursor:
        actual = in_force(cursor)
        cursor.execute("select pg_backend_pid()")
        server = (cursor.fetchone() or (0,))[0]
        opened = process_connection()
        pooled = server != opened.connection.info.backend_pid
    where = f"a pooler such as PgBouncer at {address(database_url())}" if pooled else ""
    other = differences(opened.session, actual)
    yield judge(
        "PostgreSQL settings",
        not other,
        "; ".join([*other, f"through {where}"] if pooled else other) if other else "as each transaction sets them",
        todo="Values may be read or written differently: a pooler must pass on SET LOCAL.",
        otherwise="wrong",
    )
    odd = [f"{name} is {actual[name]}" for name, value in _SUPERUSERS.items() if actual.get(name, value) != value]
    if odd:
        todo = "Triggers, checks or damaged pages are ignored: let a superuser reset it for this role and database."
        yield judge("PostgreSQL role settings", False, "; ".join(odd), todo=todo)
    if pooled:
        yield ok("PostgreSQL pooler", f"{where}: each transaction sets its settings")
