"""`rejects export --report`: what the file holds, and that it is whole or not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.database.connection import DatabaseAway
from sluice.engine.ledger.rejects import stream as exported
from sluice.engine.ledger.rejects.stream import StreamedReject
from tests.unit.cli.made_up import Ledger, a_run, an_input

Sluice = Callable[..., Any]
HEAD = "file,line,column,code,reason,other_input,other_line\r\n"
ROWS = [
    StreamedReject("/inbox/calls_1.csv", 18, "call_cost_usd", "not_money", "'abc' is not an amount."),
    StreamedReject("/inbox/calls_1.csv", 19, None, "ragged_row", 'It has 4 cells, not 5: "a, b".', 1, 21),
]


@pytest.fixture
def rejects(monkeypatch: pytest.MonkeyPatch, ledger: Ledger) -> list[Any]:
    """What the ledger streams; an exception in the list is raised in its place. And what was asked for."""
    ledger.statuses = [a_run(rejected=2, inputs=[an_input(1, rejected=2), an_input(2), an_input(3, rejected=1)])]
    ledger.codes = [{"code": "nul", "rows": 1}]
    rows: list[Any] = list(ROWS)

    def stream(inputs: Any, code: str | None = None, column: str | None = None, *, only_open: bool) -> Iterator[Any]:
        assert only_open
        ledger.asked.append(("stream", {"inputs": list(inputs), "code": code}))
        for row in rows:
            if isinstance(row, Exception):
                raise row
            yield row

    monkeypatch.setattr(exported, "stream_rejects", stream)
    return rows


def test_the_file_is_csv_by_the_book(sluice: Sluice, rejects: list[Any], tmp_path: Path) -> None:
    result = sluice("rejects", "export", "7", "--report", str(tmp_path / "out.csv"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"2 rejects of run 7 written to {tmp_path / 'out.csv'}\n"
    assert (tmp_path / "out.csv").read_bytes() == (
        b"file,line,column,code,reason,other_input,other_line\r\n"
        b"/inbox/calls_1.csv,18,call_cost_usd,not_money,'abc' is not an amount.,,\r\n"
        b'/inbox/calls_1.csv,19,,ragged_row,"It has 4 cells, not 5: ""a, b"".",1,21\r\n'
    )


@pytest.mark.parametrize("cell", ["=1+1", "+254700", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(sluice: Sluice, rejects: list[Any], cell: str) -> None:
    rejects[:] = [StreamedReject("/inbox/a.csv", 2, cell, "code", "a-b=c")]
    told = sluice("rejects", "export", "7", "--report", "-").stdout_bytes
    quoted = f'"\'{cell}"' if cell == "\rx" else f"'{cell}"
    assert (
        told
        == f"file,line,column,code,reason,other_input,other_line\r\n/inbox/a.csv,2,{quoted},code,a-b=c,,\r\n".encode()
    )


def test_standard_output_gets_rows_and_nothing_else(sluice: Sluice, rejects: list[Any]) -> None:
    rejects[:] = [StreamedReject("/inbox/ü.csv", 2, None, "code", "€")]
    result = sluice("rejects", "export", "7", "--report", "-")
    assert result.stdout_bytes == f"{HEAD}/inbox/ü.csv,2,,code,€,,\r\n".encode()
    assert result.stderr == "1 reject of run 7 written to standard output\n"


def test_only_inputs_with_rejects_are_asked_for(sluice: Sluice, rejects: list[Any], ledger: Ledger) -> None:
    sluice("rejects", "export", "7", "--report", "-", "--code", "nul")
    assert ledger.asked[-1:] == [
        ("stream", {"inputs": [(1, "/inbox/calls_1.csv"), (3, "/inbox/calls_3.csv")], "code": "nul"})
    ]


def test_rejects_of_a_file_over_the_limit_are_exported_although_they_are_in_no_books(
    sluice: Sluice, rejects: list[Any], ledger: Ledger
) -> None:
    ledger.statuses = [a_run(inputs=[an_input(1, state="failed", error_code="over_limit"), an_input(2)])]
    sluice("rejects", "export", "7", "--report", "-")
    assert ledger.asked == [("stream", {"inputs": [(1, "/inbox/calls_1.csv")], "code": None})]


def test_one_input_by_its_name(sluice: Sluice, rejects: list[Any], ledger: Ledger) -> None:
    sluice("rejects", "export", "7", "--report", "-", "--input", "calls_3.csv")
    assert ledger.asked == [("stream", {"inputs": [(3, "/inbox/calls_3.csv")], "code": None})]


def test_programs_get_an_object(sluice: Sluice, rejects: list[Any], tmp_path: Path) -> None:
    told = json.loads(sluice("rejects", "export", "7", "--report", str(tmp_path / "out.csv"), "--json").stdout)
    assert told == {"run": 7, "file": str(tmp_path / "out.csv"), "exported": 2}


def test_standard_output_cannot_be_both(sluice: Sluice, rejects: list[Any]) -> None:
    result = sluice("rejects", "export", "7", "--report", "-", "--json")
    assert result.exit_code == 2
    assert result.stderr == "error: --json and - both need standard output: give a file, or omit --json.\n"


def test_a_file_that_is_there_stays_unless_forced(sluice: Sluice, rejects: list[Any], tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("mine")
    result = sluice("rejects", "export", "7", "--report", str(out))
    assert result.exit_code == 2
    assert result.stderr == f"error: {out} is there already: --force overwrites it.\n"
    assert out.read_text() == "mine"
    assert sluice("rejects", "export", "7", "--report", str(out), "--force").exit_code == 0
    assert out.read_text().startswith("file,line")


def test_half_a_file_is_never_there(sluice: Sluice, rejects: list[Any], tmp_path: Path) -> None:
    rejects.append(DatabaseAway("PostgreSQL does not answer."))
    assert sluice("rejects", "export", "7", "--report", str(tmp_path / "made" / "out.csv")).exit_code == 2
    (tmp_path / "made").mkdir()
    result = sluice("rejects", "export", "7", "--report", str(tmp_path / "made" / "out.csv"))
    assert (result.exit_code, result.stderr) == (5, "error: PostgreSQL does not answer.\n")
    assert list((tmp_path / "made").iterdir()) == []


def test_a_link_leads_to_its_file_and_a_device_is_no_file(sluice: Sluice, rejects: list[Any], tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    sluice("rejects", "export", "7", "--report", str(tmp_path / "link.csv"))
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("file,line")
    result = sluice("rejects", "export", "7", "--report", "/dev/null", "--force")
    assert (result.exit_code, result.stderr) == (2, "error: /dev/null is not a regular file; - is standard output.\n")


@pytest.mark.parametrize("words", [("export", "7", "-"), ("list", "7")])
def test_rejects_that_were_purged_are_not_none(
    sluice: Sluice, rejects: list[Any], ledger: Ledger, words: tuple[str, ...]
) -> None:
    ledger.statuses = [a_run(rejected=3, inputs=[an_input(1, rejected=3)], purged_at=datetime(2024, 3, 1, tzinfo=UTC))]
    result = sluice("rejects", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: The rejects of run 7 were purged on 2024-03-01. To get them again, load its files with --reload: "
        "sluice run call_logs FILES --reload\n"
    )


def test_the_other_file_of_a_conflict_is_named_as_one_would_type_it(
    sluice: Sluice, rejects: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old = f"{tmp_path}/old.csv"
    why = f"The same key (id) has other values in line 2 of {old}, which was loaded before."
    rejects[:] = [StreamedReject("new.csv", 3, None, "key_conflict", why, 4, 2, old)]
    assert sluice("rejects", "export", "7", "--report", "-").stdout.splitlines()[1] == (
        'new.csv,3,,key_conflict,"The same key (id) has other values in line 2 of old.csv, which was loaded before."'
        ",4,2"
    )
