"""Hints under the rejects of a run: for people, and never in the way of the run itself."""

from __future__ import annotations

from typing import Any

import pytest

from sluice.engine.hints.hint import Hint
from sluice.engine.preview import of_run
from sluice.errors import InputChanged, TransientError
from tests.unit.cli.made_up import DIRTY, Ledger, Sluice, a_run

HINT = Hint("amount", 'Column("amount", Decimal(14, 2, point=","))', 312, 315, "'1,5' as 1.50")
SHOWN = (
    "\nhints, each tried on what was refused:\n"
    '  Column("amount", Decimal(14, 2, point=","))\n'
    "    312 of 315 of its refused texts would pass, e.g. '1,5' as 1.50\n"
)


@pytest.mark.parametrize("words", [("status", "7"), ("rejects", "list", "7")])
def test_a_run_and_its_rejects_end_with_hints(ledger: Ledger, sluice: Sluice, words: tuple[str, ...]) -> None:
    ledger.statuses, ledger.hints = [DIRTY], [HINT]
    assert SHOWN in sluice(*words).stdout


@pytest.mark.parametrize("error", [InputChanged("changed"), TransientError("away")])
def test_a_file_that_cannot_be_read_again_leaves_them_out(
    ledger: Ledger, sluice: Sluice, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any) -> list[Hint]:
        raise error

    ledger.statuses = [DIRTY]
    monkeypatch.setattr(of_run, "hints_of_run", fail)
    ended = sluice("status", "7")
    assert ended.exit_code == 0
    assert "hints" not in ended.stdout


@pytest.mark.parametrize("status", [a_run(), a_run(state="running", reasons=None)])
def test_nothing_is_read_again_without_refused_texts(ledger: Ledger, sluice: Sluice, status: Any) -> None:
    ledger.statuses, ledger.hints = [status], [HINT]
    assert "hints" not in sluice("status", "7").stdout
