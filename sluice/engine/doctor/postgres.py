"""PostgreSQL: whether it answers, what its role may do, and whether the ledger and the tables are as expected."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from types import SimpleNamespace

from sluice.engine.base.servers import database_url, is_embedded
from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger, ledger_schema
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.doctor.finding import Finding, address, judge, ok, safely, warning, wrong
from sluice.engine.ledger.rows import mappings
from sluice.engine.tables.catalog import columns_of
from sluice.engine.tables.migrate import is_current, is_new, refused_by_migrate
from sluice.engine.tables.partitions import partition_rights

query = statements(__name__)

OLDEST = 13
CLOCK_S = 5.0
SPARE = 10  # connections that a worker with a few processes needs
MIGRATE = "sluice migrate"
BY_HAND = (
    "`sluice migrate --plan` shows what to do: an option, a statement to run by hand, or another name for the declared "
    "table."
)


def look_at_server() -> Iterator[Finding]:
    """Version, role, durability, clock and connections. Raises DatabaseAway, ConfigError."""
    server, drift = _read_server()
    where = f"{server.version} at {address(database_url())}"
    yield judge(
        "PostgreSQL", server.major >= OLDEST, where, todo=f"It must be at least version {OLDEST}.", otherwise="wrong"
    )
    yield from safely("PostgreSQL role", lambda: _role(server))
    yield from safely("PostgreSQL durability", lambda: _durability(server))
    yield judge(
        "PostgreSQL clock",
        abs(drift) < CLOCK_S,
        f"{drift:+.1f} s from this host",
        todo="Synchronize both hosts' clocks (NTP).",
    )
    yield from safely("PostgreSQL connections", lambda: _connections(server))


def _durability(server: SimpleNamespace) -> Iterator[Finding]:
    off = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if not getattr(server, name)]
    yield judge(
        "PostgreSQL durability",
        not off,
        f"{', '.join(off)} off" if off else "committed rows survive a crash",
        todo="A crash of the server may lose rows that count as loaded: switch it on.",
    )


def _connections(server: SimpleNamespace) -> Iterator[Finding]:
    yield judge(
        "PostgreSQL connections",
        server.connections_left >= SPARE,
        f"{server.connections_left} left",
        todo="Each worker process takes one or two: raise max_connections, or the limit of the role.",
        otherwise="warning" if server.connections_left > 0 else "wrong",
    )


def look_at_tables(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    """The ledger, each pipeline's table, and the rights on them. Raises DatabaseAway."""
    with transaction() as cursor:
        cursor.execute(in_ledger("select to_regclass('sluice.migration') is not null"))
        there = cursor.fetchone() == (True,)
    if not there:
        todo = f"{MIGRATE} (or the first `sluice run`)"
        yield warning("ledger", "not there yet", todo) if is_embedded() else wrong("ledger", "not there", todo)
        return
    yield from safely("tables", lambda: _tables(pipelines))
    loaded = [flow.table.name for each in pipelines for flow in each.flows]
    derived = [table.name for each in pipelines for table in each.derived]
    yield from safely("PostgreSQL rights", lambda: _rights([*loaded, *derived]))
    parted = sorted({flow.table.name for each in pipelines for flow in each.flows if flow.table.partition is not None})
    yield from safely("partitions", lambda: _partitions(parted))


def _partitions(tables: Sequence[str]) -> Iterator[Finding]:
    with transaction() as cursor:
        there = [name for name in tables if columns_of(cursor, name) is not None]
        found = {name: partition_rights(cursor, name) for name in there}
    for name, rights in found.items():
        if not rights.may_make:
            todo = f"Grant {rights.owner} to {rights.role}, or make partitions before rows of their dates come."
            how = f"{rights.role} may not make partitions of {name}, which belongs to {rights.owner}"
            yield warning("partitions", how, todo)


def _tables(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    behind: list[str] = []
    new: list[str] = []
    for each in pipelines:
        yield from safely(f"tables of {each.name}", partial(_look, each, behind, new))
    if behind:
        yield wrong("tables", f"not there or not current for {', '.join(behind)}", MIGRATE)
    elif new:
        yield warning("tables", f"not there yet for {', '.join(new)}", f"{MIGRATE}, or their first run makes them")
    else:
        yield ok("tables", "the ledger and all pipelines'")


def _look(pipeline: Pipeline, behind: list[str], new: list[str]) -> Iterator[Finding]:
    refused = refused_by_migrate(pipeline)
    if refused:
        yield wrong(f"tables of {pipeline.name}", " ".join(refused), BY_HAND)
    elif not is_current(pipeline):
        (new if is_new(pipeline) else behind).append(pipeline.name)


def _role(server: SimpleNamespace) -> Iterator[Finding]:
    if not server.may_temp:
        todo = f"grant temporary on database ... to {server.role}: loads stage rows in temporary tables."
        yield wrong("PostgreSQL role", f"{server.role} may not create temporary tables", todo)
    elif server.superuser and not is_embedded():
        todo = "Give Sluice a role of its own: it needs its tables and TEMP, and nothing else."
        yield warning("PostgreSQL role", f"{server.role} is a superuser", todo)
    else:
        yield ok(
            "PostgreSQL role", f"{server.role}{', the embedded servers' + chr(39) + ' own' if is_embedded() else ''}"
        )


def _rights(tables: list[str]) -> Iterator[Finding]:
    own = (
        "run", "input", "part", "step", "reject", "contender", "replaced", "tick", "build", "statistic", "revision",
        "target", "worker", "queue", "duty", "replayed", "renamed",
    )  # fmt: skip
    ledger = [f"{ledger_schema()}.{name}" for name in own]
    with transaction() as cursor:
        cursor.execute(in_ledger("select has_schema_privilege('sluice', 'usage')"))
        if cursor.fetchone() != (True,):
            yield wrong(
                "PostgreSQL rights",
                f"the role may not use the schema {ledger_schema()}",
                f"grant usage on schema {ledger_schema()} to it.",
            )
            return
        every = [*ledger, *tables]
        schemas, names = zip(*map(schema_and_name, every), strict=True)
        cursor.execute(query("rights"), {"schemas": list(schemas), "tables": list(names), "called": every})
        missing = [f"{what}: {table}" for table, what in cursor.fetchall()]
    yield judge(
        "PostgreSQL rights",
        not missing,
        f"missing: {'; '.join(missing)}" if missing else "read and write, on all of them",
        todo="The tables' owner grants them.",
        otherwise="wrong",
    )


def _read_server() -> tuple[SimpleNamespace, float]:
    """The server's facts, and by how many seconds its clock is ahead of this host's."""
    with transaction() as cursor:
        cursor.execute("set local statement_timeout = '10s'")
        before = time.time()
        cursor.execute(query("server"))
        middle = (before + time.time()) / 2
        (row,) = mappings(cursor)
        server = SimpleNamespace(**row)
    return server, server.clock - middle
