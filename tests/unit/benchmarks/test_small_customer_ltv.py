"""A whole benchmark of customer_ltv with few customers: right values, a record, nothing left running."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sluice.embedded import strays
from tests.kit.stack import ROOT


def test_a_small_benchmark_of_customer_ltv_measures_every_turn_at_both_sizes(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    out = tmp_path / "record.json"
    words = ["--customers", "1000", "--rounds", "1", "--work", str(tmp_path / "work"), "--out", str(out)]
    command = [sys.executable, "-m", "benchmarks.customer_ltv", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert [(each["customers"], each["payments"]) for each in found["sizes"]] == [(100, 600), (1_000, 6_000)]
    for each in found["sizes"]:
        assert set(each["medians"]) == {"bare", "full", "increment", "increment of few customers"}
        assert each["full build of bare"] > 0
        assert each["peak_process_mib"] > 50
    assert str(tmp_path) not in out.read_text()
    assert strays.find(tmp_path / "work") == []
