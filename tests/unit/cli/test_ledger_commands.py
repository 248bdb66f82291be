"""`status`, `rejects list`, `retry`, `env`, `migrate`, `sample`: what they print."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluice import embedded
from sluice.embedded import Servers
from sluice.engine.ledger import migrate as schema
from tests.unit.cli.made_up import Ledger, a_run, an_input

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
    "seconds": 3.25,
    "error": None,
}


def test_status_lists_the_newest_runs(sluice: Sluice, ledger: Ledger) -> None:
    ledger.runs = [LISTED]
    result = sluice("status")
    assert result.stdout == (
        "run  pipeline   state  inputs       read     loaded  updated  unchanged  duplicate  rejected  seconds\n"
        "7    call_logs  done        2  1,234,567  1,234,000        0          0        500        67  3.25\n"
    )
    assert json.loads(sluice("status", "--json").stdout) == {"runs": [LISTED]}


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
        "run 7 of call_logs: running, but 1 of 2 inputs could not be loaded (2.0 s, 0 rows/s)\n"
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
        "input  state    parts  read  loaded  updated  unchanged  duplicate  rejected  file\n"
        "1      loading  1/4      10       9        0          0          0         1  /inbox/calls_1.csv\n"
        "2      failed             0       0        0          0          0         0  /inbox/calls_2.csv\n"
        "\n"
        "/inbox/calls_2.csv: The file is empty.\n"
        "\n"
        "dead steps: 1; mend the cause, then sluice retry 7\n"
        "\n"
        "waits: Redis is away.\n"
    )


REJECT = {
    "input": 1,
    "file": "/inbox/calls_1.csv",
    "line": 18,
    "column": "call_cost_usd",
    "code": "not_a_number",
    "reason": "'abc' is not an amount.",
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
    )


def test_a_long_list_of_rejects_is_cut_for_people_and_whole_for_programs(sluice: Sluice, ledger: Ledger) -> None:
    ledger.rejects, ledger.codes = [REJECT] * 60, [{"code": "not_a_number", "rows": 60}]
    assert sluice("rejects", "list", "7").stdout.endswith("\nthe first 50 of them; --limit 0 shows all\n")
    assert "the first" not in sluice("rejects", "list", "7", "--limit", "0").stdout
    told = json.loads(sluice("rejects", "list", "7", "--json").stdout)
    assert len(told["rejects"]) == 60
    assert told["codes"] == [{"code": "not_a_number", "rows": 60}]


@pytest.mark.parametrize("asked", ["2", "/inbox/calls_2.csv", "calls_2.csv"])
def test_rejects_of_one_input_by_number_path_or_name(sluice: Sluice, ledger: Ledger, asked: str) -> None:
    ledger.statuses = [a_run(inputs=[an_input(1), an_input(2)])]
    sluice("rejects", "list", "7", "--input", asked, "--code", "nul", "--json")
    assert ledger.asked == [("list_rejects", {"run": 7, "code": "nul", "input_id": 2, "limit": None})]


def test_an_input_that_the_run_does_not_have_is_a_mistake(sluice: Sluice, ledger: Ledger) -> None:
    result = sluice("rejects", "list", "7", "--input", "other.csv")
    assert result.exit_code == 2
    assert result.stderr == "error: Run 7 has no single input 'other.csv'. It has: 1 (/inbox/calls_1.csv).\n"


def test_a_run_without_rejects_says_so(sluice: Sluice, ledger: Ledger) -> None:
    assert sluice("rejects", "list", "7").stdout == "run 7 has no rejects\n"


def test_retry_publishes_what_is_due_again(sluice: Sluice, ledger: Ledger) -> None:
    ledger.dead = 3
    result = sluice("retry", "7")
    assert (result.exit_code, result.stdout) == (0, "dead steps of run 7 that are due again: 3\n")
    assert ledger.asked == [("publish", {})]
    assert json.loads(sluice("retry", "7", "--json").stdout) == {"run": 7, "retried": 3}


def test_retry_of_a_healthy_run_says_so(sluice: Sluice, ledger: Ledger) -> None:
    assert sluice("retry", "7").stdout == "run 7 has no dead steps\n"


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


@pytest.mark.parametrize("words", [("sample", "other"), ("sample", "call_logs", "--dirty", "0.9")])
def test_a_sample_that_cannot_be_made_ends_with_2(sluice: Sluice, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert sluice(*words, "--out", str(tmp_path / "made")).exit_code == 2
