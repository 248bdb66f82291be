"""What a worker checks before it takes messages: each right, each kind of ledger, and the sentence that tells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sluice.engine.database.connection import connect
from sluice.engine.ledger.readiness import RIGHTS, LedgerBehind, check_ledger
from sluice.engine.tables.migrate import migrate
from sluice.errors import ConfigError
from sluice.pipelines import find
from tests.kit.in_process import InProcess
from tests.kit.roles import weakened_loader
from tests.kit.stack import ROOT, Stack


def check(url: str) -> None:
    opened = connect("test", url)
    try:
        with opened.transaction(opened.begin()) as cursor:
            check_ledger(cursor)
    finally:
        opened.connection.close()


@pytest.fixture
def ledger(engine: InProcess, database_url: str) -> str:
    migrate([find("call_logs")])
    return database_url


def test_a_role_that_may_fill_tables_is_all_that_a_worker_needs(ledger: str) -> None:
    with weakened_loader(ledger) as url:
        check(url)


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("revoke usage on schema sluice from {role}", "usage on schema sluice"),
        ("revoke all on all tables in schema sluice from {role}", "select on sluice.migration, select on sluice.run"),
        ("revoke select on sluice.migration from {role}", "select on sluice.migration in"),
        ("revoke temporary on database {database} from public", "temporary on the"),
        *[
            (f"revoke {right} on sluice.{table} from {{role}}", f"lacks {right.lower()} on sluice.{table} in")
            for table, rights in RIGHTS.items()
            for right in rights.split()
        ],
    ],
)
def test_each_right_that_is_missing_is_named(ledger: str, statement: str, missing: str) -> None:
    with weakened_loader(ledger, statement) as url, pytest.raises(ConfigError) as told:
        check(url)
    assert missing in str(told.value)
    assert not isinstance(told.value, LedgerBehind)


def test_rights_that_a_worker_does_not_use_may_be_missing(ledger: str) -> None:
    unused = [
        "alter role {role} set default_transaction_read_only = on",  # each transaction says what it is itself
        "revoke delete on sluice.run from {role}",
        "revoke insert, update, delete on sluice.migration from {role}",
    ]
    with weakened_loader(ledger, *unused) as url:
        check(url)


@pytest.mark.empty_database
def test_a_database_without_a_ledger_or_with_an_older_one_is_waited_for(engine: InProcess, database_url: str) -> None:
    with pytest.raises(LedgerBehind, match=r"The ledger in the database test_\w+ on .* is not there: `sluice migrate`"):
        check(database_url)
    migrate([])
    engine.sql("delete from sluice.migration where name = '007_preprocess.sql'")
    with pytest.raises(LedgerBehind, match=r"has not had 007_preprocess\.sql: `sluice migrate`"):
        check(database_url)


def test_a_newer_ledger_is_refused(engine: InProcess, ledger: str) -> None:
    engine.sql("insert into sluice.migration (name) values ('999_from_tomorrow.sql')")
    with pytest.raises(ConfigError, match=r"is newer than this Sluice \(999_from_tomorrow.sql is not known here\)"):
        check(ledger)


@pytest.mark.parametrize("command", ["celery", "sluice"])
@pytest.mark.parametrize(
    ("change", "told"),
    [("rights", "lacks update on sluice.step"), ("password", "authentication failed"), ("name", "does not exist")],
)
@pytest.mark.variants
def test_a_worker_that_could_never_work_does_not_start(
    stack: Stack, tmp_path: Path, command: str, change: str, told: str
) -> None:
    stack.sluice("migrate")
    words = ["sluice.cli.main", "worker"] if command == "sluice" else ["celery", "-A", "sluice.app", "worker"]
    with weakened_loader(stack.database_url, "revoke update on sluice.step from {role}") as weak:
        url = {"rights": weak, "password": weak.replace("made-up", "other"), "name": f"{weak}_not"}[change]
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=ROOT, env=stack.env | {"DATABASE_URL": url}, timeout=240,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "made-up" not in done.stderr
