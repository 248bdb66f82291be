"""A second database, which is the source."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sluice.embedded import Servers
from tests.kit.source_shop import SETTING, Shop
from tests.kit.stack import own_database


@pytest.fixture
def shop(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop's database, and the setting that names it."""
    with own_database(servers.database_url, f"shop_{os.getpid()}") as url:
        monkeypatch.setenv(SETTING, url)
        yield Shop(url)
