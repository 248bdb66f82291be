"""Settings: every mistake at once, and no secret in any message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.errors import ConfigError


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_all_mistakes_are_named_at_once_and_no_secret_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:hunter2@db/x")
    monkeypatch.setenv("SLUICE_PART_BYTES", "12")
    monkeypatch.setenv("SLUICE_LEASE_S", "soon")
    with pytest.raises(ConfigError) as caught:
        settings()
    message = str(caught.value)
    for name in ("DATABASE_URL", "SLUICE_PART_BYTES", "SLUICE_LEASE_S"):
        assert name in message
    assert "hunter2" not in message


def test_both_urls_or_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/x")
    with pytest.raises(ConfigError, match="go together"):
        settings()


def test_a_secret_comes_from_a_file_and_stays_out_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "database").write_text("postgresql://me:hunter2@db/x\n")
    (tmp_path / "redis").write_text("redis://default:hunter3@cache:6379/0\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "database"))
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "redis"))

    found = settings()

    assert found.database_url is not None
    assert found.database_url.get_secret_value() == "postgresql://me:hunter2@db/x"
    assert "hunter" not in repr(found)
    import os

    assert "DATABASE_URL" not in os.environ


def test_a_setting_that_does_not_exist_is_mentioned_and_ignored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLUICE_PART_BITES", "1")
    settings()
    assert "SLUICE_PART_BITES is not a setting" in capsys.readouterr().err


def test_a_wrong_setting_is_named_with_its_rule_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"CONCURRENCY": "many", "FLOWER_PORT": "0", "LEASE_S": "0.5", "LOG_LEVEL": "LOUD", "FLOWER_USER": ""}
    for name, value in wrong.items():
        monkeypatch.setenv(f"SLUICE_{name}", value)
    with pytest.raises(ConfigError) as caught:
        settings()
    assert str(caught.value).splitlines()[1:] == [
        "  - SLUICE_LEASE_S must be a number of at least 1, not '0.5'.",
        "  - SLUICE_CONCURRENCY must be an integer between 1 and 256, not 'many'.",
        "  - SLUICE_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'.",
        "  - SLUICE_FLOWER_USER must not be empty.",
        "  - SLUICE_FLOWER_PORT must be an integer between 1 and 65,535, not '0'.",
    ]
