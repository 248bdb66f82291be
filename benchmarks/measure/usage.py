"""Resources that processes used, from Linux' /proc: CPU seconds with those of ended children, and peak memory.

On a system without /proc there is no answer, and the columns stay empty.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")
KNOWN = (_PROC / "self" / "stat").exists()


def tree(*roots: int) -> set[int]:
    """The process ids of the roots that live and of everything below them."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir() if KNOWN else ():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, left = set[int](), list(roots)
    while left:
        found.add(pid := left.pop())
        left += children.get(pid, [])
    return found


def cpu_seconds(*roots: int) -> float | None:
    """User and system time of the roots and of all below them, ended and awaited ones included."""
    if not KNOWN:
        return None
    ticks = sum(sum(map(int, fields[11:15])) for pid in tree(*roots) if (fields := _stat(pid)))
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_mib(*roots: int) -> float | None:
    """The sum of the peaks of resident memory (VmHWM) of the roots and of all below them that live.

    Pages that processes share count once for each of them.
    """
    return sum(_peaks(tree(*roots))) / 1024 if KNOWN else None


def largest_peak_mib(*roots: int) -> float | None:
    """The peak of resident memory of whichever of these processes had the largest."""
    return max(_peaks(tree(*roots)), default=0) / 1024 if KNOWN else None


def _peaks(pids: Iterable[int]) -> Iterator[int]:
    for pid in pids:
        for line in _read(f"{pid}/status").splitlines():
            if line.startswith("VmHWM:"):
                yield int(line.split()[1])


def _stat(pid: int) -> list[str]:
    """The fields of a process's stat from its state on; none if it is gone."""
    return _read(f"{pid}/stat").rpartition(")")[2].split()


def _read(name: str) -> str:
    try:
        return (_PROC / name).read_text()
    except OSError:
        return ""  # it ended meanwhile
