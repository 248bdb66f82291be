"""The place of the trials: a new folder with a PostgreSQL and a Redis of its own, and a database for each load."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis
from psycopg2 import sql

from sluice.embedded import Servers, attach, detach
from sluice.embedded.folder import Folder
from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.statements import statements
from sluice.errors import ConfigError, PermanentError

query = statements(__name__)
STOP_S, POLL_S = 90.0, 0.05
REDIS_S = 2.0
FIRST = "sluice"  # the database that embedded servers have by themselves


class Place:
    """A folder with running servers. `kept` says whether the folder stays when the place is left."""

    def __init__(self, home: Path, servers: Servers) -> None:
        self.home = home
        self.servers = servers
        self.kept = False
        self._shown = False

    def database(self, name: str) -> str:
        """Create a database. Returns its URL."""
        self._alone(FIRST, "create_database", name=name)
        return self._url(name)

    def show(self, name: str) -> None:
        """Make a database the one that `sluice status` opens in the kept folder, unless another is already."""
        if not self._shown:
            self._alone(name, "drop_database", name=FIRST)
            # one cannot be renamed from inside: `postgres` exists on every server
            self._alone("postgres", "rename_database", name=name, to=FIRST)
        self._shown = True

    def empty_redis(self) -> None:
        """Remove all keys."""
        with redis.Redis.from_url(
            self.servers.redis_url, socket_timeout=REDIS_S, socket_connect_timeout=REDIS_S
        ) as client:
            client.flushall()

    def pid(self, server: str) -> int | None:
        """The process of `database` or `redis`; None while it is not known."""
        state = Folder.of(self.home).state()
        return None if state is None else state.children.get(server)

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.servers.database_url)._replace(path=f"/{name}"))

    def _alone(self, inside: str, statement: str, **names: str) -> None:
        """Run a statement that cannot be in a transaction."""
        with autocommit(self._url(inside)) as cursor:
            identifiers = {name: sql.Identifier(value) for name, value in names.items()}
            cursor.execute(sql.SQL(query(statement)).format(**identifiers))


@contextmanager
def own_place() -> Iterator[Place]:
    """Servers in a new folder of the system's temporary folder; both are removed afterwards, unless it is `kept`.

    Raises ConfigError when the folder cannot be created, or the servers do not start.
    """
    try:
        home = Path(tempfile.mkdtemp(prefix="sluice-chaos-"))
    except OSError as error:
        raise ConfigError(
            f"A temporary folder cannot be created: {error}. Set TMPDIR to a folder that you may write."
        ) from error
    place = None
    try:
        home.chmod(0o711)  # PostgreSQL may run as another user, who must be able to enter
        place = Place(home, attach(home))
        yield place
    finally:
        with _signals_ignored():
            _stop_servers(home)
            if place is None or not place.kept:
                shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _signals_ignored() -> Iterator[None]:
    """Inside, a second Ctrl-C does not interrupt the removal of what was started."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)


def _stop_servers(home: Path) -> None:
    """Leave the servers, which then stop, and wait for that. Raises PermanentError when they do not."""
    folder = Folder.of(home)
    state = folder.state() if folder.keeper_lives() else None
    detach(home)
    until = time.monotonic() + STOP_S
    while folder.keeper_lives() or (state is not None and _runs(state.keeper)):
        if time.monotonic() > until:
            raise PermanentError(f"The servers in {home} do not stop: see {folder.log}.")
        time.sleep(POLL_S)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
