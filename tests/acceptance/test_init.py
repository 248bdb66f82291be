"""A file that nobody described: `sluice init`, one look, `sluice run`."""

from __future__ import annotations

from pathlib import Path

from tests.kit.stack import Stack
from tests.unit.propose import made


def test_a_bank_statement_is_proposed_and_loaded(stack: Stack, tmp_path: Path) -> None:
    path = made.put(tmp_path, "statement.csv", made.bank_statement())
    (tmp_path / "mine").mkdir(mode=0o755)
    stack.env["SLUICE_PIPELINES"] = str(tmp_path / "mine")
    proposed = stack.sluice("init", path)
    assert proposed["file"] == str(tmp_path / "mine" / "statement.py")
    assert (proposed["choose"], proposed["tables"][0]["rejected"]) == ([], 0)

    stack.worker()
    status = stack.sluice("run", "statement", path)

    assert (status["read"], status["loaded"], status["rejected"]) == (40, 40, 0)
    rows = stack.sql("select buchungstag::text, empfanger, betrag_eur::text from statement order by beleg_nr limit 2")
    assert rows == [("2024-01-01", "Müller GmbH", "950.50"), ("2024-01-10", "Stadtwerke Köln", "-987.75")]
