"""`migrate --plan` and its options, and `reload`: what they print and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.steps.again import reload
from sluice.engine.steps.again.reload import Again
from sluice.engine.tables import migrate as schema
from sluice.engine.tables.changes import preview as planned
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.preview import Preview, Shown, Statement
from sluice.engine.tables.migrate import NotMigrated
from tests.unit.cli.made_up import Sluice

RENAME = 'alter table "public"."shop" rename column "name" to "label"'


@pytest.fixture
def no_pipelines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path))
    settings.cache_clear()


@pytest.mark.usefixtures("no_pipelines")
def test_a_plan_is_printed_with_costs_refusals_and_notes(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown("shop", [Statement(RENAME, "no rewrite; locks the table for a moment")], [], ["In dear it is name."])
    found = Preview(["027_renamed.sql"], ["bill"], [shown])
    monkeypatch.setattr(planned, "preview", lambda _pipelines, _allowed: found)
    result = sluice("migrate", "--plan")
    assert result.exit_code == 0
    assert result.stdout == (
        "ledger: applies 027_renamed.sql\n"
        "table bill: is made\n"
        "table shop:\n"
        f"  {RENAME};\n"
        "      -- no rewrite; locks the table for a moment\n"
        "  note: In dear it is name.\n"
    )
    assert json.loads(sluice("migrate", "--plan", "--json").stdout) == {
        "ledger": ["027_renamed.sql"],
        "made": ["bill"],
        "tables": [
            {
                "table": "shop",
                "statements": [{"sql": RENAME, "cost": "no rewrite; locks the table for a moment"}],
                "refused": [],
                "notes": ["In dear it is name."],
            }
        ],
        "schemas": [],
        "left_out": [],
    }


@pytest.mark.usefixtures("no_pipelines")
def test_a_plan_without_anything_to_do_ends_with_0_and_one_that_refuses_with_2(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Preview([], [], []), Preview([], [], [Shown("shop", [], ["The key is (a)."], [])])]
    monkeypatch.setattr(planned, "preview", lambda _pipelines, _allowed: found.pop(0))
    result = sluice("migrate", "--plan")
    assert (result.exit_code, result.stdout) == (0, "everything is up to date\n")
    result = sluice("migrate", "--plan")
    assert (result.exit_code, result.stdout) == (2, "table shop:\n  refused: The key is (a).\n")


@pytest.mark.usefixtures("no_pipelines")
def test_options_are_passed_on_and_what_was_done_before_a_refusal_is_printed(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def migrate(_pipelines: Any, allowed: Allowed, *, wait_s: float) -> list[str]:
        asked.append((allowed, wait_s))
        raise NotMigrated("Table shop: the key.", ["Added column a to bill."])

    monkeypatch.setattr(schema, "migrate", migrate)
    words = ["--drop-columns", "shop.a", "--drop-columns", "shop.b", "--rebuild-key", "bill"]
    result = sluice("migrate", *words)
    assert asked == [(Allowed(("shop.a", "shop.b"), ("bill",), rewrite=True), 60.0)]
    assert result.exit_code == 2
    assert result.stderr == "Added column a to bill.\nerror: Table shop: the key.\n"


def test_a_reload_without_files_says_so_and_which_are_gone(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def files_again(pipeline: Any, since: Any, column: Any) -> Again:
        asked.append((pipeline.name, str(since), column))
        return Again([], ["/inbox/a.csv"])

    monkeypatch.setattr(reload, "files_again", files_again)
    result = sluice("reload", "call_logs", "--since", "2026-03-01", "--column", "notes")
    assert asked == [("call_logs", "2026-03-01", "notes")]
    assert result.stderr == "gone, and not loaded again: /inbox/a.csv\n"
    assert (result.exit_code, result.stdout) == (0, "no file of an earlier run is to be loaded again\n")
    told = json.loads(sluice("reload", "call_logs", "--json").stdout)
    assert told == {"run": None, "pipeline": "call_logs", "gone": ["/inbox/a.csv"]}


def test_a_day_that_is_none_is_refused(sluice: Sluice) -> None:
    result = sluice("reload", "call_logs", "--since", "2026-13-01")
    assert result.exit_code == 2
    assert "--since" in result.stderr
