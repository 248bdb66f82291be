"""`status`: what it prints."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.schedule import Alarm
from sluice.engine.tables.loaded_rows import Missing
from tests.unit.cli.made_up import Ledger, Sluice, a_reason, a_run, a_summary, an_input

LISTED = {
    "run": 7,
    "pipeline": "call_logs",
    "state": "done",
    "inputs_total": 2,
    "inputs_failed": 0,
    "planned": 12,
    "read": 1_234_567,
    "loaded": 1_234_000,
    "updated": 0,
    "unchanged": 0,
    "duplicate": 500,
    "rejected": 67,
    "contested": 0,
    "seconds": 3.25,
    "error": None,
    "undone_by": None,
}


def test_status_lists_the_newest_runs(sluice: Sluice, ledger: Ledger) -> None:
    ledger.runs = [a_summary(**LISTED)]
    result = sluice("status")
    assert result.stdout == (
        "run  pipeline   state  inputs       read     loaded  duplicate  rejected  seconds\n"
        "7    call_logs  done        2  1,234,567  1,234,000        500        67      3.2\n"
    )
    assert json.loads(sluice("status", "--json").stdout) == {"runs": [LISTED], "missing_input": []}


def test_lists_are_tables_and_in_a_pipe_each_run_is_one_line(sluice: Sluice, ledger: Ledger) -> None:
    small = {"read": 12, "loaded": 12, "duplicate": 0, "rejected": 0}
    ledger.runs = [a_summary(**(LISTED | small))]
    assert sluice("status").stdout == (
        "run  pipeline   state  inputs  read  loaded  rejected  seconds\n"
        "7    call_logs  done        2    12      12         0      3.2\n"
    )
    ledger.runs = [a_summary(**(LISTED | {"pipeline": "p" * 63, "updated": 10**9, "unchanged": 10**9}))]
    _, line = sluice("status").stdout.splitlines()
    assert line.count("1,000,000,000") == 2


def test_the_list_says_how_many_inputs_of_a_run_could_not_be_loaded(sluice: Sluice, ledger: Ledger) -> None:
    ledger.runs = [a_summary(run=8, inputs_total=6, inputs_failed=5), a_summary(run=7)]
    assert sluice("status").stdout == (
        "run  pipeline   state  inputs  failed  read  loaded  rejected  seconds\n"
        "8    call_logs  done        6       5     0       0         0      2.0\n"
        "7    call_logs  done        1       0     0       0         0      2.0\n"
    )


def test_of_very_many_inputs_those_that_failed_and_those_with_rejects_are_listed(
    sluice: Sluice, ledger: Ledger
) -> None:
    many = [an_input(number, uri=f"/f/{number}.csv", state="loaded") for number in range(1, 5001)]
    many[3000] = an_input(3001, uri="/f/3001.csv", state="failed", error_code="missing_header", error="No header.")
    many[4000] = an_input(4001, uri="/f/4001.csv", state="loaded", rejected=2)
    ledger.statuses = [a_run(inputs=many)]
    said = sluice("status", "7").stdout
    assert ("/f/3001.csv" in said, "/f/4001.csv" in said, "/f/48.csv" in said, "/f/49.csv" in said) == (True,) * 3 + (
        False,
    )
    assert "\n... and 4,950 more inputs: sluice status 7 --json\n" in said


def test_status_names_the_days_whose_files_have_not_come(sluice: Sluice, ledger: Ledger) -> None:
    ledger.runs = [a_summary(**LISTED)]
    ledger.alarms = [Alarm("customer_ltv", date(2026, 3, 29), "payments: no file in the inbox.")]
    told = "customer_ltv of 2026-03-29: payments: no file in the inbox."
    assert sluice("status").stdout.splitlines()[2:] == ["", f"missing input: {told}"]
    assert json.loads(sluice("status", "--json").stdout)["missing_input"] == [told]


def test_rows_that_wait_for_their_verdict_have_a_column(sluice: Sluice, ledger: Ledger) -> None:
    ledger.runs = [
        a_summary(**LISTED),
        a_summary(**(LISTED | {"state": "running", "read": 1_234_569, "contested": 2})),
    ]
    assert sluice("status").stdout == (
        "run  pipeline   state    inputs       read     loaded  duplicate  rejected  contested  seconds\n"
        "7    call_logs  done          2  1,234,567  1,234,000        500        67          0      3.2\n"
        "7    call_logs  running       2  1,234,569  1,234,000        500        67          2      3.2\n"
        "\n"
        "contested: rows that have the same key as another row; which of them stays is\n"
        "    decided when all parts are loaded\n"
    )
    inputs = [an_input(1, state="loading", read=3, loaded=1, contested=2)]
    ledger.statuses = [a_run(state="running", read=3, loaded=1, contested=2, inputs=inputs)]
    assert (
        "input  state    parts  read  loaded  rejected  contested  file\n"
        "1      loading  1/1       3       1         0          2  /inbox/calls_1.csv\n"
        "\n"
        "contested: rows that have the same key as another row; which of them stays is\n"
    ) in sluice("status", "7").stdout


def test_a_run_at_which_nobody_works_says_what_goes_on_with_it(sluice: Sluice, ledger: Ledger) -> None:
    ledger.statuses = [a_run(state="running", unattended=True)]
    assert sluice("status", "7").stdout.endswith("\nno worker is running it: `sluice worker` continues it\n")
    assert json.loads(sluice("status", "7", "--json").stdout)["unattended"] is True


def test_a_run_of_which_nothing_could_be_loaded_shows_no_empty_books(sluice: Sluice, ledger: Ledger) -> None:
    inputs = [an_input(1, state="failed", parts_total=None, parts_left=None, error="The file is empty.")]
    error = "None of its inputs could be loaded."
    ledger.statuses = [a_run(state="failed", error=error, parts_total=0, parts_loaded=0, inputs=inputs)]
    assert sluice("status", "7").stdout == (
        "run 7 of call_logs: failed: None of its inputs could be loaded. (2.0 s)\n"
        "\n"
        "input  state   parts  read  loaded  rejected  file\n"
        "1      failed            0       0         0  /inbox/calls_1.csv\n"
        "\n"
        "/inbox/calls_1.csv: The file is empty.\n"
    )


def test_status_of_a_purged_run_says_so(sluice: Sluice, ledger: Ledger) -> None:
    ledger.statuses = [a_run(read=3, loaded=3, purged_at=datetime(2024, 3, 1, tzinfo=UTC))]
    told = sluice("status", "7").stdout
    assert "\npurged on 2024-03-01: its parts, steps and rejects are gone, its books stay\n" in told
    assert "parts: " not in told


def test_status_of_an_empty_ledger_says_how_to_begin(sluice: Sluice, ledger: Ledger) -> None:
    assert sluice("status").stdout == "no runs yet: sluice run PIPELINE PATH...\n"


def test_status_of_a_run_shows_inputs_parts_books_and_what_it_waits_for(sluice: Sluice, ledger: Ledger) -> None:
    inputs = [
        an_input(1, state="loading", parts_total=4, parts_left=3, read=10, loaded=9, rejected=1),
        an_input(2, state="failed", parts_total=None, parts_left=None, error="The file is empty."),
    ]
    books = {"read": 10, "loaded": 9, "rejected": 1, "parts_total": 4, "parts_loaded": 1, "dead_steps": 1}
    ledger.statuses = [a_run(state="running", inputs=inputs, waiting="Redis is away.", **books)]
    result = sluice("status", "7")
    assert result.stdout == (
        "run 7 of call_logs: running, but 1 of 2 inputs could not be loaded (2.0 s, 0\n"
        "    rows/s)\n"
        "\n"
        "    read       10\n"
        "  = loaded      9\n"
        "  + updated     0\n"
        "  + unchanged   0\n"
        "  + duplicate   0\n"
        "  + rejected    1\n"
        "\n"
        "parts: 1 of 4 loaded\n"
        "\n"
        "input  state    parts  read  loaded  rejected  file\n"
        "1      loading  1/4      10       9         1  /inbox/calls_1.csv\n"
        "2      failed             0       0         0  /inbox/calls_2.csv\n"
        "\n"
        "/inbox/calls_2.csv: The file is empty.\n"
        "\n"
        "dead steps: 1; correct the cause, then sluice retry 7\n"
        "\n"
        "waits: Redis is away.\n"
    )


def test_status_of_a_run_says_where_it_did_less_than_asked(sluice: Sluice, ledger: Ledger) -> None:
    note = "Columns that the pipeline does not know were ignored: fax."
    inputs = [
        an_input(1, state="failed", error_code="nothing_loaded", error="All 2 rows were rejected.", read=2, rejected=2),
        an_input(2, state="already_loaded", same_as=31, same_as_run=5),
        an_input(3, state="attached", same_as=32, same_as_run=6),
        *(an_input(number, note=note) for number in range(4, 9)),
    ]
    reason = {"column": "price", "code": "not_decimal", "rows": 2, "input": 1, "line": 2}
    reason |= {"file": "/inbox/calls_1.csv", "reason": "price: '1,50' is not a decimal number."}
    ledger.statuses = [a_run(read=2, rejected=2, inputs=inputs, reasons=[a_reason(**reason)])]
    assert sluice("status", "7").stdout.split("calls_8.csv\n", 1)[1] == (
        "\n"
        "/inbox/calls_1.csv: All 2 rows were rejected.\n"
        "\n"
        "nothing to do:\n"
        "  /inbox/calls_2.csv: already loaded by run 5\n"
        "\n"
        "waits for another run:\n"
        "  /inbox/calls_3.csv: run 6 is loading the same content: sluice status 6\n"
        "\n"
        "note:\n"
        "  5 files (/inbox/calls_4.csv, /inbox/calls_5.csv, ...): Columns that the\n"
        "      pipeline does not know were ignored: fax.\n"
        "\n"
        "2 rejects by reason:\n"
        "  2 x not_decimal in price: /inbox/calls_1.csv:2: price: '1,50' is not a decimal\n"
        "      number.\n"
    )


def test_status_says_which_rows_are_not_there_any_more(ledger: Ledger, sluice: Sluice) -> None:
    ledger.statuses = [a_run()]
    ledger.missing = [Missing(1, "/inbox/calls_1.csv", "customer_call_logs", 5_000, 18, other=True)]
    shown = sluice("status", "7").stdout
    assert (
        "rows are missing: /inbox/calls_1.csv: 5,000 rows were loaded into\n"
        "    customer_call_logs and 18 are there\n"
        "load them again: sluice run call_logs FILES --reload\n"
    ) in shown


def test_status_says_whose_rows_a_later_run_has_replaced(ledger: Ledger, sluice: Sluice) -> None:
    ledger.statuses = [
        a_run(
            read=6,
            loaded=6,
            inputs=[
                an_input(1, read=3, loaded=3, replaced_by_run=9),
                an_input(2, read=3, loaded=3),
                an_input(3, read=3, rejected=3, replaced_by_run=9),  # it had no rows
            ],
        )
    ]
    assert (
        "\nreplaced since, these books are those of then:\n"
        "  /inbox/calls_1.csv: its rows were replaced by those of run 9\n"
    ) in sluice("status", "7").stdout
    assert sluice("status", "7").stdout.count("replaced by") == 1


@pytest.mark.parametrize("mode", [0o777, None], ids=["every user may write", "no folder"])
def test_status_needs_no_pipelines(
    ledger: Ledger, sluice: Sluice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int | None
) -> None:
    """Runs are in the ledger. What needs a declaration is left out, and a note says why."""
    folder = tmp_path / "mine"
    if mode is not None:
        folder.mkdir()
        folder.chmod(mode)
    monkeypatch.setenv("SLUICE_PIPELINES", str(folder))
    settings.cache_clear()
    ledger.runs = [a_summary(**LISTED)]
    listed, one = sluice("status"), sluice("status", "7")
    assert (listed.exit_code, one.exit_code) == (0, 0)
    assert "1,234,000" in listed.stdout
    assert one.stdout.startswith("run 7 of call_logs: done")
    assert listed.stderr.startswith("the schedules were not checked: SLUICE_PIPELINES: ")
    assert one.stderr.startswith("the rows of this run were not counted: SLUICE_PIPELINES: ")
    assert json.loads(sluice("status", "--json").stdout)["missing_input"] == []


def test_a_run_that_is_still_registered_says_so(ledger: Ledger, sluice: Sluice) -> None:
    ledger.statuses = [a_run(state="running", registration="under way", inputs_total=4000)]
    assert "registering: 4,000 inputs so far;" in sluice("status", "7").stdout
    ledger.statuses = [a_run(state="running", registration="interrupted", inputs_total=4000)]
    said = " ".join(sluice("status", "7").stdout.split())
    assert "registration interrupted: the command that registered it ended after 4,000 inputs." in said
    assert "Type the same command again: it loads the others." in said
