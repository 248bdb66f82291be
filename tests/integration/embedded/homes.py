"""A home for embedded servers, the clients of it, and the certainty that nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from sluice.embedded.folder import Folder

ROOT = Path(__file__).resolve().parents[3]
CLIENT = Path(__file__).with_name("client.py")


def until(condition: Callable[[], object], limit_s: float = 90.0) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(0.02)


def processes_of(home: Path) -> dict[int, str]:
    """Every other process that names a home on its command line or works in it."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = str((entry / "cwd").readlink())
            if str(home) in words or where.startswith(str(home)):
                found[int(entry.name)] = words
    return found


def open_port(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


@dataclass
class Client:
    """A process of `client.py`, attached. `urls` are its database's and its Redis's."""

    process: subprocess.Popen[str]
    urls: tuple[str, str] = ("", "")

    def join(self) -> Client:
        """Wait until it is attached."""
        database, cache = self.answer()
        self.urls = (database, cache)
        return self

    def order(self, word: str) -> list[str]:
        self.give(word)
        return self.answer()

    def give(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def answer(self) -> list[str]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            pytest.fail(f"the client ended: {self.process.stderr.read()}")
        return list(json.loads(line))

    def leave(self, how: signal.Signals | str = "end of input") -> int:
        """End it by a signal, by an order, or by the end of its input. Returns its exit code."""
        if isinstance(how, signal.Signals):
            self.process.send_signal(how)
        elif how == "raise":
            self.give("raise")
        self.process.communicate(timeout=240)
        return self.process.returncode


@dataclass
class Home:
    """A home for servers, and the clients of it."""

    path: Path
    user: str | None = None
    python: str = sys.executable
    environment: dict[str, str] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)

    def start(self, wanted: str = "dr") -> Client:
        """Start a client without waiting. `wanted`: d for the database, r for Redis."""
        switch = {} if self.user is None else {"user": self.user, "group": "nogroup", "extra_groups": []}
        process = subprocess.Popen(
            [self.python, str(CLIENT), str(self.path), wanted],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | self.environment,
            **switch,  # type: ignore[call-overload]
        )
        self.clients.append(Client(process))
        return self.clients[-1]

    def client(self, wanted: str = "dr") -> Client:
        return self.start(wanted).join()

    @property
    def state(self) -> dict[str, object]:
        return dict(json.loads((self.path / "servers" / "state.json").read_text()))

    def pid_of(self, name: str) -> int:
        """The process id of the keeper, the database or redis."""
        state = self.state
        if name == "keeper":
            return int(str(state["keeper"]))
        return int(state["children"][name])  # type: ignore[index]

    def signal(self, name: str, how: signal.Signals) -> int:
        """Send a signal to the keeper, the database or redis. Returns the process id it had."""
        pid = self.pid_of(name)
        os.kill(pid, how)
        return pid

    def kill_keeper(self) -> None:
        """Kill -9, and wait until the kernel took its locks: that is a moment later."""
        self.signal("keeper", signal.SIGKILL)
        until(lambda: not Folder.of(self.path).keeper_lives())

    def gone(self) -> None:
        """Wait until nothing of it runs."""
        until(lambda: not processes_of(self.path))
        assert not (self.path / "servers" / "state.json").exists()

    def clear(self) -> None:
        """End its clients and whatever a failed test left."""
        for client in self.clients:
            client.process.kill()
            client.process.communicate(timeout=240)
        deadline = time.monotonic() + 90
        while (left := processes_of(self.path)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert not left, left


def ask(url: str, sql: str) -> list[tuple[object, ...]]:
    """Run one statement in a transaction of its own; the rows, if it gives any."""
    with closing(psycopg2.connect(url, connect_timeout=10)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def cache(url: str) -> redis.Redis:
    """A Redis client. Close it."""
    return redis.Redis.from_url(url, socket_timeout=10, decode_responses=True)
