"""`sluice doctor` against a whole stack: what is wrong is found, said, and nothing stays behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.kit.servers import running_servers
from tests.kit.stack import Stack, until

Checks = dict[str, tuple[str, str]]


def examined(stack: Stack, **env: str) -> tuple[Checks, str]:
    """What each check says, and everything that was printed."""
    command = [sys.executable, "-m", "sluice.cli.main", "doctor", "--json"]
    done = subprocess.run(
        command, env=stack.env | env, cwd=stack.home, capture_output=True, text=True, timeout=240, check=False
    )
    found: dict[str, Any] = json.loads(done.stdout)
    checks = {each["check"]: (each["state"], each["found"]) for each in found["checks"]}
    wrong = [name for name, (state, _) in checks.items() if state == "wrong"]
    assert (done.returncode, found["well"]) == ((1, False) if wrong else (0, True))
    return checks, done.stdout + done.stderr


def examined_with_a_worker(stack: Stack, *good: str, **env: str) -> tuple[Checks, str]:
    """When the worker answers in the seconds that `doctor` waits, and these checks are good.

    One that is ready may not listen yet, and a busy machine may be slow.
    """

    def answered() -> tuple[Checks, str] | None:
        found = examined(stack, **env)
        return found if all(found[0].get(each, ("",))[0] == "ok" for each in ("workers", *good)) else None

    found: tuple[Checks, str] = until(answered, 120, "an answer of the worker")
    return found


def states(checks: Checks) -> set[str]:
    return {state for state, _ in checks.values()}


@pytest.fixture
def durable_stack(tmp_path: Path) -> Iterator[Stack]:
    """On servers that wait for the disk, as those of users do: `doctor` warns of others."""
    with running_servers("sluice-durable-", durable=True) as (_, servers):
        made = Stack(tmp_path, servers.database_url, servers.redis_url, (2, 3))
        yield made
        made.close()


def test_all_is_well_with_a_ledger_and_a_worker(durable_stack: Stack) -> None:
    stack = durable_stack
    stack.sluice("migrate")
    stack.worker(1).wait_ready()

    checks, printed = examined_with_a_worker(stack, "workers' queues", "landing")

    # the servers of the tests belong to a superuser, and `doctor` thinks they are servers of one's own
    assert checks.pop("PostgreSQL role")[0] == "warning"
    assert states(checks) == {"ok"}, checks
    assert checks["workers"][1].startswith("1 answered: celery@")
    assert checks["landing"][1] == f"seen by all: {stack.home}/landing"
    assert not (stack.home / "landing").exists()
    for url in (stack.database_url, stack.redis_url):
        assert str(urlsplit(url).password) not in printed
    assert stack.redis().keys("sluice.doctor*") == stack.redis(cache=True).keys("*") == []


@pytest.mark.slow
def test_a_worker_that_differs_is_found(stack: Stack, tmp_path: Path) -> None:
    mine = tmp_path / "my_pipelines"
    mine.mkdir()
    (mine / "other.py").write_text(
        "from sluice import *\n"
        "pipeline = Pipeline('other', Files('*.csv'), Table('other', ['a'], [Column('a', Text(), required=True)]))\n"
    )
    (tmp_path / "inbox").mkdir()
    (tmp_path / "landing").mkdir()
    stack.sluice("migrate")
    stack.worker(1, SLUICE_LANDING=str(tmp_path / "elsewhere"), SLUICE_INBOX=str(tmp_path / "nothing")).wait_ready()

    checks, _ = examined_with_a_worker(stack, SLUICE_PIPELINES=str(mine), SLUICE_INBOX=str(tmp_path / "inbox"))

    assert checks["landing"][0] == "wrong"
    assert checks["landing"][1].startswith("not so on celery@")
    assert checks["workers' declarations"][0] == "warning"
    assert checks["inbox"] == ("warning", f"seen by 0 of 1 workers: {tmp_path}/inbox")
    assert checks["tables"] == ("warning", "not there yet for other")
    assert list((tmp_path / "landing").iterdir()) == []


def test_nothing_is_there_yet_and_no_worker_runs(stack: Stack) -> None:
    checks, _ = examined(stack)
    assert checks["ledger"] == ("wrong", "not there")
    assert checks["workers"] == ("warning", "none answers")
    assert "dead steps" not in checks


def test_a_wrong_password_is_told_and_redis_is_looked_at_all_the_same(stack: Stack) -> None:
    parts = urlsplit(stack.database_url)
    bad = urlunsplit(parts._replace(netloc=f"nobody:guessed@{parts.netloc.rpartition('@')[2]}"))
    checks, printed = examined(stack, DATABASE_URL=bad)
    assert checks["PostgreSQL"][0] == "wrong"
    assert checks["Redis"][0] == "ok"
    assert "guessed" not in printed
