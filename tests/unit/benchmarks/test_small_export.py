"""A whole benchmark of exports with few rows: the same bytes as psql, a record with every way, nothing left running."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sluice.embedded import strays
from tests.kit.stack import ROOT


def test_a_small_benchmark_of_exports_measures_every_way(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    out = tmp_path / "record.json"
    words = ["--rows", "2000", "--rounds", "1", "--work", str(tmp_path / "work"), "--out", str(out)]
    command = [sys.executable, "-m", "benchmarks.export", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert found["rows"] == 2_000
    assert set(found["ways"]) == {"psql", "csv", "csv by key", "csv packed", "parquet"}
    assert all(each["seconds"] > 0 and each["peak_mib"] > 0 for each in found["ways"].values())
    assert strays.find(tmp_path / "work") == []
