"""`purge`: what an age is, and what is told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sluice.cli.data.purge import parse_age
from sluice.engine.ledger.cleanup import landing_copies as landed
from sluice.engine.ledger.cleanup import purge
from sluice.errors import ConfigError
from tests.unit.cli.made_up import Ledger, a_run

Sluice = Callable[..., Any]
GONE = {"rejects": 1_234_567, "parts": 40, "steps": 42, "contenders": 0}


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A ledger with two old runs. Gives what was asked of it."""
    asked: list[Any] = []

    def purge_run(run: int, _before: datetime) -> Counter[str]:
        asked.append(run)
        return Counter(GONE if run == 1 else {})

    def purge_landing(_folder: str, _before: datetime, *, dry_run: bool) -> int:
        asked.append(("landing", dry_run))
        return 3

    monkeypatch.setattr(purge, "before", lambda _age: datetime(2024, 3, 1, 12, 30, tzinfo=UTC))
    monkeypatch.setattr(purge, "purgeable_runs", lambda _before: [1, 2])
    monkeypatch.setattr(purge, "count_purgeable", lambda _runs, _before: Counter(GONE))
    monkeypatch.setattr(purge, "purge_run", purge_run)
    monkeypatch.setattr(purge, "purge_ticks", lambda _before: 5)
    monkeypatch.setattr(purge, "purge_kept", lambda: 6)
    monkeypatch.setattr(landed, "purge_landing", purge_landing)
    return asked


@pytest.mark.parametrize(
    ("text", "age"),
    [("12h", timedelta(hours=12)), ("30d", timedelta(days=30)), ("8w", timedelta(weeks=8))],
)
def test_an_age_is_a_number_and_a_unit(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "30", "d", "0d", "-1d", "1.5d", "30 d", "30m", "3d4h", "999999d", "٣d"])
def test_anything_else_is_no_age(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_age(text)
    assert str(caught.value) == f"--older-than must be an integer and h, d or w, such as 30d, not {text!r}."


def test_purge_says_what_is_gone(sluice: Sluice, old: list[Any]) -> None:
    result = sluice("purge", "--older-than", "30d")
    assert result.stdout == (
        "2 runs that ended before 2024-03-01 12:30 UTC: purged\n"
        "  rejects            1,234,567\n"
        "  parts                     40\n"
        "  steps                     42\n"
        "  contenders                 0\n"
        "  ticks                      5\n"
        "  kept rows                  6\n"
        "  landing copies             3\n"
        "their books and inputs stay; PostgreSQL uses the space again after its next vacuum\n"
    )
    assert old == [1, 2, ("landing", False)]


def test_a_dry_run_takes_nothing_away(sluice: Sluice, old: list[Any]) -> None:
    told = json.loads(sluice("purge", "--older-than", "30d", "--dry-run", "--json").stdout)
    assert told == {
        "before": "2024-03-01T12:30:00+00:00",
        "dry_run": True,
        "runs": 2,
        "rejects": 1_234_567,
        "parts": 40,
        "steps": 42,
        "contenders": 0,
        "ticks": 0,
        "kept_rows": 0,
        "landing_copies": 3,
    }
    assert old == [("landing", True)]


def test_an_age_must_be_given(sluice: Sluice) -> None:
    assert sluice("purge").exit_code == 2


def test_status_of_a_purged_run_shows_its_books(sluice: Sluice, ledger: Ledger) -> None:
    ledger.statuses = [
        a_run(read=3, loaded=3, parts_total=0, parts_loaded=0, purged_at=datetime(2024, 3, 1, tzinfo=UTC))
    ]
    told = sluice("status", "7").stdout
    assert "  = loaded     3\n" in told
    assert "\npurged on 2024-03-01: its parts, steps and rejects are gone, its books stay\n" in told
    assert "parts:" not in told
