"""A whole benchmark with few rows: every case right, a record written, nothing left running."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure import usage
from sluice.embedded import strays
from tests.kit.stack import ROOT, until


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks", "--work", str(folder), "--out", str(folder / "bench.json"), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.mark.slow
def test_a_small_benchmark_has_figures_for_every_case(folder: Path) -> None:
    process = start(folder, "--rows", "4000", "--files", "4", "--rounds", "1", "--only", "call_logs")
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0, said
    found = json.loads((folder / "bench.json").read_text())
    assert [(each["case"], each["rows"]) for each in found["rows"]] == [
        ("limit", 4_000),
        ("execute_values", 2_000),
        ("execute_values_2", 2_000),
        ("sluice", 4_000),
    ]
    assert all(each["rows_per_second"] > 0 and each["ratio"] > 0 for each in found["rows"])
    assert str(folder) not in json.dumps(found)
    assert strays.find(folder) == []


@pytest.mark.slow
def test_an_interrupted_benchmark_leaves_nothing_running(folder: Path) -> None:
    process = start(folder, "--rows", "200000", "--files", "2", "--only", "limit")
    until((folder / "home" / "worker.log").exists, 120, "a worker")
    started = usage.tree(process.pid)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 130, said
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started), 120, "the end of all its processes")
    assert strays.find(folder) == []
    assert not (folder / "servers").exists()
