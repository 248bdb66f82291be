"""`sluice run` and `sluice enqueue`, with a made-up ledger."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sluice.cli import run as room
from sluice.cli import waiting
from sluice.engine import servers
from sluice.engine.ledger.connection import DatabaseAway
from sluice.errors import PermanentError, TransientError
from tests.unit.cli.made_up import Ledger, a_run, an_input
from workers.child import Command
from workers.supervisor import Supervisor

Sluice = Callable[..., Any]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_S", 0.001)


DIRTY = a_run(
    read=200_000,
    loaded=196_000,
    duplicate=750,
    rejected=3_250,
    seconds=4.7,
    rows_per_second=42_553,
    inputs=[
        an_input(1, read=200_000, rejected=3_250),
        an_input(2, state="failed", error="The file is empty.", error_code="empty_file"),
        an_input(3, state="already_loaded", same_as=31, same_as_run=5),
        an_input(4, state="already_loaded", same_as=1),
        an_input(5, note="Columns that the pipeline does not know were ignored: fax."),
        an_input(6, note="Columns that the pipeline does not know were ignored: fax."),
    ],
)
REJECTS = [
    {
        "input": 1,
        "file": "/inbox/calls_1.csv",
        "line": 18,
        "column": "call_cost_usd",
        "code": "not_a_number",
        "reason": "'abc' is not an amount.",
    },
    {
        "input": 1,
        "file": "/inbox/calls_1.csv",
        "line": 40,
        "column": None,
        "code": "key_conflict",
        "reason": "The same key has other values in line 2, which comes first.",
    },
    {
        "input": 1,
        "file": "/inbox/calls_1.csv",
        "line": 51,
        "column": "customer_id",
        "code": "missing",
        "reason": "customer_id is empty, and it is required.",
    },
    {"input": 1, "file": "/inbox/calls_1.csv", "line": 52, "column": None, "code": "nul", "reason": "never shown"},
]


def test_an_ended_run_fits_on_one_screen(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses, ledger.rejects = [a_run(state="running"), DIRTY], REJECTS
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == (
        "run 7 of call_logs: done, but 1 of 6 inputs could not be loaded (4.7 s, 42,553 rows/s)\n"
        "\n"
        "    read       200,000\n"
        "  = loaded     196,000\n"
        "  + updated          0\n"
        "  + unchanged        0\n"
        "  + duplicate      750\n"
        "  + rejected     3,250\n"
        "\n"
        "nothing to do:\n"
        "  /inbox/calls_3.csv: already loaded by run 5\n"
        "  /inbox/calls_4.csv: the same content as /inbox/calls_1.csv\n"
        "\n"
        "not loaded:\n"
        "  /inbox/calls_2.csv: The file is empty.\n"
        "\n"
        "note:\n"
        "  Columns that the pipeline does not know were ignored: fax.\n"
        "\n"
        "3 of 3,250 rejects:\n"
        "  /inbox/calls_1.csv:18: call_cost_usd: 'abc' is not an amount. [not_a_number]\n"
        "  /inbox/calls_1.csv:40: The same key has other values in line 2, which comes first. [key_conflict]\n"
        "  /inbox/calls_1.csv:51: customer_id is empty, and it is required. [missing]\n"
        "\n"
        "what to type next:\n"
        "  sluice status 7                      inputs, parts and books\n"
        "  sluice rejects list 7                every reject with its reason\n"
        "  sluice rejects export 7 rejects.csv  all of them as CSV\n"
        """  eval "$(sluice env)" && psql "$DATABASE_URL" -c 'table customer_call_logs limit 5'\n"""
    )


def test_the_same_files_again_are_nothing_to_do(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [a_run(inputs=[an_input(1, state="already_loaded", same_as=31, same_as_run=5)])]
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 0
    assert result.stdout == (
        "run 7 of call_logs: done, there was nothing to do (2.0 s)\n"
        "\n"
        "nothing to do:\n"
        "  /inbox/calls_1.csv: already loaded by run 5\n"
        "\n"
        "what to type next:\n"
        "  sluice status 7  inputs, parts and books\n"
    )


def test_files_of_a_folder_that_do_not_fit_are_told(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    folder = Path(csv_file).parent
    (folder / "a.jsonl").touch()
    told = f"left out of {folder}: 1 file that is not like *.csv* (a.jsonl)\n"
    assert sluice("run", "call_logs", str(folder)).stderr == told
    for name in ("b.parquet", "c.txt"):
        (folder / name).touch()
    told = f"left out of {folder}: 3 files that are not like *.csv* (a.jsonl, b.parquet, ...)\n"
    assert sluice("enqueue", "call_logs", str(folder)).stderr.startswith(told)
    assert ledger.asked[-1][1]["inputs"] == [csv_file]


def test_many_failed_inputs_are_cut_short(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    failed = [an_input(n, state="failed", error="It is empty.") for n in range(1, 12)]
    ledger.statuses = [a_run(state="failed", error="None of its inputs could be loaded.", inputs=failed)]
    result = sluice("run", "call_logs", csv_file)
    assert result.exit_code == 1
    assert result.stdout.startswith("run 7 of call_logs: failed: None of its inputs could be loaded. (2.0 s")
    assert result.stdout.count("It is empty.") == 8
    assert "  ... and 3 more: sluice status 7\n" in result.stdout


def test_programs_get_one_object(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [DIRTY]
    result = sluice("run", "call_logs", csv_file, "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["error"] is None
    names = ("run", "pipeline", "state", "read", "loaded", "updated", "unchanged", "duplicate", "rejected")
    assert [told[name] for name in names] == [7, "call_logs", "done", 200_000, 196_000, 0, 0, 750, 3_250]
    assert (told["seconds"], told["rows_per_second"]) == (4.7, 42_553)
    second = told["inputs"][1]
    assert (second["uri"], second["state"], second["error"]) == ("/inbox/calls_2.csv", "failed", "The file is empty.")
    assert second["sha256"] == "ab" * 32


def test_a_failed_run_tells_programs_why(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [a_run(state="failed", error="A step is dead.")]
    result = sluice("run", "call_logs", csv_file, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] == {"kind": "RunFailed", "message": "A step is dead."}


def test_rejects_are_fine_unless_strict(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [DIRTY]
    assert sluice("run", "call_logs", csv_file).exit_code == 0
    assert sluice("run", "call_logs", csv_file, "--strict").exit_code == 3


def test_reload_is_passed_on(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    sluice("run", "call_logs", csv_file, "--reload", "--max-rejects", "2%")
    asked = {"pipeline": "call_logs", "inputs": [csv_file], "reload": True, "max_rejects": "2%", "as_of": None}
    assert ledger.asked[0] == ("enqueue", asked)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("call_logz",), "There is no pipeline 'call_logz'."),
        (("call_logs", "nowhere/*.csv"), "No file at 'nowhere/*.csv'"),
        (("call_logs", "/proc/self/fdinfo"), "The folder '/proc/self/fdinfo' has no file like *.csv*."),
    ],
)
@pytest.mark.parametrize("command", ["run", "enqueue"])
def test_mistakes_are_met_before_anything_starts(
    sluice: Sluice, ledger: Ledger, csv_file: str, command: str, words: tuple[str, ...], message: str
) -> None:
    result = sluice(command, words[0], *(words[1:] or [csv_file]))
    assert result.exit_code == 2
    assert message in result.stderr
    assert ledger.asked == []


def test_enqueue_prints_the_run_alone(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    result = sluice("enqueue", "call_logs", csv_file)
    assert (result.exit_code, result.stdout) == (0, "7\n")
    told = json.loads(sluice("enqueue", "call_logs", csv_file, "--json").stdout)
    assert told == {"run": 7, "pipeline": "call_logs"}


def test_a_timeout_leaves_the_run_to_the_workers(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [a_run(state="running")]
    result = sluice("run", "call_logs", csv_file, "--timeout", "0.01", "--json")
    message = "Run 7 is still running after 0.01 s. It stays in the ledger: running workers go on with it."
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"run": 7, "error": {"kind": "Timeout", "message": message}}
    assert result.stderr == f"error: {message}\n"


def test_ctrl_c_leaves_the_run_in_the_ledger(
    sluice: Sluice, ledger: Ledger, csv_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "follow", interrupted)
    result = sluice("run", "call_logs", csv_file, "--json")
    message = "Interrupted. Run 7 stays in the ledger: running workers go on with it."
    assert result.exit_code == 130
    assert json.loads(result.stdout) == {"run": 7, "error": {"kind": "Interrupted", "message": message}}


def test_workers_start_with_the_embedded_servers_and_else_when_asked_for(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert room.own_workers(None).posts == []
    assert "4" in room.own_workers(4).posts[0].command.argv
    monkeypatch.setattr(servers, "is_embedded", lambda: True)
    command = room.own_workers(None).posts[0].command
    words = list(command.argv[1:])
    assert words[:5] == ["-m", "sluice.cli.celery", "-A", "workers.app", "worker"]
    assert words[words.index("--concurrency") + 1] == "2"
    assert command.log is not None
    assert command.log.parts[-2:] == ("logs", "worker.log")


def idle() -> Supervisor:
    return Supervisor([], say=print)


NO_WORKER = (
    "no worker is there: run 7 waits until one is. Start one with `sluice worker`, or give --workers 2 to this"
    " command\n"
)


def at_once(monkeypatch: pytest.MonkeyPatch, *, there: bool) -> None:
    """Workers are looked for at once, in a ledger that knows of some or of none."""
    monkeypatch.setattr("sluice.engine.ledger.presence.PATIENCE_S", 0.0)
    monkeypatch.setattr("sluice.engine.ledger.presence._LOOK_S", 0.0)
    monkeypatch.setattr(waiting, "_worker_there", lambda: there)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([], NO_WORKER),
        ([{"a": "pong"}], ""),
    ],
)
def test_missing_workers_are_mentioned_once(
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: list[object],
    sentence: str,
) -> None:
    untouched = a_run(state="running", inputs=[an_input(state="registered")])
    ledger.statuses = [untouched] * 5 + [a_run()]
    at_once(monkeypatch, there=False)
    monkeypatch.setattr(waiting, "_workers_answer", lambda: bool(answers))
    waiting.follow(7, idle(), None)
    assert capsys.readouterr().err == sentence


def test_a_redis_that_is_away_is_mentioned(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away() -> bool:
        raise TransientError("Redis does not answer (ConnectionError).")

    ledger.statuses = [a_run(state="running", inputs=[an_input(state="registered")])] * 3 + [a_run()]
    at_once(monkeypatch, there=False)
    monkeypatch.setattr(waiting, "_workers_answer", away)
    waiting.follow(7, idle(), None)
    told = "waiting: Redis does not answer (ConnectionError). The run starts by itself when Redis is back.\n"
    assert capsys.readouterr().err == told


def test_nobody_asks_after_workers_while_the_ledger_knows_of_one(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = a_run(state="running", planned=10, inputs=[an_input(state="loading")])
    ledger.statuses = [begun] * 3 + [a_run()]
    at_once(monkeypatch, there=True)
    monkeypatch.setattr(waiting, "_workers_answer", lambda: pytest.fail("they were asked"))
    assert waiting.follow(7, idle(), None)["state"] == "done"


def test_postgresql_may_be_away_for_a_while(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([DatabaseAway("gone"), DatabaseAway("gone"), a_run()])

    def read(_run: int) -> dict[str, Any]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("sluice.engine.ledger.runs.read_status", read)
    assert waiting.follow(7, idle(), None)["state"] == "done"


def test_waiting_for_postgresql_ends(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_run: int) -> dict[str, Any]:
        raise DatabaseAway("gone")

    monkeypatch.setattr("sluice.engine.ledger.runs.read_status", read)
    monkeypatch.setenv("SLUICE_DATABASE_WAIT_S", "0.01")
    with pytest.raises(DatabaseAway):
        waiting.follow(7, idle(), None)


def test_workers_that_do_not_stay_alive_end_the_waiting(ledger: Ledger, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("".join(f"line {n}\n" for n in range(9)) + "ImportError: no such thing\n")
    ledger.statuses = [a_run(state="running")]
    dying = SimpleNamespace(failures=5, command=Command("worker", [], log=log))
    crew = SimpleNamespace(posts=[dying], tend=lambda: time.sleep(0))
    with pytest.raises(PermanentError) as caught:
        waiting.follow(7, crew, None)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"The worker died 5 times as soon as it was started. The end of {log}:\n"
        "  line 5\n  line 6\n  line 7\n  line 8\n  ImportError: no such thing"
    )
