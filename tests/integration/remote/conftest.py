"""An API server for each test, and no long pauses between tries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sluice.engine.remote import tries
from tests.integration.remote.reading import TOKEN
from tests.kit.api_server import ApiServer, running


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """A server at the address that the setting SHOP_URL holds, and its token in SHOP_TOKEN."""
    monkeypatch.setattr(tries, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running() as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        monkeypatch.setenv("SHOP_TOKEN", TOKEN)
        yield server
