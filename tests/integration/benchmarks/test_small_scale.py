"""The benchmark of a long history with a short one: a figure for every statement, a record without a path."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.scale.ledger import STATEMENTS
from sluice.embedded import strays
from tests.kit.stack import ROOT


@pytest.mark.slow
def test_every_statement_has_a_figure(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)  # PostgreSQL may be another user
    out, work = tmp_path / "record.json", tmp_path / "work"
    command = [sys.executable, "-m", "benchmarks.scale", "--steps", "2000", "--work", str(work), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert {each["name"] for each in found["statements"]} == {each.name for each in STATEMENTS}
    assert all(each["ms"] > 0 for each in found["statements"])
    assert strays.find(work) == []
    assert str(tmp_path) not in out.read_text()
