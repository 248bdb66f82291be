"""`sluice run` and `sluice enqueue`, with a made-up ledger."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sluice.cli.output import item
from sluice.cli.runs import run as room
from sluice.cli.runs import waiting
from sluice.engine.base import servers
from sluice.engine.database.connection import DatabaseAway
from sluice.errors import PermanentError, TransientError
from sluice.workers.child import Command
from sluice.workers.supervisor import Supervisor
from tests.unit.cli.made_up import Ledger, a_reason, a_run, an_input

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
    reasons=[
        a_reason(column="call_cost_usd", code="not_a_number", rows=3_000, line=18, reason="'abc' is not an amount."),
        a_reason(
            column=None,
            code="key_conflict",
            rows=200,
            line=40,
            reason="The same key has other values in line 2, which comes first.",
        ),
        a_reason(
            column="customer_id", code="missing", rows=50, line=51, reason="customer_id is empty, and it is required."
        ),
    ],
)


def test_an_ended_run_fits_on_one_screen(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ledger.statuses = [a_run(state="running"), DIRTY]
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
        "  /inbox/calls_5.csv: Columns that the pipeline does not know were ignored: fax.\n"
        "  /inbox/calls_6.csv: Columns that the pipeline does not know were ignored: fax.\n"
        "\n"
        "3,250 rejects by reason:\n"
        "  3,000 x not_a_number in call_cost_usd: /inbox/calls_1.csv:18: call_cost_usd: 'abc' is not an amount.\n"
        "    200 x key_conflict: /inbox/calls_1.csv:40: The same key has other values in line 2, which comes first.\n"
        "     50 x missing in customer_id: /inbox/calls_1.csv:51: customer_id is empty, and it is required.\n"
        "\n"
        "what to type next:\n"
        "  sluice status 7                      inputs, parts and books\n"
        "  sluice rejects list 7                every reject with its reason\n"
        "  sluice rejects export 7 rejects.csv  all of them as CSV\n"
        "  sluice run call_logs FILE...         files again, once they are corrected\n"
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
        "  sluice status 7                      inputs, parts and books\n"
        "  sluice rejects list 7                every reject with its reason\n"
        "  sluice rejects export 7 rejects.csv  all of them as CSV\n"
        "  sluice retry 7                       what failed again, once its cause is corrected\n"
    )


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


@pytest.mark.parametrize("command", ["run", "enqueue"])
def test_where_nothing_fits_the_pattern_and_the_folder_are_named(
    sluice: Sluice, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for typed, told in {
        "*.csv": f"No file at '*.csv': check the path (in a folder, only files like *.csv* are taken)."
        f" From this folder that is '{tmp_path}/*.csv'.",
        "empty": f"The folder 'empty' has no file like *.csv*. From this folder that is '{tmp_path}/empty'.",
        "": "A path is empty: is a variable of the shell not set? This folder is called '.'.",
    }.items():
        result = sluice(command, "call_logs", typed)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.endswith(f"error: {told}\n")
    assert ledger.asked == []


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


def test_a_shell_that_puts_10_before_9_is_told(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    ten, nine = (str(Path(csv_file).with_name(f"part_{n}.csv")) for n in (10, 9))
    for path in (ten, nine):
        Path(path).touch()
    told = (
        f"files are taken in the order given, {ten} before {nine}; name the folder, or put the pattern in quotes, and "
        "numbers are compared as numbers\n"
    )
    assert sluice("run", "call_logs", ten, nine).stderr == told
    assert sluice("run", "call_logs", nine, ten).stderr == ""


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
        (("call_logz",), "Unknown pipeline 'call_logz'; expected one of"),
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
    assert words[:6] == ["-P", "-m", "sluice.cli.servers.celery", "-A", "sluice.app", "worker"]
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
    monkeypatch.setattr("sluice.engine.ledger.workers.PATIENCE_S", 0.0)
    monkeypatch.setattr("sluice.engine.ledger.workers._LOOK_S", 0.0)
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
    assert waiting.follow(7, idle(), None).state == "done"


def test_postgresql_may_be_away_for_a_while(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([DatabaseAway("gone"), DatabaseAway("gone"), a_run()])

    def read(_run: int) -> dict[str, Any]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("sluice.engine.ledger.runs.read_status", read)
    assert waiting.follow(7, idle(), None).state == "done"


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
