"""The file that shows health checks that a worker lives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.signals import heartbeat_sent

import sluice.workers.background  # noqa: F401 - it connects to the signal
from sluice.engine.base.settings import settings


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_heartbeat_touches_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLUICE_ALIVE_PATH", str(tmp_path / "alive"))
    heartbeat_sent.send(sender=None)
    assert (tmp_path / "alive").is_file()


def test_without_a_name_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SLUICE_ALIVE_PATH", raising=False)
    monkeypatch.chdir(tmp_path)
    heartbeat_sent.send(sender=None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_away_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLUICE_ALIVE_PATH", str(tmp_path / "away" / "alive"))
    assert [answer for _, answer in heartbeat_sent.send(sender=None)] == [None]
