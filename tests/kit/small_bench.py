"""A whole benchmark, small enough for a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sluice.embedded import strays
from tests.kit.stack import ROOT


def small_benchmark(module: str, folder: Path, *words: str) -> Any:
    """Run one round of `python -m benchmarks.<module>`; it ends well, leaves nothing running, names no folder of ours.

    Returns its record.
    """
    folder.chmod(0o755)  # PostgreSQL may be another user
    out, work = folder / "record.json", folder / "work"
    command = [sys.executable, "-m", f"benchmarks.{module}", "--rounds", "1", "--work", str(work), "--out", str(out)]
    done = subprocess.run([*command, *words], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert strays.find(work) == []
    assert str(folder) not in out.read_text()
    return json.loads(out.read_text())
