"""Real servers for the tests: one PostgreSQL and one Redis per session, a database of its own per test."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice.embedded import Servers
from tests.kit import budget, checkout
from tests.kit.in_process import InProcess
from tests.kit.servers import ledger_only, running_servers
from tests.kit.stack import Stack, own_database

_numbers = itertools.count(1)
_UNTRACKED = pytest.StashKey[set[str]]()

# Tests start hundreds of Pythons. Where bytecode is not kept each one compiles Sluice and pandas anew, for two seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

budget.choose()

# SLUICE_TEST_SCHEMA=sluice_staging: the tests with the ledger in that schema
if "SLUICE_TEST_SCHEMA" in os.environ:
    os.environ["SLUICE_SCHEMA"] = os.environ["SLUICE_TEST_SCHEMA"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`-n 4` alone spreads the tests in the way that suits them."""
    from tests.kit.spread import Spread

    return Spread(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test with the mark `variants`, all variants but the first are slow. This is before `-m` chooses."""
    for item in items:
        callspec = getattr(item, "callspec", None)  # of parametrized tests
        if item.get_closest_marker("variants") and callspec is not None and any(callspec.indices.values()):
            item.add_marker("slow")


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Say how to have the tests in the same order again, if one of them failed."""
    seed = config.getoption("randomly_seed", None)
    if exitstatus and seed is not None:
        terminalreporter.write_line(f"--randomly-seed={seed} repeats the order of these tests")


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """A test that leaves something at the top of the checkout fails (or, with `-n`, one that runs beside it)."""
    before = checkout.entries()
    yield
    left = checkout.entries() - before
    assert not left, f"left in the checkout: {', '.join(sorted(left))}"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember what is in the checkout, to compare it at the end."""
    if not hasattr(session.config, "workerinput"):
        session.config.stash[_UNTRACKED] = checkout.untracked()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail if the tests have left files in the checkout, wherever."""
    before = session.config.stash.get(_UNTRACKED, None)
    if before is None or session.config.option.collectonly:
        return
    left = sorted(checkout.untracked() - before)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        sys.stderr.write(f"\nThe tests have left files in the checkout: {', '.join(left)}\n")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis for the whole session, in a folder of their own."""
    with running_servers("sluice-test-") as (_, started):
        yield started


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> Iterator[str]:
    """The name of a database in which the ledger is, and no pipeline's table: others are copies of it."""
    with ledger_only(servers, f"migrated_{os.getpid()}") as name:
        yield name


@pytest.fixture
def database_url(servers: Servers, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own: empty, but for tests of the engine, which find the ledger there already.

    A test that is about the first migration has the mark `empty_database`.
    """
    with_ledger = "engine" in request.fixturenames and request.node.get_closest_marker("empty_database") is None
    template = request.getfixturevalue("migrated") if with_ledger else "template1"
    with own_database(servers.database_url, f"test_{os.getpid()}_{next(_numbers)}", template) as url:
        yield url


@pytest.fixture
def stack(servers: Servers, database_url: str, tmp_path: Path) -> Iterator[Stack]:
    """Everything a run needs but the workers, which the test starts itself."""
    made = Stack(tmp_path, database_url, servers.redis_url, (2, 3))
    made.redis().flushdb()
    made.redis(cache=True).flushdb()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def engine(servers: Servers, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InProcess]:
    """The engine in this very process, without Celery: each step is called by hand, in the order a test wants."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url.replace("/0", "/4"))
    monkeypatch.setenv("SLUICE_CACHE_URL", servers.redis_url.replace("/0", "/5"))
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path))
    InProcess.forget()
    yield InProcess()
    InProcess.forget()
