"""`forget`: what is printed, and how its options are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.steps.removal.forget.receipt import Copies, Gone, receipt
from sluice.tasks.removal import forget as forgets
from sluice.tasks.removal.forget import ForgetResult

Sluice = Callable[..., Any]
TIMES = {"began_at": "2024-01-02T03:04:05+00:00", "ended_at": "2024-01-02T03:04:06+00:00"}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the command gives on; it deletes two rows."""
    given: list[tuple[Any, ...]] = []
    gone = Gone(rejects=1, files=["/inbox/calls.csv"])
    gone.rows["call"] = 2
    facts = receipt("company", [("call.msisdn", "ab")], gone, Copies(1, frames=3), times=TIMES, build=None)

    def forget(pipeline: str, where: Any, *, table: str | None, dry_run: bool, exports: bool) -> ForgetResult:
        assert not exports
        given.append((pipeline, where, table, dry_run))
        return ForgetResult(facts)

    monkeypatch.setattr(forgets, "forget", forget)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere")
    monkeypatch.setenv("REDIS_URL", "redis://nowhere")
    return given


def test_what_went_and_what_is_out_of_reach_is_said(sluice: Sluice, calls: list[tuple[Any, ...]]) -> None:
    result = sluice("forget", "company", "--where", "msisdn=0788 123 456")
    assert calls == [("company", [("msisdn", "0788 123 456")], None, False)]
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "2 rows of call went, and 0 rows kept for an undo\n"
        "1 reject and 0 replayed rows went\n"
        "0 texts of the ledger went\n"
        "1 file of the landing went\n"
        "the rows came from 1 file, which still has them:\n"
        "  /inbox/calls.csv\n"
        "not reached: backups"
    )
    assert "0788" not in result.stdout


def test_a_value_is_read_from_standard_input(sluice: Sluice, calls: list[tuple[Any, ...]]) -> None:
    words = ("forget", "company", "--where", "msisdn=-", "--dry-run", "--json")
    facts = json.loads(sluice(*words, typed="0788 123 456\n").stdout)
    assert calls == [("company", [("msisdn", "0788 123 456")], None, True)]
    assert (facts["dry_run"], facts["rows"]) == (True, {"call": 2})


def test_the_receipt_is_a_new_file(sluice: Sluice, calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    assert sluice("forget", "company", "--where", "msisdn=1", "--receipt", str(path)).exit_code == 0
    assert json.loads(path.read_text())["rows"] == {"call": 2}
    again = sluice("forget", "company", "--where", "msisdn=1", "--receipt", str(path))
    assert (again.exit_code, len(calls)) == (2, 1)
    assert "the file exists. Name a new one; nothing was forgotten." in again.stderr


@pytest.mark.parametrize("where", ["msisdn", "=1", ""])
def test_a_where_without_a_column_or_a_value_is_refused(
    sluice: Sluice, calls: list[tuple[Any, ...]], where: str
) -> None:
    result = sluice("forget", "company", "--where", where)
    assert (result.exit_code, calls) == (2, [])
    assert "--where must be COLUMN=VALUE" in result.stderr
