"""A whole benchmark of the API's pages with few rows: a record with every turn, nothing left running."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sluice.embedded import strays
from tests.kit.stack import ROOT


def test_a_small_benchmark_of_the_api_measures_every_turn(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    out = tmp_path / "record.json"
    words = ["--rows", "2000", "--rounds", "1", "--requests", "16", "--work", str(tmp_path / "work"), "--out", str(out)]
    command = [sys.executable, "-m", "benchmarks.preprocessed_api", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert found["rows"] == 2_000
    (turn,) = found["turns"]
    assert set(turn) == {"first", "last", "bare", "api", "api by eight"}
    assert found["last page of first"] > 0
    assert len(found["peak MiB of the server, round by round"]) == 2
    assert str(tmp_path) not in out.read_text()
    assert strays.find(tmp_path / "work") == []
