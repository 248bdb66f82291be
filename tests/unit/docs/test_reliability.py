"""The table of faults names tests that exist, and every file of tests of faults is in it."""

from __future__ import annotations

import re

from tests.kit.pages import page
from tests.kit.stack import ROOT

PAGE = page("docs/explanation/reliability.md")
NAMED = re.findall(r"`((?:tests/|test_)[\w/]+\.py)(?:::(\w+))?`", PAGE)
# what is shown there by itself is in the pages of its subject
ELSEWHERE = {"test_exports.py", "test_rows.py", "test_sources.py", "test_updates.py", "test_builds_of_several_runs.py"}


def test_every_test_that_it_names_exists() -> None:
    assert len(NAMED) > 50
    for file, name in NAMED:
        path = ROOT / file if file.startswith("tests/") else ROOT / "tests" / "faults" / file
        assert path.exists(), file
        assert not name or f"def {name}(" in path.read_text(), f"{file} has no {name}"


def test_every_file_of_faults_is_named() -> None:
    files = {path.name for path in (ROOT / "tests" / "faults").glob("test_*.py")}
    assert files - {file for file, _ in NAMED} == ELSEWHERE & files


def test_every_fault_has_a_test_and_an_outcome() -> None:
    rows = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("|") and "`" in line]
    assert all(len(row) == 4 and row[2].strip() for row in rows)
