"""The child processes of a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def children_of(parent: int) -> list[int]:
    """Process ids of the children of a process, in ascending order; empty when it has ended."""
    pairs = _from_proc() if sys.platform == "linux" else _from_ps()
    return sorted(pid for pid, of in pairs if of == parent)


def _from_proc() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, of = (
                    (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
                )
            except (OSError, ValueError):  # it has ended meanwhile
                continue
            if state not in ("Z", "X"):
                yield int(entry.name), int(of)


def _from_ps() -> Iterator[tuple[int, int]]:
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        pid, of = line.split()
        yield int(pid), int(of)
