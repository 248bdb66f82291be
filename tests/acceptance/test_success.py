"""What a person and a script are told of a run that came to less than was asked: the command, a script, the queue."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import Stack

HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
GOOD = "1001,$1.25,Nairobi,2022-01-01 10:00:00,00:06:15\n"
# the cost comes in another currency, but for the last row, which lacks its customer
BAD = [f"{n},KES 1.25,Nairobi,2022-01-01 10:00:00,00:06:15\n" for n in range(2, 40)]
LACKS = ",$1.25,Nairobi,2022-01-01 10:00:00,00:06:15\n"
WHY = (
    "All 39 rows were rejected, most often (38 rows): currency in call_cost_usd, first in line 3: "
    "call_cost_usd: 'KES 1.25' is not in USD."
)


@pytest.fixture
def bad(stack: Stack) -> Path:
    path = stack.home / "bad.csv"
    path.write_text(HEADER + LACKS + "".join(BAD))
    stack.worker()
    return path


def _good(stack: Stack, number: int) -> Path:
    path = stack.home / f"good_{number}.csv"
    path.write_text(HEADER + GOOD.replace("1001", str(1000 + number)))
    return path


def _states(status: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["state"], each["error_code"]) for each in status["inputs"]]


def _screen(stack: Stack, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "sluice.cli.main", *words]
    done = subprocess.run(
        command, env=stack.env, cwd=stack.home, capture_output=True, text=True, timeout=240, check=False
    )
    return done.returncode, done.stdout


def test_a_file_of_which_nothing_loads_fails_the_run(stack: Stack, bad: Path) -> None:
    code, told = _screen(stack, "run", "call_logs", bad.name)
    assert code == 1
    assert told.startswith("run 1 of call_logs: failed: None of its inputs could be loaded.")
    assert f"not loaded:\n  bad.csv: {WHY}\n" in told
    assert (
        "39 rejects by reason:\n"
        "  38 x currency in call_cost_usd: bad.csv:3: call_cost_usd: 'KES 1.25' is not in USD.\n"
        "   1 x missing in customer_id: bad.csv:2: customer_id is empty, and it is required.\n"
    ) in told
    assert "  sluice retry 1 " in told
    assert "38 x currency in call_cost_usd: bad.csv:3: " in _screen(stack, "status", "1")[1]
    assert stack.sluice("rejects", "export", "1", "rejects.csv")["exported"] == 39

    again = stack.sluice("run", "call_logs", str(bad), ok=False)
    assert (again["exit_code"], again["read"], _states(again)) == (1, 0, [("failed", "nothing_loaded")])
    assert again["inputs"][0]["same_as_run"] == 1
    assert WHY in again["inputs"][0]["error"]


def test_beside_others_the_exit_code_tells(stack: Stack, bad: Path) -> None:
    status = stack.sluice("run", "call_logs", str(_good(stack, 1)), str(bad), ok=False)
    assert (status["exit_code"], status["state"], status["error"], status["loaded"]) == (6, "done", None, 1)
    assert _states(status) == [("done", None), ("failed", "nothing_loaded")]
    assert [(each["rows"], each["code"]) for each in status["reasons"]] == [(38, "currency"), (1, "missing")]

    # what was loaded before is fine; with --max-rejects, and with --strict, that comes first
    known = stack.sluice("run", "call_logs", str(_good(stack, 1)))
    assert (known["exit_code"], known["inputs"][0]["same_as_run"]) == (0, status["run"])
    words = ("run", "call_logs", str(_good(stack, 2)), str(bad), "--reload")
    limited = stack.sluice(*words, "--max-rejects", "2%", ok=False)
    assert (limited["exit_code"], limited["inputs"][1]["error_code"]) == (4, "over_limit")
    assert [each["rows"] for each in limited["reasons"]] == [38, 1]
    assert stack.sluice(*words, "--strict", ok=False)["exit_code"] == 3


@pytest.mark.slow
def test_scripts_and_the_queue_are_told_the_same(stack: Stack, bad: Path) -> None:
    script = (
        "from sluice import enqueue\n"
        "status = enqueue('call_logs', ['bad.csv', 'good_1.csv']).wait(120)\n"
        "print(status.state, [each.error_code for each in status.inputs], status.reasons[0].code)"
    )
    _good(stack, 1)
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, env=stack.env, cwd=stack.home, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout == "done ['nothing_loaded', None] currency\n", done.stderr

    queued = stack.wait(stack.enqueue(bad))
    assert (queued["state"], _states(queued)) == ("failed", [("failed", "nothing_loaded")])


def test_retry_tries_it_again(stack: Stack, bad: Path) -> None:
    run = stack.sluice("run", "call_logs", str(bad), ok=False)["run"]
    bad.write_text(HEADER + GOOD)
    assert stack.sluice("retry", str(run))["retried"] == 1
    status = stack.wait(run)
    assert (status["state"], status["loaded"], status["rejected"], status["reasons"]) == ("done", 1, 0, [])
    assert stack.sluice("retry", str(run))["retried"] == 0
