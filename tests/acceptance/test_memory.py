"""Memory does not grow with the file: two million rows in one file, and every process stays small."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.stack import Stack

MIB = 1 << 20


def _peak_bytes(pid: int) -> int:
    """The most memory that a process has ever had resident."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


@pytest.mark.timeout(600)
@pytest.mark.slow
def test_two_million_rows_in_one_file_stay_within_350_mib_a_process(stack: Stack, tmp_path: Path) -> None:
    stack.sluice("sample", "call_logs", "--rows", "2000000", "--files", "1", "--dirty", "0.02", "--out", str(tmp_path))
    stack.redis().config_resetstat()
    worker = stack.worker(2).wait_ready()

    status = stack.sluice("run", "call_logs", str(tmp_path / "call_logs_001.csv"))

    assert (status["state"], status["read"], status["loaded"]) == ("done", 2_000_000, 1_960_000)
    peaks = {pid: _peak_bytes(pid) / MIB for pid in [worker.process.pid, *worker.children()]}
    assert max(peaks.values()) < 350, peaks
    assert stack.redis().info("memory")["used_memory_peak"] / MIB < 300
