"""Processes that the keeper starts: under an account, and never longer than the keeper.

On Linux the kernel signals them when the keeper dies (PR_SET_PDEATHSIG). Elsewhere, and in the moment
between fork and that call, `strays` finds what a killed keeper left.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sluice.embedded.account import Account
from sluice.private import private_file
from sluice.stop_signals import held_back, let_through

_PR_SET_PDEATHSIG = 1


def spawn(
    argv: Sequence[str | Path], account: Account, *, cwd: Path, log: Path, death_signal: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start a server, appending its output to `log`. If the keeper dies it gets `death_signal`."""
    with private_file(log, "ab") as out, held_back():
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=cwd,
            env=_environment(),
            preexec_fn=_before_exec(account, death_signal),  # noqa: PLW1509 - the keeper has no threads
            **_switch(account),
        )


def run(
    argv: Sequence[str | Path], account: Account, *, cwd: Path, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, as `account`, with its output in `stdout`."""
    with held_back():
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=cwd,
            env=_environment(),
            preexec_fn=_before_exec(account, signal.SIGKILL),  # noqa: PLW1509 - as above
            **_switch(account),
        )
    with process:
        try:
            said, _ = process.communicate(timeout=timeout_s)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(argv, process.returncode, said)


def _environment() -> dict[str, str]:
    # Quoted log messages are in one language.
    return os.environ | {"LC_ALL": "C"}


def _switch(account: Account) -> dict[str, Any]:
    if account.uid == os.geteuid():
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _before_exec(account: Account, death_signal: signal.Signals) -> Callable[[], None]:
    keeper = os.getpid()

    def prepare() -> None:
        let_through()
        account.enter()
        if sys.platform == "linux":
            # After the switch of user: that clears it.
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
            if os.getppid() != keeper:
                os._exit(1)

    return prepare
