"""What the doctor's rooms find in real servers that are not as they should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis

from sluice.embedded import Servers
from sluice.engine.base.servers import broker_url, cache_url
from sluice.engine.database.autocommit import autocommit
from sluice.engine.doctor.finding import Finding
from sluice.engine.doctor.postgres import look_at_server, look_at_tables
from sluice.engine.doctor.redis import look_at_redis
from sluice.engine.doctor.work import look_at_work
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.landing import landing
from sluice.pipelines import find
from sluice.workers.inspection import sluice_inspect
from tests.kit.in_process import InProcess
from tests.kit.roles import acting_as_loader

CALLS = find("call_logs")


def states(found: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    return {each.check: (each.state, each.found) for each in found}


@pytest.fixture
def ledger(engine: InProcess) -> InProcess:
    engine.use(CALLS)
    return engine


@pytest.fixture
def loader(ledger: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A role that may read and write the ledger but only read the table; this process uses it from now on."""
    rights = [
        "revoke temporary on database {database} from public",
        "grant usage on schema sluice to {role}",
        "grant select, insert, update, delete on all tables in schema sluice to {role}",
        "revoke all on customer_call_logs from {role}",
        "grant select on customer_call_logs to {role}",
    ]
    with acting_as_loader(database_url, monkeypatch, rights, limit=5) as role:
        yield role


def test_a_role_without_temporary_tables_and_with_few_connections_is_found(loader: str) -> None:
    found = states(look_at_server())
    assert found["PostgreSQL role"] == ("wrong", f"{loader} may not create temporary tables")
    assert found["PostgreSQL connections"] == ("warning", "4 left")


def test_rights_that_are_missing_are_named(loader: str, database_url: str) -> None:
    assert states(look_at_tables([CALLS])) == {
        "tables": ("ok", "the ledger and all pipelines'"),
        "PostgreSQL rights": ("wrong", "missing: insert, update, delete: customer_call_logs"),
    }
    with autocommit(database_url) as cursor:
        cursor.execute("revoke usage on schema public from public")
    InProcess.forget()
    assert states(look_at_tables([CALLS]))["PostgreSQL rights"] == (
        "wrong",
        "missing: usage of its schema public: customer_call_logs",
    )


@pytest.fixture
def broker(engine: InProcess) -> Iterator[SimpleNamespace]:
    """Clients of the broker's and the cache's database, both empty."""
    clients = SimpleNamespace(
        messages=redis.Redis.from_url(broker_url()),
        frames=redis.Redis.from_url(cache_url()),
    )
    for client in (clients.messages, clients.frames):
        client.flushdb()
    yield clients
    for client in (clients.messages, clients.frames):
        client.flushdb()
        client.close()


def test_keys_that_live_too_long_or_too_short_are_found(broker: SimpleNamespace) -> None:
    broker.frames.set("sluice:frame:forgotten", "x")
    broker.frames.set("somebody else's", "x")
    broker.messages.set("sluice.load", "x", ex=100)
    broker.messages.set("unacked_mutex", "x", ex=100)
    assert states(look_at_redis())["Redis lifetimes"] == (
        "wrong",
        "1 frames without TTL, e.g. sluice:frame:forgotten; 1 keys of the broker with TTL, e.g. sluice.load",
    )


def test_broker_and_cache_in_one_database_are_told_apart(
    broker: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_CACHE_URL", broker_url())
    InProcess.forget()
    broker.messages.set("sluice:frame:whole", "x", ex=100)
    broker.messages.lpush("sluice.load", "x")
    assert states(look_at_redis())["Redis lifetimes"] == ("ok", "right, in a sample of 3 keys")


def test_a_redis_user_that_may_only_read_is_found(
    broker: SimpleNamespace, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker.messages.acl_setuser(
        "reader", enabled=True, passwords=["+made-up"], keys=["*"], categories=["+@read"], commands=["+info", "+select"]
    )
    parts = urlsplit(broker_url())
    monkeypatch.setenv(
        "REDIS_URL", urlunsplit(parts._replace(netloc=f"reader:made-up@{parts.netloc.rpartition('@')[2]}"))
    )
    InProcess.forget()
    found = states(look_at_redis())
    broker.messages.acl_deluser("reader")
    assert found["Redis as broker"][0] == "wrong"
    assert found["Redis as cache"] == ("ok", "takes frames")
    assert broker.frames.keys("*") == []


def test_dead_steps_are_named_by_their_run(ledger: InProcess, tmp_path: Path) -> None:
    run = _waiting(ledger, tmp_path)
    ledger.sql("update sluice.step set state = 'dead'")
    assert states(look_at_work())["dead steps"] == ("warning", f"1 in run {run.id}")


def test_a_run_is_stuck_when_nothing_has_moved_for_minutes(ledger: InProcess, tmp_path: Path) -> None:
    run = _waiting(ledger, tmp_path)
    ledger.sql("update sluice.run set created_at = created_at - interval '1 hour'")
    assert states(look_at_work())["stuck runs"] == ("ok", "none")

    ledger.sql("update sluice.step set due_at = due_at - interval '1 hour'")
    assert states(look_at_work())["stuck runs"] == (
        "wrong",
        f"run {run.id}: no worker has worked on anything for minutes",
    )

    ledger.sql("update sluice.step set state = 'working'")
    assert states(look_at_work())["stuck runs"] == ("ok", "none")


@pytest.mark.empty_database
def test_without_a_ledger_there_is_no_work_to_look_at(engine: InProcess) -> None:
    assert states(look_at_work()) == {}
    assert states(look_at_tables([CALLS])) == {"ledger": ("wrong", "not there")}


@pytest.mark.parametrize("probe", ["../a.csv", "a.csv", "/etc/passwd", "", ".", f".sluice-probe-{'0' * 32}/../a.csv"])
def test_a_worker_tells_nobody_about_other_paths(engine: InProcess, tmp_path: Path, probe: str) -> None:
    folder = Path(landing())
    folder.mkdir()
    for each in (folder, tmp_path):
        (each / "a.csv").write_text("x")
    assert sluice_inspect(None, probe)["landing"] is False


def test_a_worker_sees_a_probe_in_the_landing(engine: InProcess) -> None:
    probe = f".sluice-probe-{'0' * 32}"
    assert sluice_inspect(None, probe)["landing"] is False
    Path(landing()).mkdir()
    (Path(landing()) / probe).write_text("x")
    assert sluice_inspect(None, probe)["landing"] is True


def _waiting(ledger: InProcess, folder: Path) -> Run:
    path = folder / "a.csv"
    path.write_text("customer_id\n1\n")
    return ledger.register(path)


def test_a_column_of_another_type_has_to_be_altered_by_hand(ledger: InProcess, database_url: str) -> None:
    with autocommit(database_url) as cursor:
        cursor.execute("alter table customer_call_logs alter column customer_id type text")
    (found,) = (each for each in look_at_tables([CALLS]) if each.check == "tables of call_logs")
    assert (found.state, found.found) == (
        "wrong",
        "table customer_call_logs: Column customer_id is text in the database and bigint in the declaration.",
    )
    assert "by hand" in found.todo


def test_a_column_that_is_not_there_yet_is_made_by_migrate(ledger: InProcess, database_url: str) -> None:
    with autocommit(database_url) as cursor:
        cursor.execute("alter table customer_call_logs drop column call_cost_usd")
    (found,) = (each for each in look_at_tables([CALLS]) if each.check == "tables")
    assert (found.state, found.found, found.todo) == (
        "wrong",
        "not there or not current for call_logs",
        "sluice migrate",
    )
