"""Memory that a worker has freed is used again, and not given back and asked for."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_FREED_AND_USED = """
import resource
from sluice.workers.memory import keep_freed_memory
keep_freed_memory()
faults = []
for _ in range(20):
    [bytearray(8 << 20) for _ in range(3)]
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print(faults[-1] - faults[1])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such thresholds")
def test_blocks_that_were_freed_are_used_again_without_new_pages() -> None:
    done = subprocess.run([sys.executable, "-P", "-c", _FREED_AND_USED], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 3 * 2048  # of 18 times as many
