"""Rejects that nobody is going to load: dismissed with a reason, counted as before, never replayed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluice.cli.main import app
from sluice.engine.ledger.runs import Run, read_status
from sluice.engine.steps.again.replay import rows as replaying
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.tasks.replay import chosen_rejects, replay
from tests.kit.in_process import InProcess
from tests.kit.refused import loaded, orders, registered, rows_of, use

BAD = [(1, "a", "1.00"), (2, "b", "free"), ("three", "c", "3.00"), (4, "d", "free"), (5, "e", "5;00")]
Sluice = Callable[..., Any]


@pytest.fixture
def sluice(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sluice:
    """Types words after `sluice`, in this process; a file with four rejects is loaded as run 1."""
    use(engine, tmp_path / "pipelines", monkeypatch)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    assert loaded(engine, orders(tmp_path / "a.csv", BAD)) == 1
    return lambda *words: CliRunner().invoke(app, [*words])


def test_dismissed_rejects_leave_the_list_and_stay_counted(sluice: Sluice) -> None:
    result = sluice("rejects", "dismiss", "1", "--code", "not_decimal", "--why", "test orders")
    assert (result.exit_code, result.stdout) == (0, "3 rejects of run 1 dismissed\n")
    listed = sluice("rejects", "list", "1").stdout
    assert "not_integer" in listed
    assert "not_decimal" not in listed
    assert "dismissed: 3 rejects by " in listed
    assert listed.splitlines()[-1].endswith(": test orders") or ": test orders\n" in listed
    assert "a.csv:3" in sluice("rejects", "list", "1", "--dismissed").stdout
    assert read_status(1).rejected == 4
    assert ": test orders" in sluice("status", "1").stdout
    exported = sluice("rejects", "export", "1", "-")
    assert len(exported.stdout.splitlines()) == 2
    assert exported.stderr.splitlines()[1:] == ["3 rejects of run 1 left out, which are dismissed"]
    assert len(sluice("rejects", "export", "1", "-", "--report").stdout.splitlines()) == 2


def test_dismissed_rejects_are_not_replayed_until_that_is_undone(engine: InProcess, sluice: Sluice) -> None:
    sluice("rejects", "dismiss", "1", "--where", "amount=free", "--why", "test orders")
    words = ("rejects", "replay", "1", "--set", "amount=7", "--code", "not_decimal")
    assert "left out: 2 x a.csv:3: it is dismissed: " in sluice(*words, "--dry-run").stdout
    assert "run 2 replays 1 reject of run 1" in sluice(*words).stdout
    engine.finish(Run(2))
    assert [number for number, *_ in rows_of(engine)] == [1, 5]
    assert sluice("rejects", "dismiss", "1", "--undo").stdout == "2 rejects of run 1 are open again\n"
    assert "dismissed" not in sluice("status", "1").stdout
    assert engine.sql("select rows, undone_at is not null from sluice.dismissal") == [(2, True)]
    sluice(*words)
    engine.finish(Run(3))
    assert [number for number, *_ in rows_of(engine)] == [1, 2, 4, 5]


def test_a_reject_that_is_dismissed_while_a_replay_is_being_registered_is_not_loaded(sluice: Sluice) -> None:
    status = read_status(1)
    chosen = chosen_rejects(status, Wanted(sets={"amount": "1"}, code="not_decimal"))
    sluice("rejects", "dismiss", "1", "--why", "x")
    assert replay(status, chosen) is None


def test_what_a_replay_has_taken_is_not_dismissed(sluice: Sluice) -> None:
    assert registered(1, Wanted(sets={"amount": "1"}, code="not_decimal")) is not None
    assert sluice("rejects", "dismiss", "1", "--why", "x").stdout == "1 reject of run 1 dismissed\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dismiss", "1"), 'Say why nobody is going to load them: --why "..."'),
        (("dismiss", "1", "--why", "  "), 'Say why nobody is going to load them: --why "..."'),
        (("dismiss", "1", "--why", "x", "--code", "not_decimall"), "did you mean not_decimal?"),
        (("dismiss", "1", "--why", "x", "--undo"), "--undo takes --code and --column only"),
        (("dismiss", "1", "--undo", "--code", "not_decimal"), "it has none"),
        (("replay", "1", "--code", "nonsense"), "it has: not_decimal, not_integer."),
        (("export", "1", "-", "--code", "nonsense"), "it has: not_decimal, not_integer."),
        (("dismiss", "1", "--why", "x", "--where", "nosuch=1"), "has no column 'nosuch'"),
    ],
)
def test_what_cannot_be_done_is_said(sluice: Sluice, words: tuple[str, ...], said: str) -> None:
    result = sluice("rejects", *words)
    assert result.exit_code == 2
    assert said in result.stderr.replace("\n", " ")


def test_rejects_beyond_one_batch_are_exported_and_replayed(
    engine: InProcess, sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 2)
    exported = sluice("rejects", "export", "1", "-")
    assert [row.split(",")[1] for row in exported.stdout.splitlines()[1:]] == ["3", "4", "5", "6"]
    sluice("rejects", "replay", "1", "--set", "amount=7", "--code", "not_decimal")
    engine.finish(Run(2))
    assert [number for number, *_ in rows_of(engine)] == [1, 2, 4, 5]


def test_an_export_of_rejects_is_noted(engine: InProcess, sluice: Sluice, tmp_path: Path) -> None:
    sluice("rejects", "export", "1", "out.csv", "--code", "not_decimal")
    assert engine.sql("select kind, pipeline, run_id, uri, rows, filter from sluice.export") == [
        ("rejects", "orders", 1, str(tmp_path / "out.csv"), 3, {"code": "not_decimal"})
    ]
