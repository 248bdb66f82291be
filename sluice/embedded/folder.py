"""The files under `<home>/servers` by which keeper and clients communicate.

clients.lock      locked shared by every client; it can be locked exclusively only when no client is left
keeper.lock       locked exclusively by the one keeper of this home while it runs
want.<name>       a client requests a server, with its settings; removed when the keeper has an answer
state.json        the keeper's answers: what is ready (URLs with passwords: mode 0600) and what failed
state.old.json    the answers of a keeper that was killed, until the next one has ended its servers
endpoints.json    ports and passwords, kept between starts (mode 0600)
keeper.log, postgres/, redis/

Locks are flock(2): they belong to the open file, so forked children have them too, and the kernel drops them when the
last process with the file ends, for whatever reason.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sluice.errors import ConfigError
from sluice.private import private_folder

NAMES = ("redis", "database")
SETTINGS = ("PATH", "SLUICE_EMBEDDED_BINARIES", "SLUICE_REDIS_MAXMEMORY")


@dataclass
class State:
    """The keeper's answers, for every client to read: URLs and reasons by the server's name."""

    keeper: int
    doing: str = ""
    ready: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    children: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Folder:
    """`<home>/servers` and the files in it. `path` is absolute."""

    path: Path

    @classmethod
    def of(cls, home: Path) -> Folder:
        return cls(home.absolute() / "servers")

    @property
    def clients_lock(self) -> Path:
        return self.path / "clients.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.path / "keeper.lock"

    @property
    def log(self) -> Path:
        return self.path / "keeper.log"

    def create(self) -> None:
        """Create the folder. Other users may enter but not list it: PostgreSQL may run as another user."""
        try:
            private_folder(self.path, 0o711)
            if self.path.stat().st_uid == os.geteuid():
                self.path.chmod(0o711)
        except OSError as error:
            raise ConfigError(
                f"Cannot keep a database under {self.path}: {error.strerror}. Set SLUICE_HOME to a folder "
                "you may write, or set DATABASE_URL and REDIS_URL."
            ) from error

    def keeper_lives(self) -> bool:
        """Whether a keeper has its lock. If not, its answers are moved aside.

        So the answers of a running keeper are always its own: every start of one comes after this.
        """
        if not self.keeper_lock.exists():
            return False
        probe = lock(self.keeper_lock, fcntl.LOCK_SH)
        if probe is None:
            return True
        # With this lock no keeper can run: the one that wrote the answers is dead.
        with suppress(FileNotFoundError):
            self._state.rename(self._old_state)
        # Unlock, not only close: a fork in another thread may have copied the descriptor meanwhile.
        fcntl.flock(probe, fcntl.LOCK_UN)
        os.close(probe)
        return False

    def state(self) -> State | None:
        """The answers of the running keeper; None if there are none yet."""
        return _read(self._state)

    def old_children(self) -> list[int]:
        """Process ids of the servers of a keeper that was killed."""
        old = _read(self._old_state)
        return list(old.children.values()) if old else []

    def write_state(self, state: State) -> None:
        write_secret(self._state, json.dumps(asdict(state)))

    def forget_state(self) -> None:
        self._state.unlink(missing_ok=True)
        self._old_state.unlink(missing_ok=True)

    @property
    def _state(self) -> Path:
        return self.path / "state.json"

    @property
    def _old_state(self) -> Path:
        return self.path / "state.old.json"

    def request(self, name: str) -> None:
        """Request a server, with this process's settings: the keeper may have those of another process."""
        settings = {key: os.environ[key] for key in SETTINGS if key in os.environ}
        write_secret(self._want(name), json.dumps(settings))

    def requested(self, name: str) -> dict[str, str] | None:
        """The settings that came with a request; None if there is none."""
        try:
            return dict(json.loads(self._want(name).read_text()))
        except FileNotFoundError:
            return None

    def remove_request(self, name: str) -> None:
        self._want(name).unlink(missing_ok=True)

    def _want(self, name: str) -> Path:
        return self.path / f"want.{name}"


def lock(path: Path, kind: int) -> int | None:
    """Take a lock (`fcntl.LOCK_SH` or `LOCK_EX`) without waiting.

    Returns the locked descriptor, or None if another process has the lock or replaced the file.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise _foreign(path.parent) from error
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if not is_same_file(path, descriptor):
        os.close(descriptor)
        return None
    return descriptor


def is_same_file(path: Path, descriptor: int) -> bool:
    """Whether `path` is still the open file `descriptor`: the folder may have been removed, or all descriptors closed,
    as daemons do."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def write_secret(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(text)
    fresh.replace(path)


def _read(path: Path) -> State | None:
    try:
        return State(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise _foreign(path.parent) from error


def _foreign(path: Path) -> ConfigError:
    return ConfigError(
        f"The servers under {path} belong to another user. Run as that user, or set SLUICE_HOME to a folder "
        "of your own."
    )
