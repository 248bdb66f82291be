"""`python -m ...` as a process of its own, forked from one that has imported the libraries (see `fork_server.py`)."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.kit.fork_server import LONGEST

_SERVER = Path(__file__).with_name("fork_server.py")


class Forked:
    """A process in a session of its own: that of subprocess.Popen which tests need."""

    def __init__(
        self, module: str, words: Sequence[str], env: Mapping[str, str], cwd: Path, out: int, err: int
    ) -> None:
        self.args = [module, *words]
        self.returncode: int | None = None
        self._killed = False
        self._client = _client()
        asked = {"module": module, "words": list(words), "env": dict(env), "cwd": str(cwd)}
        with Path(os.devnull).open() as nothing:
            self.pid = self._client.start(json.dumps(asked).encode(), [nothing.fileno(), out, err])

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        if self.returncode is None:
            self.returncode = self._client.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Its exit code, at its end."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(0.005)
        return code

    def terminate(self) -> None:
        """SIGTERM, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill_group(self) -> None:
        """SIGKILL for all of its group, and wait until it is gone itself. Once: later its number may be another's."""
        if not self._killed:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._killed = True
        self.wait(60)


def run_forked(
    module: str, words: Sequence[str], env: Mapping[str, str], cwd: Path, timeout: float
) -> tuple[int, str, str]:
    """Run `python -m module words` to its end: the exit code, and what it wrote to standard output and error."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = Forked(module, words, env, cwd, out.fileno(), err.fileno())
        try:
            code = process.wait(timeout)
        except BaseException:
            process.kill_group()
            raise
        out.seek(0)
        err.seek(0)
        return code, out.read().decode(), err.read().decode()


class _Client:
    """The line to a fork server. Threads take turns."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
        self._turn = threading.Lock()
        self._ended: dict[int, int] = {}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_SERVER), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_without_threads(),
                cwd="/",
                start_new_session=True,  # Ctrl-C is for those who ask
            )
        self.owner = os.getpid()

    def start(self, asked: bytes, files: list[int]) -> int:
        with self._turn:
            socket.send_fds(self._line, [asked], files)
            while "ended" in (said := self._hear()):
                pass
            self._ended.pop(said["pid"], None)  # of an earlier process with that number
            return int(said["pid"])

    def ended(self, pid: int) -> int | None:
        with self._turn:
            while select.select([self._line], [], [], 0)[0]:
                self._hear()
            return self._ended.get(pid)

    def close(self) -> None:
        """No more of them. What still runs is killed."""
        if os.getpid() == self.owner:
            self._line.close()
            self._process.wait(60)

    def _hear(self) -> dict[str, Any]:
        text = self._line.recv(LONGEST)
        assert text, "the fork server is gone"
        said: dict[str, Any] = json.loads(text)
        if "ended" in said:
            self._ended[said["pid"]] = said["ended"]
        return said


def _without_threads() -> dict[str, str]:
    """What the server starts with: numpy's threads would not be in what it forks."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"OPENBLAS_NUM_THREADS": "1"}


_known: _Client | None = None


def _client() -> _Client:
    global _known
    if _known is None or _known.owner != os.getpid():
        _known = _Client()
        atexit.register(_known.close)
    return _known
