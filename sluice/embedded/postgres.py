"""PostgreSQL: a data folder that is created once, and a server for it while it has clients."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg2

from sluice.embedded import child, unprivileged
from sluice.embedded.binaries import find_postgres
from sluice.embedded.endpoints import HOST, endpoint
from sluice.embedded.folder import write_secret
from sluice.embedded.server import Server, StartError

USER = DATABASE = "sluice"
_SETTINGS = {
    "listen_addresses": HOST,
    # No socket file: its path may be 107 bytes long, and a home may be deeper.
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    # One server and no replica: bulk loads into new tables need no log of every row.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
}


class Postgres(Server):
    """The database server. Its superuser is the user of its one database, `sluice`."""

    name = "database"
    death_signal = signal.SIGINT
    stop_sequence = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    @classmethod
    def open(cls, servers: Path, say: Callable[[str], None]) -> Postgres:
        """Find the programs, choose the account and create the data folder if there is none yet."""
        folder = servers / "postgres"
        program = find_postgres(folder / "data")
        account = unprivileged.choose(folder, program.path)
        server = cls(folder, program, account, endpoint(servers, cls.name))
        if not server.data.exists():
            say(f"creating a {program.label} database in {folder} (once)")
            server._create()
        say(f"starting {program.label}")
        return server

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.endpoint.password}@{HOST}:{self.endpoint.port}/{DATABASE}"

    def command(self) -> list[str | Path]:
        settings = _SETTINGS | {"port": str(self.endpoint.port), "shared_buffers": f"{_shared_buffers_mib()}MB"}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.program.path, "-D", self.data, *flags]

    def answers(self) -> bool:
        """As pg_ctl checks it: line 8 of postmaster.pid is `ready`, and line 1 is the process's id."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        if lines[:1] != [str(self.pid)] or len(lines) < 8 or not lines[7].startswith("ready"):
            return False
        if not self.served:
            self._ensure_database()
        return True

    def _create(self) -> None:
        fresh, password = self.folder / "data.new", self.folder / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        write_secret(password, self.endpoint.password)
        os.chown(password, self.account.uid, self.account.gid)
        initdb: list[str | Path] = [
            self.program.path.with_name("initdb"),
            "-D",
            fresh,
            "-U",
            USER,
            f"--pwfile={password}",
        ]
        flags = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
        try:
            made = child.run([*initdb, *flags], self.account, cwd=self.folder, timeout_s=300)
        except subprocess.TimeoutExpired as error:
            raise StartError(f"initdb did not finish a database in {self.folder} within 300 s.") from error
        finally:
            password.unlink()
        if made.returncode != 0:
            raise StartError(f"initdb could not create a database in {self.folder}:\n{made.stdout}")
        # Only a complete database gets this name; the next start deletes an incomplete one.
        fresh.rename(self.data)

    def _ensure_database(self) -> None:
        try:
            connection = psycopg2.connect(
                host=HOST,
                port=self.endpoint.port,
                user=USER,
                password=self.endpoint.password,
                dbname="postgres",
                connect_timeout=10,
            )
        except psycopg2.OperationalError as error:
            raise StartError(
                f"The database in {self.data} runs, but refuses the connection: {str(error).strip()}. Its "
                "password was in servers/endpoints.json; restore that file, or move the data away."
            ) from error
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()


def _shared_buffers_mib() -> int:
    """A sixteenth of the machine's memory, from 128 MiB to 1 GiB: lookups of single rows need it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(max(memory // 16 >> 20, 128), 1024)
