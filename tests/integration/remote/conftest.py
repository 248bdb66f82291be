"""An API server for each test, and no long pauses between tries; or a second database, which is the source."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sluice.embedded import Servers
from sluice.engine.sources.http import retries as tries
from tests.integration.remote.reading import TOKEN
from tests.kit.api_server import ApiServer, running
from tests.kit.source_shop import SETTING, Shop
from tests.kit.stack import own_database


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """A server at the address that the setting SHOP_URL holds, and its token in SHOP_TOKEN."""
    monkeypatch.setattr(tries, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running() as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        monkeypatch.setenv("SHOP_TOKEN", TOKEN)
        yield server


@pytest.fixture
def shop(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop's database, and the setting that names it."""
    with own_database(servers.database_url, f"shop_{os.getpid()}") as url:
        monkeypatch.setenv(SETTING, url)
        yield Shop(url)
