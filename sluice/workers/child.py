"""A child process of the supervisor: in a session of its own, and never longer than its parent.

Ctrl-C in the terminal reaches the parent only, which then terminates the child (SIGTERM). The child's own processes
belong to its process group and end with it. When the parent is killed the kernel sends the signal instead
(PR_SET_PDEATHSIG, Linux); that is tied to the parent's thread, so children are started from the main thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sluice.errors import ConfigError
from sluice.private import own_folder, private_file
from sluice.stop_signals import held_back, let_through

LOG_LIMIT = 10_000_000
PULSE = "SLUICE_PULSE_FD"
# of Celery: [2026-01-31 12:00:00,000: WARNING/MainProcess] ...; of Flower: [W 260131 12:00:00 command:168] ...
_RECORD = re.compile(rb"\[(?:\d{4}-\d\d-\d\d [\d:,.]+: )?(DEBUG|INFO|WARNING|ERROR|CRITICAL|[DIWEC](?= ))")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """What to run. Secrets go into `environ` (added to this process's), never into `argv`, which `ps` shows to all.

    Output goes to the file `log`, else to stderr: stdout is for --json. A `watched` process has the number of a
    descriptor in SLUICE_PULSE_FD, and writes to it to show that it does its work. With `details` all output goes to
    that file, and only warnings and errors to stderr, too. It is started once it is `wanted`, which is looked at
    several times a second.
    """

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    log: Path | None = None
    watched: bool = False
    umask: int = -1  # as of this process
    details: Path | None = None
    wanted: Callable[[], bool] | None = field(default=None, repr=False)


class Child:
    """One running process of a command. With `prefixed` each line of its output begins with the command's name."""

    def __init__(self, command: Command, *, prefixed: bool = False) -> None:
        self.command = command
        self._pipe = (prefixed or command.details is not None) and command.log is None
        self._rest = b""
        self._loud = False  # the record whose lines come now is a warning or an error
        self._details = None if command.details is None else _opened(command.details)
        self._terminated = False
        self._pulse: int | None = None
        self._heard: float | None = None
        self._process = self._start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> IO[bytes] | None:
        """The pipe with its output, while that has to be passed on."""
        pipe = self._process.stdout
        return None if pipe is None or pipe.closed else pipe

    def ended(self) -> int | None:
        """Its exit code once it has ended (negative: the signal), else None. Its own processes are killed then."""
        if self._process.returncode is None and self._process.poll() is not None:
            self._kill_group()
            self.pass_on()
            self._close()
        return self._process.returncode

    def silent_s(self) -> float:
        """For how many seconds a watched process has shown nothing; 0 before it did for the first time."""
        with contextlib.suppress(BlockingIOError):
            while self._pulse is not None and os.read(self._pulse, 1 << 16):
                self._heard = time.monotonic()
        return 0.0 if self._heard is None else time.monotonic() - self._heard

    def terminate(self) -> None:
        """Send SIGTERM, once, to the process itself; it ends its own processes."""
        if not self._terminated:
            self._terminated = True
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to it and all its processes, and reap it."""
        if self._process.returncode is None:
            self._kill_group()
            self._process.wait()
            self.pass_on()
            self._close()

    def pass_on(self) -> None:
        """Write its new output to stderr, by whole lines."""
        if self.output is None:
            return
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self.output.fileno(), 1 << 16):
                *lines, self._rest = (self._rest + piece).split(b"\n")
                for line in lines:
                    self._write(line)
            self.output.close()
        sys.stderr.flush()

    def _write(self, line: bytes) -> None:
        if self._details is not None:
            self._details.write(line + b"\n")
            self._details.flush()
            begins = _RECORD.match(line)
            self._loud = self._loud if begins is None else begins[1][:1] in b"WEC"
            if not self._loud:
                return
        sys.stderr.write(f"{self.command.name:<6} | {line.decode(errors='replace')}\n")

    def _start(self) -> subprocess.Popen[bytes]:
        with contextlib.ExitStack() as stack:
            target = subprocess.PIPE if self._pipe else stack.enter_context(self._sink())
            pulse = self._open_pulse(stack) if self.command.watched else ()
            stack.enter_context(held_back())
            process = subprocess.Popen(
                self.command.argv,
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                env=os.environ | self.command.environ | ({PULSE: str(pulse[0])} if pulse else {}),
                pass_fds=pulse,
                umask=self.command.umask,
                start_new_session=True,
                preexec_fn=_before_exec(os.getpid()),  # noqa: PLW1509 - it makes three system calls
            )
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
        return process

    def _open_pulse(self, stack: contextlib.ExitStack) -> tuple[int]:
        self._pulse, theirs = os.pipe()
        os.set_blocking(self._pulse, False)
        stack.callback(os.close, theirs)
        return (theirs,)

    def _close(self) -> None:
        if self._details is not None:
            self._details.close()
        if self._pulse is not None:
            os.close(self._pulse)
            self._pulse = None

    def _sink(self) -> IO[bytes]:
        log = self.command.log
        return os.fdopen(os.dup(2), "wb") if log is None else _opened(log)

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _opened(log: Path) -> IO[bytes]:
    try:
        own_folder(log.parent)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_name(f"{log.name}.1"))
        return private_file(log, "ab")
    except OSError as error:
        raise ConfigError(
            f"The log {log} cannot be written: {error.strerror}. Set SLUICE_HOME to a folder you may write."
        ) from error


def _before_exec(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        let_through()
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # the parent was killed before prctl
                os._exit(1)

    return prepare
