"""The PostgreSQL and the Redis that all cases share, as children of the benchmark: they end when it ends.

The embedded servers' own programs, accounts and start, without a keeper. PostgreSQL is set as a server for this work
would be: the embedded default is for a laptop (256 MB of buffers) and writes the least log a lone server may.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import redis
import typer

from sluice.embedded.endpoints import HOST
from sluice.embedded.folder import lock
from sluice.embedded.postgres import Postgres
from sluice.embedded.redis import Redis
from sluice.embedded.server import Server, StartError
from sluice.engine.database.autocommit import autocommit
from sluice.errors import ConfigError, SluiceError
from sluice.pipelines import EXAMPLES
from sluice.workers.supervisor import stop_signals

DATABASE = "bench"
_SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "min_wal_size": "4GB",  # the log's files are used again, not created in the measured time
    "wal_level": "replica",  # what a server with a backup or a replica has
    "max_wal_senders": "10",
    "checkpoint_timeout": "1h",  # we say when
    "autovacuum": "off",  # once a minute it would meet one case and not another
}


class _Postgres(Postgres):
    """The embedded server with the benchmark's settings: of two equal ones PostgreSQL takes the last."""

    def command(self) -> list[str | Path]:
        flags = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return [*super().command(), *flags]


class BenchServers:
    """Both servers with a database `bench`, empty after each `fresh`. All is removed at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._folder.chmod(0o711)  # PostgreSQL may be another user
        self._postgres = _Postgres.open(self._folder, print)
        self._redis = Redis.open(self._folder, print)
        try:
            _up(self._postgres)
            _up(self._redis)
            self.fresh()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def pids(self) -> tuple[int, int]:
        """The processes of PostgreSQL (its first one) and of Redis."""
        return self._postgres.pid, self._redis.pid

    @property
    def database_url(self) -> str:
        return urlunsplit(urlsplit(self._postgres.url)._replace(path=f"/{DATABASE}"))

    @property
    def redis_url(self) -> str:
        return self._redis.url

    @property
    def psql(self) -> str:
        """The psql in the server's folder, else that of the PATH."""
        own = self._postgres.program.path.with_name("psql")
        return str(own) if own.exists() else "psql"

    @property
    def psql_environ(self) -> dict[str, str]:
        """How psql finds the database, with the password: not on a command line, which everybody can read."""
        where = urlsplit(self.database_url)
        return os.environ | {
            "PGHOST": HOST,
            "PGPORT": str(where.port),
            "PGUSER": where.username or "",
            "PGPASSWORD": where.password or "",
            "PGDATABASE": DATABASE,
        }

    def fresh(self) -> None:
        """An empty database and an empty Redis: no case finds data of another."""
        with autocommit(self._postgres.url) as cursor:
            cursor.execute(f"drop database if exists {DATABASE} with (force)")
            cursor.execute(f"create database {DATABASE}")
        self._redis.stop()  # its peak of memory starts again with it
        _up(self._redis)

    def settle(self) -> None:
        """Write a checkpoint, so that no case pays for another."""
        with autocommit(self._postgres.url) as cursor:
            cursor.execute("checkpoint")

    def wal_bytes(self) -> int:
        """How much has been written into the write-ahead log since the server was made."""
        with autocommit(self._postgres.url) as cursor:
            cursor.execute("select pg_current_wal_lsn() - '0/0'::pg_lsn")
            return int(cursor.fetchone()[0])

    def redis_peak_mib(self) -> float:
        """Redis' peak of memory since `fresh`."""
        memory: Any = redis.Redis.from_url(self.redis_url).info("memory")
        return float(memory["used_memory_peak"]) / (1 << 20)

    def versions(self) -> dict[str, str]:
        """The versions of both servers."""
        with autocommit(self._postgres.url) as cursor:
            cursor.execute("show server_version")
            postgres = str(cursor.fetchone()[0]).split()[0]
        server: Any = redis.Redis.from_url(self.redis_url).info("server")
        name = self._redis.program.label.lower()
        return {"postgres": postgres, name: server.get("valkey_version", server["redis_version"])}

    def _stop(self) -> None:
        self._redis.stop()
        self._postgres.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def begun(work: Path, part_bytes: int | None = None) -> Iterator[BenchServers]:
    """A command's servers in its folder, and an environment that names them; it ends with an exit code, not a trace."""
    with stop_signals():
        try:
            _claim(work)
            with BenchServers(work / "servers") as servers:
                _set_environment(servers, work / "home", part_bytes)
                yield servers
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except SluiceError as error:
            print(f"error: {error}")
            raise typer.Exit(1) from error


def _claim(work: Path) -> None:
    """One benchmark in a folder: the next would remove the servers of this one. Freed when this process ends."""
    work.mkdir(parents=True, exist_ok=True)
    if lock(work / "lock", fcntl.LOCK_EX) is None:
        raise ConfigError(f"Another benchmark runs in {work}. Wait for it: two at once measure each other.")


def _set_environment(servers: BenchServers, home: Path, part_bytes: int | None) -> None:
    """Sluice as it comes, for this process and its workers, with these servers."""
    for name in [name for name in os.environ if name.startswith("SLUICE_")]:
        del os.environ[name]
    home.mkdir(exist_ok=True)
    os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "SLUICE_HOME": str(home)}
    folder = Path(__file__).parents[1] / "pipelines"
    os.environ["SLUICE_PIPELINES"] = os.pathsep.join([str(folder), *EXAMPLES])
    if part_bytes is not None:
        os.environ["SLUICE_PART_BYTES"] = str(part_bytes)


def _up(server: Server) -> None:
    server.start()
    while not server.look():
        if not server.running():
            raise StartError(f"{server.program.label} ended as soon as it started:\n{server.log_tail()}")
        time.sleep(0.01)
