"""A scheduled pipeline with an inbox and a ledger of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from tests.kit.in_process import InProcess
from tests.kit.office import Office


@pytest.fixture
def office(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    monkeypatch.setenv("SLUICE_INBOX", str(inbox))
    settings.cache_clear()
    return Office(engine, inbox)
