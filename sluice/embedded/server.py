"""One server of a keeper: a folder, a process, and whether it answers."""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from sluice.embedded import child, strays
from sluice.embedded.account import Account
from sluice.embedded.binaries import Program
from sluice.embedded.endpoints import Endpoint
from sluice.errors import SluiceError

_LOG_LIMIT = 5_000_000
_LONGEST_PAUSE_S = 5.0


class StartError(SluiceError):
    """A server does not start. The message contains the end of its log."""


class Server(ABC):
    """A child of the keeper. `folder` is its own; its process works inside it, and its log is there."""

    name: ClassVar[str]
    death_signal: ClassVar[signal.Signals]
    stop_sequence: ClassVar[tuple[tuple[signal.Signals, float], ...]]

    def __init__(self, folder: Path, program: Program, account: Account, endpoint: Endpoint) -> None:
        self.folder = folder
        self.program = program
        self.account = account
        self.endpoint = endpoint
        self.ready = False
        self.served = False
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._log_from = 0
        self._pause_s = 0.0

    @property
    @abstractmethod
    def url(self) -> str:
        """What clients connect to, with the password."""

    @abstractmethod
    def command(self) -> list[str | Path]:
        """The command line. No secret: everybody can read it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes connections. Raises StartError if it answers and cannot be used."""

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process, without waiting for it to answer."""
        self._started = time.monotonic()
        self._log_from = self._open_log()
        self._process = child.spawn(
            self.command(),
            self.account,
            cwd=self.folder,
            log=self.log,
            death_signal=self.death_signal,
        )

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def waited_s(self) -> float:
        """Seconds since the process was started."""
        return time.monotonic() - self._started

    def look(self) -> bool:
        """Check whether a running process answers now, and remember that."""
        if self.answers():
            self.ready = self.served = True
            self._pause_s = 0.0
        return self.ready

    def restart(self) -> bool:
        """Start a process that died, on the same port, after a pause if it keeps dying. Returns whether it did."""
        self.ready = False
        if self.waited_s() < self._pause_s:
            return False
        self._pause_s = min(2 * self._pause_s + 0.25, _LONGEST_PAUSE_S)
        strays.end(self.folder)
        self.start()
        return True

    def stop(self) -> None:
        """Stop the process regularly, or else kill it. Returns when it has ended."""
        self.ready = False
        for how, patience_s in self.stop_sequence:
            if self._process is None or self._process.poll() is not None:
                break
            self._process.send_signal(how)
            try:
                self._process.wait(patience_s)
            except subprocess.TimeoutExpired:
                continue

    def log_tail(self) -> str:
        """The last lines of its log since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-15:])

    def _open_log(self) -> int:
        if not self.log.exists():
            return 0
        size = self.log.stat().st_size
        if size < _LOG_LIMIT:
            return size
        self.log.replace(self.log.with_suffix(".log.1"))
        return 0
