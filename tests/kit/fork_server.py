"""A process that has imported the libraries, and forks the `python -m ...` that tests ask for: a second of CPU each.

Of Sluice it imports the engine alone, which looks at its environment when it works (and failpoints are told anew); the
app, the tasks and the commands are imported after the fork, with the environment and the folder of the process. It is
started by `forked.py` with the file descriptor of a socket, and ends with it, and with it whatever is left of what it
started: nothing outlives a session of tests that was killed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import random
import runpy
import select
import signal
import socket
import sys
from dataclasses import dataclass, field

from sluice.engine.base import failpoint

LIBRARIES = (
    "celery.apps.worker", "celery.bin.celery", "celery.concurrency.prefork", "celery.worker.components", "httpx",
    "kombu.transport.redis", "pandas", "phonenumbers", "psycopg2.extras", "psycopg2.sql", "pyarrow.compute",
    "pyarrow.csv", "pyarrow.parquet", "pydantic_settings", "rich.progress", "rich.table", "typer",
)  # fmt: skip
ENGINE = tuple(
    f"sluice.engine.{name}"
    for name in (
        "derive", "doctor", "export", "ledger.readiness", "ledger.runs", "schedule", "sources.inputs", "steps.build",
        "steps.dispatch", "steps.part.extract", "steps.part.load", "steps.part.park", "steps.part.transform",
        "steps.plan.plan", "steps.removal.withdraw", "steps.settle", "tables.migrate",
    )
)  # fmt: skip
LONGEST = 1 << 20  # bytes of a request


@dataclass
class Job:
    """What to run: a module, its arguments, and where. `files` are its standard input, output and error."""

    module: str
    words: list[str]
    env: dict[str, str]
    cwd: str
    files: list[int]


@dataclass
class ForkServer:
    """The server's side: pidfds of what runs, by process id."""

    line: socket.socket
    running: dict[int, int] = field(default_factory=dict)

    def next_job(self) -> Job | None:
        """In a forked child: what it shall do. In the server: None, once nobody asks any more."""
        while True:
            ready, _, _ = select.select([self.line, *self.running], [], [])
            for each in set(ready) - {self.line}:
                self.report(each)
            if self.line in ready:
                text, files, _, _ = socket.recv_fds(self.line, LONGEST, 3)
                if not text:
                    return None
                if self.fork():
                    for each in files:
                        os.close(each)
                else:
                    return Job(**json.loads(text), files=files)

    def fork(self) -> bool:
        """Fork, and say the child's process id as soon as it leads a session of its own. Whether this is the server."""
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.setsid()
            os.close(reading)
            os.close(writing)
            return False
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        self.running[os.pidfd_open(pid)] = pid
        self.line.send(json.dumps({"pid": pid}).encode())
        return True

    def report(self, pidfd: int) -> None:
        """Say how a process ended."""
        pid = self.running.pop(pidfd)
        os.close(pidfd)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with contextlib.suppress(OSError):  # nobody waits for it any more
            self.line.send(json.dumps({"pid": pid, "ended": status}).encode())

    def end(self) -> None:
        """Kill what is left."""
        for pid in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def become(job: Job) -> None:
    """Be the process that was asked for, as if Python had just been started for it."""
    for number, file in enumerate(job.files):
        os.dup2(file, number)
    os.closerange(3, max(job.files) + 1)
    sys.stdin, sys.stdout = open(0, closefd=False), _written(1, "strict")  # noqa: SIM115
    sys.stderr = _written(2, "backslashreplace")
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    os.chdir(job.cwd)
    os.environ.clear()
    os.environ.update(job.env)
    random.seed()
    failpoint._points = failpoint._parse()
    folders = [each for each in job.env.get("PYTHONPATH", "").split(os.pathsep) if each]
    sys.path[:0] = [job.cwd, *folders]
    sys.argv = ["-m", *job.words]
    gc.unfreeze()
    gc.enable()


def _written(number: int, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.FileIO(number, "w", closefd=False), "utf-8", errors, line_buffering=True)


def main() -> Job | None:
    """Serve. Returns only in what was forked, with what is to be run; the server ends here."""
    for each in (*LIBRARIES, *ENGINE):
        importlib.import_module(each)
    gc.collect()
    gc.disable()
    gc.freeze()
    server = ForkServer(socket.socket(fileno=int(sys.argv[1])))
    job = server.next_job()
    if job is None:
        server.end()
        return None
    server.line.detach()
    for pidfd in server.running:
        os.close(pidfd)
    become(job)
    return job


if __name__ == "__main__":
    asked = main()
    if asked is not None:
        runpy.run_module(asked.module, run_name="__main__", alter_sys=True)
