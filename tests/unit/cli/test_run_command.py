"""`sluice run` and `sluice enqueue`, with a made-up ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sluice.cli.runs import run as room
from sluice.cli.runs import waiting
from sluice.engine.base import servers
from tests.unit.cli.made_up import DIRTY, Ledger, Sluice, a_run, an_input


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_S", 0.001)


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
        "": "A path is empty: is a variable of the shell not set? The current folder is '.'.",
    }.items():
        result = sluice(command, "call_logs", typed)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.endswith(f"error: {told}\n")
    assert ledger.asked == []


PRICES = """
from sluice import Column, HttpApi, Integer, Pipeline, Table
table = Table("prices", key=("id",), columns=[Column("id", Integer(), required=True)])
pipeline = Pipeline("prices", HttpApi("https://shop.example/prices", name="prices", token="PRICES_TOKEN"), table)
"""


@pytest.mark.parametrize("embedded", [True, False])
def test_a_setting_that_a_source_needs_and_that_is_not_set_is_told_at_once(
    sluice: Sluice, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, embedded: bool
) -> None:
    (tmp_path / "prices.py").write_text(PRICES)
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path))
    monkeypatch.setattr(servers, "is_embedded", lambda: embedded)
    why = "The source 'prices' needs the setting PRICES_TOKEN, which is not set here (nor is PRICES_TOKEN_FILE)."
    ledger.statuses = [a_run()]
    result = sluice("run", "prices")
    if embedded:
        told = f"error: {why} Nothing was loaded: set it, then give the command again.\n"
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", told)
        assert ledger.asked == []
    else:  # a worker elsewhere may have it
        assert f"note: {why} The run waits for a worker that has it.\n" in result.stderr
        assert result.exit_code == 0


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


def test_a_file_that_is_given_again_is_loaded_once_and_that_is_said(
    sluice: Sluice, ledger: Ledger, csv_file: str
) -> None:
    other = Path(csv_file).with_name("other.csv")
    other.touch()
    result = sluice("run", "call_logs", csv_file, str(other), csv_file)
    assert f"{csv_file} is given 2 times: it is loaded once, at its first place\n" in result.stderr
    assert "given" not in sluice("run", "call_logs", csv_file, str(other)).stderr


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
    asked |= {"allow_future": False}
    assert ledger.asked[0] == ("enqueue", asked)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("call_logz",), "Unknown pipeline 'call_logz'; did you mean call_logs? Known are"),
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
    assert room.own_workers(None).slots == []
    assert "4" in room.own_workers(4).slots[0].command.argv
    monkeypatch.setattr(servers, "is_embedded", lambda: True)
    command = room.own_workers(None).slots[0].command
    words = list(command.argv[1:])
    assert words[:6] == ["-P", "-m", "sluice.cli.servers.celery", "-A", "sluice.app", "worker"]
    assert words[words.index("--concurrency") + 1] == "2"
    assert command.log is not None
    assert command.log.parts[-2:] == ("logs", "worker.log")
