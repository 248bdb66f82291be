"""`export`: what is wrong with a command line is said before anything is asked of a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Sluice = Callable[..., Any]


def told(sluice: Sluice, *words: str) -> str:
    result = sluice("export", *words)
    assert result.exit_code == 2, result.stderr
    return str(result.stderr)


def test_an_unknown_table_is_told_with_those_there_are(sluice: Sluice) -> None:
    words = told(sluice, "nosuch", "--to", "x.csv")
    assert words.startswith("error: No pipeline has a table 'nosuch'. There are: ")
    assert "customer_ltv, customer_ltv_fit, customer_ltv_forecast, customer_ltv_latest, customer_ltv_orphan" in words
    assert "customer_ltv_orphan, customer_ltv_orphan_latest, customers" in words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--to", "x"), "error: Give one table, or --pipeline with a folder: sluice export TABLE --to FILE.\n"),
        (("customers", "--pipeline", "customer_ltv", "--to", "x"), "error: Give one table, or --pipeline"),
        (("customers", "--to", "-", "--json"), "error: --json and --to - both need standard output"),
        (("--pipeline", "customer_ltv", "--to", "-"), "error: Several tables cannot be written to standard output"),
        (("--pipeline", "customer_ltv", "--to", "x", "--columns", "a"), "error: --columns needs one table"),
        (("--pipeline", "call_logs", "--to", "x"), "error: call_logs derives no table. Export what it loads by name: "),
        (("--pipeline", "nosuch", "--to", "x"), "error: Unknown pipeline 'nosuch'. Known are"),
    ],
)
def test_a_mistake_in_the_command_line_is_one_sentence(sluice: Sluice, words: tuple[str, ...], expected: str) -> None:
    assert told(sluice, *words).startswith(expected)


def test_a_folder_that_cannot_be_made_is_told_before_a_run_begins(sluice: Sluice, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = sluice("run", "customer_ltv", "--as-of", "2024-01-01", "--export", str(tmp_path / "file" / "out"))
    assert result.exit_code == 2
    assert result.stderr == f"error: The folder {tmp_path}/file/out cannot be made: Not a directory.\n"


def test_a_format_without_an_export_is_a_mistake(sluice: Sluice) -> None:
    result = sluice("run", "customer_ltv", "--as-of", "2024-01-01", "--format", "csv")
    assert (result.exit_code, result.stderr) == (2, "error: --format needs --export FOLDER.\n")
