"""Exit codes, and what the edge makes of errors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluice.cli.exits import Exit, exit_for
from sluice.cli.runs.run import verdict
from sluice.engine.database.connection import DatabaseAway
from sluice.engine.ledger import runs
from sluice.errors import ConfigError, DataError, PermanentError, SluiceError, TransientError
from tests.unit.cli.made_up import Ledger, a_run, an_input

ROOT = Path(__file__).resolve().parents[3]


def test_the_codes_are_those_that_scripts_rely_on() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "STRICT": 3,
        "OVER_LIMIT": 4,
        "SERVER_AWAY": 5,
        "PARTLY": 6,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize("command", [(), ("run",), ("backfill",)])
def test_each_code_says_what_it_means_in_the_help(sluice: Callable[..., Any], command: tuple[str, ...]) -> None:
    words = " ".join(sluice(*command, "--help").stdout.split())
    for code in Exit:
        assert f"{code.value} {code.__doc__}" in words


def test_the_table_of_the_docs_is_what_the_code_says() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (.+) \|$", (ROOT / "docs" / "reference" / "exit-codes.md").read_text(), re.MULTILINE
    )
    assert rows == [(str(code.value), code.__doc__) for code in Exit]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 2),
        (TransientError("x"), 5),
        (DatabaseAway("x"), 5),
        (DataError("empty_file", "x"), 1),
        (PermanentError("x"), 1),
        (SluiceError("x"), 1),
    ],
)
def test_an_errors_kind_decides_the_exit_code(error: SluiceError, code: int) -> None:
    assert exit_for(error) == code


REJECTS = a_run(read=2, loaded=1, rejected=1)
ONE_FAILED = a_run(inputs=[an_input(1), an_input(2, state="failed")])
NONE_LOADED = a_run(read=2, rejected=2, inputs=[an_input(1), an_input(2, state="failed", error_code="nothing_loaded")])
NO_ROWS = a_run(
    inputs=[
        an_input(1),
        *(
            an_input(2, state="failed", error_code=code)
            for code in ("empty_file", "header_only", "empty_archive", "no_rows")
        ),
    ]
)
OVER = a_run(
    max_rejects="1",
    rejected=2,
    inputs=[an_input(1), an_input(2, state="failed", error_code="nothing_loaded", planned=2, rejected=2)],
)


@pytest.mark.parametrize(
    ("status", "strict", "code"),
    [
        (a_run(), False, 0),
        (a_run(), True, 0),
        (REJECTS, False, 0),
        (REJECTS, True, 3),
        (ONE_FAILED, False, 6),
        (ONE_FAILED, True, 3),
        (NONE_LOADED, False, 6),
        (NONE_LOADED, True, 3),
        (NO_ROWS, False, 0),
        (NO_ROWS, True, 3),
        (OVER, False, 4),
        (a_run(state="failed", dead_steps=1), True, 1),
        (a_run(inputs=[an_input(1, state="already_loaded")]), True, 0),
        (a_run(state="failed"), False, 1),
        (a_run(state="failed", rejected=1), True, 1),
    ],
)
def test_the_verdict_on_an_ended_run(status: dict[str, Any], strict: bool, code: int) -> None:
    assert verdict(status, strict=strict) == code


def test_a_server_that_is_away_is_one_line_on_stderr(
    sluice: Callable[..., Any], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_run: int) -> None:
        raise DatabaseAway("PostgreSQL does not answer: connection refused")

    monkeypatch.setattr(runs, "read_status", away)
    result = sluice("status", "7")
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == "error: PostgreSQL does not answer: connection refused\n"


def test_programs_get_an_error_as_their_object(sluice: Callable[..., Any], ledger: Ledger) -> None:
    result = sluice("status", "99", "--json")
    assert result.exit_code == 2
    message = "There is no run 99: `sluice status` lists the runs."
    assert json.loads(result.stdout) == {"error": {"kind": "ConfigError", "message": message}}
    assert result.stderr == f"error: {message}\n"


def test_programs_get_a_mistake_in_the_command_line_as_their_object(sluice: Callable[..., Any]) -> None:
    result = sluice("run", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["kind"] == "UsageError"


def test_a_defect_of_ours_shows_itself(
    sluice: Callable[..., Any], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_run: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(runs, "read_status", broken)
    result = sluice("status", "7")
    assert isinstance(result.exception, ZeroDivisionError)
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "words", [("frobnicate",), ("run",), ("run", "call_logs"), ("status", "seven"), ("run", "call_logs", "x", "--no")]
)
def test_mistakes_in_the_command_line_end_with_2(sluice: Callable[..., Any], words: tuple[str, ...]) -> None:
    result = sluice(*words)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_wrong_settings_end_with_2_and_name_every_mistake(
    sluice: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_CONCURRENCY", "many")
    monkeypatch.setenv("SLUICE_FLOWER_PORT", "0")
    result = sluice("worker")
    assert result.exit_code == 2
    assert "SLUICE_CONCURRENCY" in result.stderr
    assert "SLUICE_FLOWER_PORT" in result.stderr


def test_the_version_is_printed(sluice: Callable[..., Any]) -> None:
    result = sluice("--version")
    assert (result.exit_code, result.stdout) == (0, "sluice 0.2.0\n")


def test_help_waits_for_no_big_library() -> None:
    code = (
        "import sys\nfrom sluice.cli.main import app\n"
        "try:\n    app(['run', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'celery', 'pyarrow', 'pandas', 'numpy', 'psycopg2', 'redis', 'pydantic_settings'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
