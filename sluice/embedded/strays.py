"""Servers without a keeper: left by a keeper that was killed, or backends left by a killed postmaster.

On Linux they are found by their program and working directory: every server runs inside its folder. Elsewhere only
those whose process ids the keeper recorded are found.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

_ON_LINUX = platform.system() == "Linux"
_NAMES = {"postgres", "initdb", "redis-server", "valkey-server"}
# A regular stop, an immediate one, a kill. PostgreSQL and Redis treat the first two alike.
_ESCALATION = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0))


def end(folder: Path, recorded: Iterable[int] = ()) -> list[int]:
    """Stop every server working under `folder` and wait until it is gone. Returns the process ids found."""
    known = list(recorded)
    found = find(folder, known)
    for how, patience_s in _ESCALATION:
        left = find(folder, known)
        for pid in left:
            _send(pid, how)
        until = time.monotonic() + patience_s
        while left and time.monotonic() < until:
            time.sleep(0.02)
            left = find(folder, known)
        if not left:
            break
    return found


def find(folder: Path, recorded: Iterable[int] = ()) -> list[int]:
    """Process ids of servers that work under `folder`."""
    if _ON_LINUX:
        inside = folder.resolve()
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if _works_in(pid, inside)]
    return [pid for pid in recorded if _runs_a_server(pid)]


def _works_in(pid: int, folder: Path) -> bool:
    try:
        if Path(f"/proc/{pid}/comm").read_text().strip() not in _NAMES:
            return False
        return Path(f"/proc/{pid}/cwd").readlink().is_relative_to(folder)
    except OSError:
        # It ended meanwhile, or it is another user's.
        return False


def _runs_a_server(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()).name in _NAMES


def _send(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except (ProcessLookupError, PermissionError):
        # It has ended, or may not be signalled; the next search shows which.
        pass
