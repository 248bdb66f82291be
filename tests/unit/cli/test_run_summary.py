"""`sluice run`: what it says of an ended run, with a made-up ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sluice.cli.output import item
from sluice.cli.runs import waiting
from tests.unit.cli.made_up import BOOKS_OF_DIRTY, DIRTY, REASONS_OF_DIRTY, Ledger, Sluice, a_run, an_input


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_S", 0.001)


def test_an_ended_run_fits_on_one_screen(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [a_run(state="running"), DIRTY]
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == (
        "run 7 of call_logs: done, but 1 of 6 inputs could not be loaded (4.7 s, 42,553 rows/s)\n"
        "\n"
        f"{BOOKS_OF_DIRTY}"
        "\n"
        "nothing to do:\n"
        "  /inbox/calls_3.csv: already loaded by run 5\n"
        "  /inbox/calls_4.csv: the same content as /inbox/calls_1.csv\n"
        "\n"
        "not loaded:\n"
        "  /inbox/calls_2.csv: The file is empty.\n"
        "\n"
        "note:\n"
        "  /inbox/calls_5.csv: Columns that the pipeline does not know were ignored: fax.\n"
        "  /inbox/calls_6.csv: Columns that the pipeline does not know were ignored: fax.\n"
        "\n"
        f"{REASONS_OF_DIRTY}"
        "\n"
        "what to type next:\n"
        "  sluice status 7                        inputs, parts and books\n"
        "  sluice rejects list 7                  every reject with its reason\n"
        "  sluice rejects export 7 rejects_7.csv  all of them as CSV, to correct them\n"
        "  sluice rejects replay 7 rejects_7.csv  loads them when they are corrected\n"
        "  sluice run call_logs FILE...           files again, once they are corrected\n"
        """  eval "$(sluice env)" && psql "$DATABASE_URL" -c 'table customer_call_logs limit 5'\n"""
    )


NONE_LOADED = a_run(
    state="failed",
    error="None of its inputs could be loaded.",
    read=2,
    rejected=2,
    inputs=[
        an_input(1, state="failed", error_code="nothing_loaded", error="All 2 rows were rejected.", read=2, rejected=2)
    ],
    reasons=[replace((DIRTY.reasons or [])[0], rows=2)],
)


def test_a_file_of_which_nothing_loads_is_no_success(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [NONE_LOADED]
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 1
    assert result.stdout.startswith("run 7 of call_logs: failed: None of its inputs could be loaded. (2.0 s")
    assert result.stdout.endswith(
        "not loaded:\n"
        "  /inbox/calls_1.csv: All 2 rows were rejected.\n"
        "\n"
        "2 rejects by reason:\n"
        "  2 x not_a_number in call_cost_usd: /inbox/calls_1.csv:18: call_cost_usd: 'abc' is not an amount.\n"
        "\n"
        "exit code 1: the run failed (`sluice run --help` lists them)\n"
        "\n"
        "what to type next:\n"
        "  sluice status 7                        inputs, parts and books\n"
        "  sluice rejects list 7                  every reject with its reason\n"
        "  sluice rejects export 7 rejects_7.csv  all of them as CSV, to correct them\n"
        "  sluice rejects replay 7 rejects_7.csv  loads them when they are corrected\n"
        "  sluice retry 7                         what failed again, once its cause is corrected\n"
    )


def test_a_source_that_was_refused_is_run_again_without_files(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    refused = an_input(1, uri="source:orders", state="failed", error_code="setting_missing", error="It is not set.")
    ledger.statuses = [a_run(state="failed", error="None of its inputs could be loaded.", inputs=[refused])]
    shown = sluice("run", "call_logs", csv_file).stdout
    assert "  sluice run call_logs  its sources again, once the cause is corrected\n" in shown
    assert "FILE..." not in shown


def test_of_a_file_that_failed_before_the_rejects_are_with_that_run(
    sluice: Sluice, ledger: Ledger, csv_file: str
) -> None:
    before = an_input(2, state="failed", error_code="nothing_loaded", error="As before.", same_as=31, same_as_run=5)
    ledger.statuses = [a_run(loaded=1, read=1, inputs=[an_input(1, loaded=1), before])]
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 6
    assert "  /inbox/calls_2.csv: As before.\n" in result.stdout
    assert "\nexit code 6: some inputs could not be loaded (`sluice run --help` lists them)\n" in result.stdout
    assert "  sluice rejects list 5 " in result.stdout
    assert "  sluice retry 7 " in result.stdout


def test_many_files_with_the_same_to_tell_are_one_line(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    noted = [an_input(n, note="Columns that the pipeline does not know were ignored: fax.") for n in range(1, 101)]
    known = [an_input(n, state="already_loaded", same_as=901, same_as_run=5) for n in range(101, 105)]
    ledger.statuses = [a_run(read=1, loaded=1, inputs=[*noted, *known])]
    assert (
        "nothing to do:\n"
        "  4 files (/inbox/calls_101.csv, /inbox/calls_102.csv, ...): already loaded by run 5\n"
        "\n"
        "note:\n"
        "  100 files (/inbox/calls_1.csv, /inbox/calls_2.csv, ...): "
        "Columns that the pipeline does not know were ignored: fax.\n"
    ) in sluice("run", "call_logs", csv_file).stdout


def test_that_not_all_rejects_were_counted_is_said(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [replace(DIRTY, rejected=30_000_000)]
    assert "\n3,250 of 30,000,000 rejects by reason:\n" in sluice("run", "call_logs", csv_file).stdout


def test_on_a_terminal_long_lines_are_folded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    item("   2 x bad_date in day: prices.csv:27: day: '01.02.2024' is not a date.")
    assert capsys.readouterr().out == (
        "     2 x bad_date in day: prices.csv:27:\n      day: '01.02.2024' is not a date.\n"
    )
