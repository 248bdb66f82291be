"""`status`, `rejects list`, `retry`, `env`, `migrate`, `sample`: what they print."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sluice import embedded
from sluice.embedded import Servers
from sluice.engine.schedule import Alarm
from sluice.engine.tables import migrate as schema
from sluice.engine.tables.loaded_rows import Missing
from tests.unit.cli.made_up import Ledger, a_reason, a_run, a_summary, an_input

Sluice = Callable[..., Any]
LISTED = {
    "run": 7,
    "pipeline": "call_logs",
    "state": "done",
    "inputs_total": 2,
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
}


def test_status_lists_the_newest_runs(sluice: Sluice, ledger: Ledger) -> None:
    ledger.runs = [a_summary(**LISTED)]
    result = sluice("status")
    assert result.stdout == (
        "run 7  pipeline call_logs  state done  inputs 2  read 1,234,567\n"
        "     loaded 1,234,000  duplicate 500  rejected 67  seconds 3.2\n"
    )
    assert json.loads(sluice("status", "--json").stdout) == {"runs": [LISTED], "missing_input": []}


def test_short_lists_are_tables_and_long_ones_stay_within_80_columns(sluice: Sluice, ledger: Ledger) -> None:
    small = {"read": 12, "loaded": 12, "duplicate": 0, "rejected": 0}
    ledger.runs = [a_summary(**(LISTED | small))]
    assert sluice("status").stdout == (
        "run  pipeline   state  inputs  read  loaded  rejected  seconds\n"
        "7    call_logs  done        2    12      12         0      3.2\n"
    )
    ledger.runs = [a_summary(**(LISTED | {"pipeline": "p" * 63, "updated": 10**9, "unchanged": 10**9}))]
    lines = sluice("status").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "updated 1,000,000,000" in " ".join(lines)


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
        "run 7  pipeline call_logs  state done  inputs 2  read 1,234,567\n"
        "     loaded 1,234,000  duplicate 500  rejected 67  contested 0  seconds 3.2\n"
        "run 7  pipeline call_logs  state running  inputs 2  read 1,234,569\n"
        "     loaded 1,234,000  duplicate 500  rejected 67  contested 2  seconds 3.2\n"
    )
    inputs = [an_input(1, state="loading", read=3, loaded=1, contested=2)]
    ledger.statuses = [a_run(state="running", read=3, loaded=1, contested=2, inputs=inputs)]
    assert (
        "input  state    parts  read  loaded  rejected  contested  file\n"
        "1      loading  1/1       3       1         0          2  /inbox/calls_1.csv\n"
    ) in sluice("status", "7").stdout


def test_a_run_at_which_nobody_works_says_what_goes_on_with_it(sluice: Sluice, ledger: Ledger) -> None:
    ledger.statuses = [a_run(state="running", unattended=True)]
    assert sluice("status", "7").stdout.endswith("\nno worker is at work on it: sluice worker goes on with it\n")
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
        "  /inbox/calls_3.csv: run 6 is loading the same content\n"
        "\n"
        "note:\n"
        "  5 files (/inbox/calls_4.csv, /inbox/calls_5.csv, ...): Columns that the\n"
        "      pipeline does not know were ignored: fax.\n"
        "\n"
        "2 rejects by reason:\n"
        "  2 x not_decimal in price: /inbox/calls_1.csv:2: price: '1,50' is not a decimal\n"
        "      number.\n"
    )


REJECT = {
    "input": 1,
    "file": "/inbox/calls_1.csv",
    "line": 18,
    "column": "call_cost_usd",
    "code": "not_a_number",
    "reason": "call_cost_usd: 'abc' is not an amount.",
    "other_input": None,
    "other_line": None,
    "other_file": None,
}


def test_rejects_are_counted_by_code_and_listed(sluice: Sluice, ledger: Ledger) -> None:
    ledger.rejects, ledger.codes = [REJECT], [{"code": "not_a_number", "rows": 1_200}]
    result = sluice("rejects", "list", "7")
    assert result.stdout == (
        "code           rows\n"
        "not_a_number  1,200\n"
        "\n"
        "file and line          column         code          reason\n"
        "/inbox/calls_1.csv:18  call_cost_usd  not_a_number  'abc' is not an amount.\n"
        "\n"
        "1 of 1,200; --limit 0 shows all\n"
    )


def test_a_long_list_of_rejects_is_cut_for_people_and_whole_for_programs(sluice: Sluice, ledger: Ledger) -> None:
    ledger.rejects, ledger.codes = [REJECT] * 60, [{"code": "not_a_number", "rows": 60}]
    assert sluice("rejects", "list", "7").stdout.endswith("\n\n50 of 60; --limit 0 shows all\n")
    assert "shows all" not in sluice("rejects", "list", "7", "--limit", "0").stdout
    told = json.loads(sluice("rejects", "list", "7", "--json").stdout)
    assert len(told["rejects"]) == 60
    assert told["codes"] == [{"code": "not_a_number", "rows": 60}]


@pytest.mark.parametrize("asked", ["2", "/inbox/calls_2.csv", "calls_2.csv"])
def test_rejects_of_one_input_by_number_path_or_name(sluice: Sluice, ledger: Ledger, asked: str) -> None:
    ledger.statuses = [a_run(inputs=[an_input(1), an_input(2)])]
    sluice("rejects", "list", "7", "--input", asked, "--code", "nul", "--json")
    assert ledger.asked == [
        ("list_rejects", {"run": 7, "code": "nul", "input_id": 2, "limit": None}),
        ("count_rejects", {"run": 7, "input_id": 2}),
    ]


def test_what_came_from_standard_input_is_called_so(sluice: Sluice, ledger: Ledger) -> None:
    uri = f"/landing/{'0f' * 32}-stdin"
    ledger.statuses = [a_run(rejected=1, inputs=[an_input(1, uri=uri), an_input(2)])]
    ledger.rejects, ledger.codes = [REJECT | {"file": uri}], [{"code": "not_a_number", "rows": 1}]
    result = sluice("rejects", "list", "7", "--input", "standard input")
    assert "\nstandard input:18  call_cost_usd  not_a_number  'abc' is not an amount.\n" in result.stdout
    assert ledger.asked[0][1]["input_id"] == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Run 7 has no rejects with the code 'nosuch'; it has: bad_date, currency."),
        (
            ("--input", "calls_1.csv"),
            "Input 'calls_1.csv' of run 7 has no rejects with the code 'nosuch'; it has: bad_date, currency.",
        ),
    ],
)
def test_a_code_that_no_reject_has_is_a_mistake_of_the_person(
    sluice: Sluice, ledger: Ledger, words: tuple[str, ...], message: str
) -> None:
    ledger.codes = [{"code": "currency", "rows": 2}, {"code": "bad_date", "rows": 1}]
    result = sluice("rejects", "list", "7", "--code", "nosuch", *words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")


def test_for_a_program_a_code_that_no_reject_has_is_an_answer(sluice: Sluice, ledger: Ledger) -> None:
    ledger.codes = [{"code": "currency", "rows": 2}]
    result = sluice("rejects", "list", "7", "--code", "nul", "--json")
    assert (result.exit_code, json.loads(result.stdout)["rejects"]) == (0, [])


def test_an_input_that_the_run_does_not_have_is_a_mistake(sluice: Sluice, ledger: Ledger) -> None:
    result = sluice("rejects", "list", "7", "--input", "other.csv")
    assert result.exit_code == 2
    assert result.stderr == "error: Run 7 has no single input 'other.csv'. It has: 1 (/inbox/calls_1.csv).\n"


def test_a_run_without_rejects_says_so(sluice: Sluice, ledger: Ledger) -> None:
    assert sluice("rejects", "list", "7").stdout == "run 7 has no rejects\n"
    assert sluice("rejects", "list", "7", "--input", "1").stdout == "input '1' of run 7 has no rejects\n"


def test_retry_publishes_what_is_due_again(sluice: Sluice, ledger: Ledger) -> None:
    ledger.dead = 3
    result = sluice("retry", "7")
    assert (result.exit_code, result.stdout) == (0, "steps of run 7 that are due again: 3\n")
    assert ledger.asked == [("publish", {})]
    assert json.loads(sluice("retry", "7", "--json").stdout) == {"run": 7, "retried": 3}


def test_retry_of_a_healthy_run_says_so(sluice: Sluice, ledger: Ledger) -> None:
    assert sluice("retry", "7").stdout == (
        "run 7 has nothing to try again: no step is dead, no file had all its rows rejected, and no refused file has "
        "changed since.\n"
    )


def test_retry_says_of_a_refused_file_why_it_is_not_read_again_and_what_to_type(sluice: Sluice, ledger: Ledger) -> None:
    inputs = [
        an_input(1, state="failed", error_code="missing_header", parts_total=None),
        an_input(2, state="failed", error_code="over_limit"),
        an_input(3, state="failed", error_code="dead_part"),
        an_input(4),
    ]
    ledger.statuses = [a_run(inputs=inputs)]
    assert sluice("retry", "7").stdout.split("\n", 1)[1] == (
        "/inbox/calls_1.csv: not read again (missing_header): neither the file nor its declaration has changed since "
        "it was refused. Correct one of them, then: sluice retry 7\n"
        "/inbox/calls_2.csv: not loaded again: it has more rejects than --max-rejects allows. Correct its rows, or "
        "allow more, then: sluice run call_logs /inbox/calls_2.csv\n"
    )


def test_env_prints_what_a_shell_can_evaluate(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Servers("postgresql://sluice:pw@127.0.0.1:1/sluice?a=b&c=d", "redis://:pw@127.0.0.1:2/0")
    monkeypatch.setattr(embedded, "attached", lambda _home: found)
    assert sluice("env").stdout == (
        "DATABASE_URL='postgresql://sluice:pw@127.0.0.1:1/sluice?a=b&c=d'\nREDIS_URL=redis://:pw@127.0.0.1:2/0\n"
    )
    told = json.loads(sluice("env", "--json").stdout)
    assert told == {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}


@pytest.mark.parametrize("found", [None, Servers("", "redis://:pw@127.0.0.1:2/0")])
def test_env_of_servers_that_are_down_ends_with_5(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch, home: Path, found: Servers | None
) -> None:
    monkeypatch.setattr(embedded, "attached", lambda _home: found)
    result = sluice("env")
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == (
        f"error: The embedded servers of {home} do not run now. Start `sluice up`, then ask again.\n"
    )


def test_env_prints_servers_of_ones_own(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db/calls")
    monkeypatch.setenv("REDIS_URL", "redis://cache:6379/0")
    assert sluice("env").stdout == "DATABASE_URL=postgresql://me@db/calls\nREDIS_URL=redis://cache:6379/0\n"


def test_migrate_tells_what_it_did(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    done = ["Applied 001_ledger.sql.", "Created table customer_call_logs."]
    monkeypatch.setattr(schema, "migrate", lambda pipelines: done if pipelines else [])
    assert sluice("migrate").stdout == "Applied 001_ledger.sql.\nCreated table customer_call_logs.\n"
    assert json.loads(sluice("migrate", "--json").stdout) == {"done": done}
    done.clear()
    assert sluice("migrate").stdout == "everything is up to date\n"


def test_sample_writes_files_and_tells_what_loading_them_gives(sluice: Sluice, tmp_path: Path) -> None:
    out = tmp_path / "made"
    words = ("sample", "call_logs", "--rows", "500", "--files", "2", "--dirty", "0.1", "--seed", "3", "--out", str(out))
    told = json.loads(sluice(*words, "--json").stdout)
    expected = json.loads((out / "expected.json").read_text())
    assert told["files"] == [str(out / "call_logs_001.csv"), str(out / "call_logs_002.csv")]
    assert told["read"] == 500
    assert {name: told[name] for name in ("loaded", "duplicate", "rejected")} == {
        name: expected[name] for name in ("loaded", "duplicate", "rejected")
    }


def test_sample_says_what_to_type_next(sluice: Sluice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sluice("sample", "call_logs", "--rows", "4", "--dirty", "0", "--out", "my calls").stdout == (
        "4 files in my calls; loading them gives: 4 read, 4 loaded, 0 duplicate, 0 rejected\n"
        "next: sluice run call_logs 'my calls'\n"
    )


def test_a_sample_of_customers_tells_the_totals_and_what_the_late_file_makes_of_them(
    sluice: Sluice, tmp_path: Path
) -> None:
    out = tmp_path / "shop"
    words = ("sample", "customer_ltv", "--customers", "12", "--seed", "3", "--out", str(out))
    said = sluice(*words).stdout.splitlines()
    expected = json.loads((out / "expected.json").read_text())
    late = out / "late" / "payment_data_late.csv"
    assert said[0].startswith(f"3 files in {out}; loading them gives: {expected['read']} read, ")
    assert said[1].startswith("as of 2024-12-31: 12 customers, ")
    assert said[1].endswith(f", ltv {expected['totals']['ltv']}")
    assert said[2].startswith(f"with {late}, which comes later: 12 customers, ")
    assert said[3:] == [f"next: sluice run customer_ltv {out} --as-of 2024-12-31"]
    told = json.loads(sluice(*words, "--json").stdout)
    assert told["files"] == [str(out / f"{kind}_data.csv") for kind in ("customer", "order", "payment")]
    assert told["after_late"]["files"] == [str(late)]
    for name in ("read", "loaded", "duplicate", "rejected", "as_of", "orphans", "totals"):
        assert told[name] == expected[name]


def test_a_sample_of_five_sources_tells_what_they_come_to_and_who_serves_them(sluice: Sluice, tmp_path: Path) -> None:
    out = tmp_path / "sources"
    words = ("sample", "unified_sales", "--rows", "100", "--out", str(out))
    assert sluice(*words).stdout.splitlines() == [
        f"6 files in {out}; loading them gives: 906 read, 760 loaded, 1 duplicate, 145 rejected",
        "standardized_data gets 200 rows; an API and a database are to serve the other sources",
        "next: sluice demo unified_sales --rows 100",
    ]
    told = json.loads(sluice(*words, "--json").stdout)
    expected = json.loads((out / "expected.json").read_text())
    assert [Path(name).name for name in told["files"]] == [
        *("sales_1.csv", "sales_2.csv", "customers.json", "exchange_rates.json", "products.csv", "transactions.csv"),
    ]
    assert told["standardized_data"] == expected["standardized_data"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("other",), "Unknown sample 'other'; expected call_logs, customer_ltv or unified_sales."),
        (("call_logs", "--dirty", "2"), "--dirty 2: give a share from 0 to 0.5."),
        (("call_logs", "--rows", "-5"), "--rows -5: give at least 4, one for each file."),
        (("call_logs", "--files", "0"), "--files 0: give at least 1."),
        (("customer_ltv", "--customers", "0"), "--customers 0: give at least 1."),
        (("customer_ltv", "--seed", "-1"), "--seed -1: give at least 0."),
        (("unified_sales", "--rows", "79"), "--rows 79: give at least 80."),
        (("unified_sales", "--files", "2"), "--files does not go with unified_sales, which has --rows, --seed, --out."),
        (
            ("customer_ltv", "--rows", "5", "--dirty", "0.1"),
            "--rows and --dirty do not go with customer_ltv, which has --customers, --seed, --out.",
        ),
        (
            ("call_logs", "--customers", "5"),
            "--customers does not go with call_logs, which has --rows, --files, --dirty, --seed, --out.",
        ),
    ],
)
def test_a_sample_that_cannot_be_made_names_the_option(
    sluice: Sluice, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    result = sluice("sample", *words, "--out", str(tmp_path / "made"))
    assert (result.exit_code, result.stderr) == (2, f"error: {message}\n")


def test_status_says_which_rows_are_not_there_any_more(ledger: Ledger, sluice: Sluice) -> None:
    ledger.statuses = [a_run()]
    ledger.missing = [Missing(1, "/inbox/calls_1.csv", "customer_call_logs", 5_000, 18, other=True)]
    shown = sluice("status", "7").stdout
    assert (
        "rows are missing: /inbox/calls_1.csv: 5,000 rows were loaded into\n"
        "    customer_call_logs and 18 are there\n"
        "load them again: sluice run call_logs FILES --reload\n"
    ) in shown
