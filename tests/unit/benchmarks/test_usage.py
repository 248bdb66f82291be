"""CPU seconds and peaks of memory of a tree of processes, as the benchmark counts them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.measure import usage

pytestmark = pytest.mark.skipif(not usage.KNOWN, reason="there is no /proc on this system")

BURN = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN!r}])
block = bytearray(64 << 20)
block[:] = b"x" * len(block)
child = subprocess.Popen([sys.executable, "-c", "import sys; print('there', flush=True); sys.stdin.read()"])
sys.stdin.read()
child.wait()
"""


@pytest.fixture
def parent() -> Iterator[int]:
    """A process that has awaited a child that burnt 0.3 s of CPU, has touched 64 MiB, and has a child that lives."""
    process = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield process.pid
    process.communicate()


def test_the_time_of_a_child_that_has_ended_counts(parent: int) -> None:
    spent = usage.cpu_seconds(parent)
    assert spent is not None
    assert spent >= 0.3


def test_children_that_live_belong_to_the_tree(parent: int) -> None:
    assert len(usage.tree(parent)) == 2
    assert parent in usage.tree(os.getpid())


def test_peaks_of_memory_add_up(parent: int) -> None:
    peak = usage.peak_mib(parent)
    assert peak is not None
    assert 64 < peak < 400
