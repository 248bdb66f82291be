"""What the DAG asks of Sluice, by its executable: the words on the command line, and what becomes of the answer."""

from __future__ import annotations

import importlib.util
import json
import shlex
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

AIRFLOW = Path(__file__).parents[3] / "deploy" / "airflow"
SAYS = """
import json, os, sys
from pathlib import Path
here = Path(__file__).parent
(here / "asked.json").write_text(json.dumps(sys.argv[1:]))
(here / "environment.json").write_text(json.dumps(dict(os.environ)))
said = json.loads((here / "says.json").read_text())
print(said["stdout"])
print(said["stderr"], file=sys.stderr)
sys.exit(said["code"])
"""
DONE = {"run": 7, "state": "done", "read": 1200, "loaded": 1199, "error": None, "dead_steps": 0, "inputs": []}


def load() -> ModuleType:
    """The file as the DAG imports it: from a folder, not from a package."""
    spec = importlib.util.spec_from_file_location("sluice_command", AIRFLOW / "sluice_command.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sluice = load()


class Executable:
    """A `sluice` that answers as told, and remembers what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = folder / "the sluice.py"
        self.script.write_text(SAYS, encoding="utf-8")

    def says(self, stdout: Any, code: int = 0, stderr: str = "") -> None:
        text = stdout if isinstance(stdout, str) else json.dumps(stdout)
        said = {"stdout": text, "code": code, "stderr": stderr}
        (self.folder / "says.json").write_text(json.dumps(said), encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        found: list[str] = json.loads((self.folder / "asked.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture
def executable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Executable:
    made = Executable(tmp_path)
    monkeypatch.setenv("SLUICE_COMMAND", shlex.join([sys.executable, str(made.script)]))
    return made


def test_a_day_is_enqueued_with_its_files(executable: Executable) -> None:
    executable.says({"run": 12, "pipeline": "customer_ltv"}, stderr="run 12 is registered")
    assert sluice.enqueue_run(date(2026, 1, 2), "/in/{day} 's3://shop/late files/{day}/*.csv'") == 12
    assert executable.asked == [
        "enqueue",
        "customer_ltv",
        "/in/2026-01-02",
        "s3://shop/late files/2026-01-02/*.csv",
        "--as-of",
        "2026-01-02",
        "--json",
    ]


def test_the_options_are_those_that_the_command_knows() -> None:
    from typer.testing import CliRunner

    from sluice.cli.main import app

    for verb, options in {"enqueue": ["--as-of", "--json"], "status": ["--json"], "retry": ["--json"]}.items():
        text = CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
        assert all(option in text for option in options), text


def test_the_servers_reach_sluice_through_the_environment(
    executable: Executable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db/warehouse")
    executable.says(DONE)
    sluice.run_state(7)
    environment = json.loads((tmp_path / "environment.json").read_text(encoding="utf-8"))
    assert environment["DATABASE_URL"] == "postgresql://me@db/warehouse"
    assert "SLUICE_COMMAND" not in environment  # `sluice` warns of what is no setting of its own


def test_a_running_run_is_running(executable: Executable) -> None:
    executable.says(DONE | {"state": "running", "loaded": 10})
    assert sluice.run_state(7) == (
        "running",
        "Run 7 of customer_ltv: running. 10 of 1,200 rows read are loaded.",
        0,
    )
    assert executable.asked == ["status", "7", "--json"]


def test_a_file_that_was_refused_is_named_also_when_the_run_is_done(executable: Executable) -> None:
    refused = {"uri": "/in/payments.csv", "error": "It has no column amount."}
    executable.says(DONE | {"inputs": [{"uri": "/in/orders.csv", "error": None}, refused]})
    assert sluice.run_state(7).words == (
        "Run 7 of customer_ltv: done. 1,199 of 1,200 rows read are loaded.\n/in/payments.csv: It has no column amount."
    )


def test_a_failed_run_says_why(executable: Executable) -> None:
    why = "A step is dead: see its input, correct the cause, then `sluice retry`."
    executable.says(DONE | {"state": "failed", "error": why, "dead_steps": 2})
    assert sluice.run_state(7) == ("failed", f"Run 7 of customer_ltv: failed. {why}", 2)


def test_dead_steps_are_tried_again(executable: Executable) -> None:
    executable.says({"run": 7, "retried": 2})
    assert sluice.retry_run(7) == 2
    assert executable.asked == ["retry", "7", "--json"]


def test_the_words_of_a_refusal_are_those_of_sluice(executable: Executable) -> None:
    message = "There is no file /in/2026-01-02."
    executable.says({"error": {"kind": "ConfigError", "message": message}}, code=2, stderr=f"error: {message}")
    with pytest.raises(sluice.SluiceFailed, match=r"ended with 2: There is no file /in/2026-01-02\.$") as caught:
        sluice.enqueue_run(date(2026, 1, 2), "/in/{day}")
    assert not isinstance(caught.value, sluice.ServerAway)


def test_a_server_that_is_away_is_told_apart(executable: Executable) -> None:
    executable.says({"error": {"kind": "DatabaseAway", "message": "PostgreSQL does not answer."}}, code=5)
    with pytest.raises(sluice.ServerAway, match="PostgreSQL does not answer"):
        sluice.run_state(7)


def test_a_traceback_is_passed_on(executable: Executable) -> None:
    executable.says("", code=1, stderr="Traceback ...\nZeroDivisionError: division by zero")
    with pytest.raises(sluice.SluiceFailed, match=r"ended with 1: Traceback .*\nZeroDivisionError"):
        sluice.run_state(7)


def test_what_is_not_the_object_of_sluice_is_refused(executable: Executable) -> None:
    executable.says("7")
    with pytest.raises(sluice.SluiceFailed, match=r"printed '7\\n' instead of a JSON object"):
        sluice.run_state(7)


def test_a_state_of_tomorrow_is_not_taken_for_running(executable: Executable) -> None:
    executable.says(DONE | {"state": "paused"})
    with pytest.raises(sluice.SluiceFailed, match="in the state 'paused'"):
        sluice.run_state(7)


def test_without_an_executable_the_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_COMMAND", str(tmp_path / "nowhere"))
    with pytest.raises(sluice.SluiceFailed, match="SLUICE_COMMAND says where Sluice is"):
        sluice.run_state(7)


def test_a_command_that_hangs_is_given_up(executable: Executable, monkeypatch: pytest.MonkeyPatch) -> None:
    executable.script.write_text("import threading; threading.Event().wait(60)", encoding="utf-8")
    monkeypatch.setattr(sluice, "PATIENCE_S", 0.2)
    with pytest.raises(sluice.SluiceFailed, match=r"did not end within 0\.2 s"):
        sluice.run_state(7)
