"""A command whose files an earlier run is still loading: it shows that run. With a made-up ledger."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sluice.cli.runs import waiting
from sluice.engine.ledger import runs
from sluice.engine.ledger.facts import RunStatus
from sluice.workers.supervisor import Supervisor
from tests.unit.cli.made_up import BOOKS_OF_DIRTY, DIRTY, REASONS_OF_DIRTY, Ledger, Sluice, a_run, an_input

ATTACHED = an_input(1, state="attached", same_as=31, same_as_run=6)
LOADED = an_input(1, state="already_loaded", same_as=31, same_as_run=6)
WAITS = a_run(state="running", inputs=[ATTACHED], continued=[6])
ENDED = a_run(inputs=[LOADED], continued=[6])
EARLIER = replace(DIRTY, run=6, inputs=[an_input(31, read=200_000, rejected=3_250)])


@pytest.fixture
def ledger(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Run 7 is the command's, run 6 the earlier one."""
    monkeypatch.setattr(waiting, "POLL_S", 0.001)
    earlier = [replace(EARLIER, state="running")] * 3 + [EARLIER]

    def read(run: int) -> RunStatus:
        if run == 6:
            return earlier.pop(0) if len(earlier) > 1 else earlier[0]
        return Ledger.read_status(ledger, run)

    monkeypatch.setattr(runs, "read_status", read)
    return ledger


def test_the_books_rejects_and_next_commands_are_those_of_the_earlier_run(
    sluice: Sluice, ledger: Ledger, csv_file: str
) -> None:
    ledger.statuses = [WAITS, WAITS, ENDED]
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 0
    assert result.stderr == "waiting for run 6: it has not ended, and has the same content as run 7\n"
    assert result.stdout == (
        "run 7 of call_logs: done, run 6 had its content already, and has loaded it (2.0 s)\n"
        "\n"
        "continued:\n"
        "  /inbox/calls_1.csv: loaded by run 6; its books: sluice status 6\n"
        "\n"
        "run 6 of call_logs: done (4.7 s, 42,553 rows/s)\n"
        "\n"
        f"{BOOKS_OF_DIRTY}"
        "\n"
        f"{REASONS_OF_DIRTY}"
        "\n"
        "what to type next:\n"
        "  sluice status 6                        inputs, parts and books\n"
        "  sluice rejects list 6                  every reject with its reason\n"
        "  sluice rejects export 6 rejects_6.csv  all of them as CSV, to correct them\n"
        "  sluice rejects replay 6 rejects_6.csv  loads them when they are corrected\n"
        """  eval "$(sluice env)" && psql "$DATABASE_URL" -c 'table customer_call_logs limit 5'\n"""
    )


def test_new_files_are_shown_first_and_the_earlier_run_after_them(
    sluice: Sluice, ledger: Ledger, csv_file: str
) -> None:
    both = [LOADED, an_input(2, read=5, loaded=5)]
    ledger.statuses = [a_run(read=5, loaded=5, inputs=both, continued=[6])]
    told = sluice("run", "call_logs", csv_file).stdout
    assert told.startswith("run 7 of call_logs: done (2.0 s, 0 rows/s)\n\n    read       5\n")
    assert told.index("run 7 of call_logs: done") < told.index("run 6 of call_logs: done")
    assert "  sluice status 7 " in told
    assert "  sluice status 6 " in told


def test_it_waits_until_the_earlier_run_has_ended_too(ledger: Ledger) -> None:
    """Its content is not settled before, and workers of the command would be stopped."""
    ledger.statuses = [ENDED]
    assert waiting.follow(7, Supervisor([], say=print), None) == ENDED
    assert runs.read_status(6).state == "done"


def test_a_time_limit_holds_for_the_earlier_run(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "read_status", lambda run: ENDED if run == 7 else replace(EARLIER, state="running"))
    with pytest.raises(TimeoutError, match=r"^Run 6 is still running after 0\.01 s\.$"):
        waiting.follow(7, Supervisor([], say=print), 0.01)


def test_the_earlier_run_is_shown_only_while_nothing_of_the_run_itself_is_left() -> None:
    assert WAITS.ahead == 6
    assert replace(WAITS, inputs=[ATTACHED, an_input(2, state="loading")]).ahead is None
    assert replace(WAITS, inputs=[ATTACHED, an_input(2, state="registered")]).ahead is None
    assert replace(WAITS, inputs=[ATTACHED, an_input(2)]).ahead == 6
    assert ENDED.ahead is None
    assert a_run().ahead is None


def test_rejects_of_the_earlier_run_count_with_strict(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [ENDED]
    assert sluice("run", "call_logs", csv_file).exit_code == 0
    assert sluice("run", "call_logs", csv_file, "--strict").exit_code == 3


def test_an_earlier_run_that_failed_fails_the_command(
    sluice: Sluice, ledger: Ledger, csv_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = replace(EARLIER, state="failed", dead_steps=1, error="A step is dead.")
    monkeypatch.setattr(runs, "read_status", lambda run: ENDED if run == 7 else failed)
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 1
    assert "  sluice retry 6 " in result.stdout


def test_programs_get_the_numbers_of_the_earlier_runs(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [ENDED]
    assert json.loads(sluice("run", "call_logs", csv_file, "--json").stdout)["continued"] == [6]


def test_status_refers_to_the_earlier_run(sluice: Sluice, ledger: Ledger) -> None:
    ledger.statuses = [ENDED]
    told = sluice("status", "7").stdout
    assert "\ncontinued:\n  /inbox/calls_1.csv: loaded by run 6; its books: sluice status 6\n" in told
    assert "nothing to do" not in told
