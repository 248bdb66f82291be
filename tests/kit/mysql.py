"""A MariaDB or MySQL for the tests: a server of PATH in a temporary folder, or none."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql

_LIMIT_S = 60


class MySql:
    """A database of it, by the URL of SQLAlchemy."""

    def __init__(self, url: str, **connect: Any) -> None:
        self.url = url
        self._connect = connect

    def sql(self, *statements: str) -> None:
        connection = pymysql.connect(**self._connect, autocommit=True, charset="utf8mb4")
        try:
            with connection.cursor() as cursor:
                for each in statements:
                    cursor.execute(each)
        finally:
            connection.close()


def missing() -> str | None:
    """Why there is none; None if there is."""
    if shutil.which("mariadbd") and shutil.which("mariadb-install-db"):
        return None
    return "there is no mariadbd on PATH: apt install mariadb-server"


@contextmanager
def running(folder: Path) -> Iterator[MySql]:
    """A server with a database shop, reached by a socket; stopped at the end."""
    data, socket = folder / "data", folder / "socket"
    account = [f"--user={getpass.getuser()}"]
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    subprocess.run([*install, *account], check=True, capture_output=True)
    server = subprocess.Popen(
        ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", *account,
         "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--default-time-zone=+09:00",
         f"--pid-file={folder / 'pid'}", "--sql-mode="],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(server, folder / "pid")
        shop = {"unix_socket": str(socket), "user": "root"}
        MySql("", **shop).sql("create database shop character set utf8mb4")
        yield MySql(f"mysql+pymysql://root@localhost/shop?unix_socket={socket}", **shop, database="shop")
    finally:
        server.terminate()
        server.wait(_LIMIT_S)


def _wait(server: subprocess.Popen[bytes], ready: Path) -> None:
    """Wait until it takes connections: it writes its process id then."""
    until = time.monotonic() + _LIMIT_S
    while not ready.exists():
        if time.monotonic() > until or server.poll() is not None:
            raise RuntimeError("MariaDB did not start.")
        time.sleep(0.05)
