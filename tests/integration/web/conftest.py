"""The API on a port of its own and a real database with a few known rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice.embedded import Servers
from sluice.engine.base.settings import settings
from sluice.web.app import make_app
from tests.kit.in_process import InProcess
from tests.kit.stack import EXAMPLES, own_database
from tests.kit.web_client import serving
from tests.kit.web_tables import fill_tables, make_tables

READ, WRITE = "a-token-that-reads", "a-token-that-writes"


@pytest.fixture(scope="module")
def filled(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings of an API with a token of each kind, and its tables with their rows, for tests that only read."""
    home = tmp_path_factory.mktemp("home")
    with own_database(servers.database_url, f"web_{os.getpid()}_{home.name.strip('home')}") as url, _patched() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("REDIS_URL", servers.redis_url.replace("/0", "/4"))
        patch.setenv("SLUICE_HOME", str(home))
        _set_api(patch, home)
        fill_tables()
        yield
    InProcess.forget()


@pytest.fixture
def api(filled: None) -> Iterator[Any]:
    """A client that may read, of an API whose tables have rows."""
    with client() as found:
        yield found


@pytest.fixture
def served(engine: InProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> InProcess:
    """The same with a database of the test's own, and empty tables."""
    _set_api(monkeypatch, tmp_path)
    return engine


def _patched() -> Any:
    return pytest.MonkeyPatch.context()


def _set_api(patch: pytest.MonkeyPatch, home: Path) -> None:
    inbox = home / "inbox"
    inbox.mkdir()
    patch.setenv("SLUICE_INBOX", str(inbox))
    patch.setenv("SLUICE_PIPELINES", EXAMPLES)
    patch.setenv("SLUICE_API_READ_TOKENS", READ)
    patch.setenv("SLUICE_API_WRITE_TOKENS", WRITE)
    InProcess.forget()
    make_tables()


def client(token: str | None = READ) -> Any:
    """A client with a token (or without one), of an API with the settings as they are now."""
    return serving(make_app(settings()), token)
