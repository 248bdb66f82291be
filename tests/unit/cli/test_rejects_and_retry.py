"""`rejects list` and `retry`: what they print."""

from __future__ import annotations

import json

import pytest

from sluice.workers.child import Command
from sluice.workers.supervisor import Supervisor
from tests.unit.cli.made_up import Ledger, Sluice, a_run, an_input

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
        ("list_rejects", {"run": 7, "code": "nul", "column": None, "input_id": 2, "limit": None, "dismissed": False}),
        ("count_rejects", {"run": 7, "column": None, "input_id": 2, "dismissed": False}),
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


def test_retry_waits_with_workers_of_its_own_and_ends_as_run_does(
    sluice: Sluice, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.cli.runs.retry.own_workers", lambda _processes: _IdleCrew())
    monkeypatch.setattr("sluice.cli.runs.waiting.POLL_S", 0.001)
    ledger.dead = 3
    ledger.statuses = [a_run(state="running"), a_run(state="running"), a_run(read=1, loaded=1)]
    result = sluice("retry", "7")
    assert result.exit_code == 0
    assert result.stdout.startswith("steps of run 7 that are due again: 3\n\nrun 7 of call_logs: done (2.0 s")
    assert "\n  = loaded     1\n" in result.stdout

    ledger.statuses = [a_run(state="running"), a_run(state="failed", error="A step is dead.", dead_steps=1)]
    again = sluice("retry", "7", "--json")
    told = json.loads(again.stdout)
    assert (again.exit_code, told["run"], told["retried"], told["state"]) == (1, 7, 3, "failed")
    assert told["error"] == {"kind": "RunFailed", "message": "A step is dead."}


def test_retry_of_an_open_run_goes_on_with_it(sluice: Sluice, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.statuses = [a_run(state="running")]
    result = sluice("retry", "7")
    assert result.stdout == "run 7 has not ended, and nothing of it has failed: it is continued.\n"
    assert result.stderr == "workers go on with it\n"

    monkeypatch.setattr("sluice.cli.runs.retry.own_workers", lambda _processes: _IdleCrew())
    monkeypatch.setattr("sluice.cli.runs.waiting.POLL_S", 0.001)
    ledger.statuses = [a_run(state="running"), a_run(state="running"), a_run(read=1, loaded=1)]
    assert "\nrun 7 of call_logs: done (2.0 s" in sluice("retry", "7").stdout


class _IdleCrew(Supervisor):
    """One worker, which is never started."""

    def __init__(self) -> None:
        super().__init__([Command("worker", [])], say=print)

    def poll(self) -> None:
        """Start nothing."""


def test_retry_of_a_healthy_run_says_so(sluice: Sluice, ledger: Ledger) -> None:
    assert sluice("retry", "7").stdout == (
        "run 7 has nothing to try again: no step is dead, no file had all its rows rejected, and no refused file has "
        "changed since.\n"
    )


@pytest.mark.parametrize("uri", ["/inbox/a.zip", "/inbox/a.zip::may.csv"])
@pytest.mark.parametrize("code", ["several_members", "no_member"])
def test_retry_says_of_an_archive_with_other_members_that_a_new_run_loads_them(
    sluice: Sluice, ledger: Ledger, uri: str, code: str
) -> None:
    ledger.statuses = [a_run(inputs=[an_input(1, uri=uri, state="failed", error_code=code, parts_total=None)])]
    assert sluice("retry", "7").stdout.split("\n", 1)[1] == (
        f"{uri}: not read again ({code}): a run has the inputs that it was registered with. Load what the archive has "
        "in it now: sluice run call_logs /inbox/a.zip\n"
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
