"""Using the servers of a home: the client's side of the keeper, whose life cycle is described in `keeper`.

The shared lock is a descriptor that stays open while the process runs, and that forked children and exec'ed programs
inherit: the servers run as long as one of them does.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sluice.embedded.folder import Folder, State, is_same_file, lock
from sluice.errors import ConfigError
from sluice.private import private_file
from sluice.search_path import child_environ, python

PATIENCE_S = 60.0
_KEEPERS_TRIED = 3

_locks: dict[Path, int] = {}
_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Servers:
    """URLs with passwords: never print them. A server that was not requested has an empty URL."""

    database_url: str
    redis_url: str

    def __repr__(self) -> str:
        return "Servers(...)"


def attach(
    home: Path, *, database: bool = True, redis: bool = True, announce: Callable[[str], None] | None = None
) -> Servers:
    """Start the servers of `home` that are not running, and keep them until this process ends.

    Calling it again is cheap, and restarts the servers, with the same URLs, if their keeper was killed. `announce` is
    called with short sentences about slow operations. Raises ConfigError with what to do about it.
    """
    wanted = [name for name, needed in (("database", database), ("redis", redis)) if needed]
    folder = Folder.of(home)
    with _one_at_a_time:
        holding = folder.path in _locks
        try:
            _hold(folder)
            state = _Startup(folder, wanted, announce or _silent).wait()
        except BaseException as error:
            if not holding:
                detach(home)
            if isinstance(error, (OSError, subprocess.SubprocessError)):
                raise ConfigError(f"Cannot start servers under {folder.path}: {error}.") from error
            raise
    return _servers(state, wanted)


def running_servers(home: Path) -> Servers | None:
    """The servers of `home` if they run, without starting or keeping them."""
    folder = Folder.of(home)
    state = folder.state() if folder.keeper_lives() else None
    if state is None or not state.ready:
        return None
    return _servers(state, list(state.ready))


def detach(home: Path) -> None:
    """Release the servers of `home`; they stop if no other process uses them. Forked children still do."""
    with _one_at_a_time:
        folder = Folder.of(home)
        descriptor = _locks.pop(folder.path, None)
        if descriptor is not None and is_same_file(folder.clients_lock, descriptor):
            # Only close: unlocking would also take the lock from forked children, who share the descriptor.
            os.close(descriptor)


class _Patience:
    """A time limit that restarts with each progress."""

    def __init__(self) -> None:
        self._until = time.monotonic() + PATIENCE_S

    def exhausted(self) -> bool:
        return time.monotonic() > self._until


class _Startup:
    """One wait for the servers: requests them, starts a keeper if there is none, reports its progress."""

    def __init__(self, folder: Folder, wanted: list[str], announce: Callable[[str], None]) -> None:
        self.folder = folder
        self.wanted = wanted
        self.announce = announce
        self.requested: set[str] = set()
        self.keepers = 0
        self.doing = ""
        self.patience = _Patience()

    def wait(self) -> State:
        while True:
            alive = self.folder.keeper_lives()
            state = self.folder.state() if alive else None
            if state is not None and all(name in state.ready for name in self.wanted):
                return state
            self.request_missing(state)
            if not alive:
                self.start_keeper()
            elif state is not None and state.doing != self.doing:
                self.doing = state.doing
                self.announce(self.doing)
                self.patience = _Patience()
            if self.patience.exhausted():
                raise self.failure("did not come up in time")
            time.sleep(0.02)

    def request_missing(self, state: State | None) -> None:
        """Write requests for missing servers. The keeper removes a request once it has the answer."""
        for name in self.wanted:
            if (state is not None and name in state.ready) or self.folder.requested(name) is not None:
                continue
            # The answer is written before the request is removed: read it after the request is gone.
            answer = self.folder.state() if name in self.requested else None
            if answer is not None and name in answer.failed:
                raise ConfigError(answer.failed[name])
            self.requested.add(name)
            self.folder.request(name)

    def start_keeper(self) -> None:
        if self.keepers == _KEEPERS_TRIED:
            raise self.failure("ended before they were up")
        self.keepers += 1
        _start_keeper(self.folder)

    def failure(self, what: str) -> ConfigError:
        lines = self.folder.log.read_text(errors="replace").splitlines() if self.folder.log.exists() else []
        tail = "\n".join(lines[-15:])
        return ConfigError(
            f"The embedded servers of {self.folder.path} {what}. Set DATABASE_URL and REDIS_URL to use "
            f"servers of your own. The end of {self.folder.log}:\n{tail}"
        )


def _hold(folder: Folder) -> None:
    """Take the shared lock, waiting while a keeper is stopping the servers."""
    descriptor = _locks.get(folder.path)
    if descriptor is not None and is_same_file(folder.clients_lock, descriptor):
        return
    patience = _Patience()
    while True:
        folder.create()
        fresh = lock(folder.clients_lock, fcntl.LOCK_SH)
        if fresh is not None:
            break
        if patience.exhausted():
            raise ConfigError(
                f"The servers of {folder.path} have been stopping for {PATIENCE_S:.0f} s. See {folder.log}."
            )
        time.sleep(0.02)
    os.set_inheritable(fresh, True)
    _locks[folder.path] = fresh


def _start_keeper(folder: Folder) -> None:
    """Start a keeper and wait until it has forked: so it is not a child of this process, which need not reap it."""
    with private_file(folder.log, "ab") as log:
        subprocess.run(
            python("sluice.embedded.keeper", str(folder.path.parent)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=os.environ | child_environ(),
            start_new_session=True,
            timeout=PATIENCE_S,
            check=False,
        )


def _servers(state: State, names: list[str]) -> Servers:
    urls = {name: state.ready[name] for name in names}
    return Servers(database_url=urls.get("database", ""), redis_url=urls.get("redis", ""))


def _silent(_sentence: str) -> None:
    """Say nothing."""


def _fresh_lock() -> None:
    """In a forked child: the thread that had the lock does not exist to release it."""
    global _one_at_a_time
    _one_at_a_time = threading.RLock()


os.register_at_fork(after_in_child=_fresh_lock)
