"""Real servers for the tests: one PostgreSQL and one Redis per session, a database of its own per test."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice.embedded import Servers, attach, attached, detach
from tests.kit.in_process import InProcess
from tests.kit.stack import Stack, own_database, until

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis for the whole session, in a folder of their own."""
    home = Path(tempfile.mkdtemp(prefix="sluice-test-"))
    home.chmod(0o755)
    try:
        yield attach(home)
    finally:
        detach(home)
        until(lambda: attached(home) is None, 20, "the end of the servers")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    """An empty database of its own."""
    with own_database(servers.database_url, f"test_{os.getpid()}_{next(_numbers)}") as url:
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
