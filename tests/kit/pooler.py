"""PgBouncer between Sluice and PostgreSQL, as operating systems ship it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.kit.ports import free_port
from tests.kit.stack import until

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
NOBODY = 65534


def need_pgbouncer() -> str:
    """The program; skips the test where there is none, but in CI, which installs it."""
    if PROGRAM is None:
        if os.environ.get("CI"):
            pytest.fail("CI installs pgbouncer (see .ci/run), and there is none.")
        pytest.skip("no pgbouncer here: it is a package of most operating systems")
    return PROGRAM


@contextmanager
def pgbouncer(url: str, folder: Path, *, mode: str = "transaction", **settings: str) -> Iterator[str]:
    """A PgBouncer of its own before the server of `url`; gives the URL that leads through it.

    Two connections to the server, so that transactions of one client do change theirs.
    """
    program, parts, port = need_pgbouncer(), urlsplit(url), free_port()
    folder.mkdir(parents=True)
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.getuid() and not each.stat().st_mode & 0o001:
            each.chmod(each.stat().st_mode | 0o711)  # it runs as another account where this one is root
    (folder / "users").write_text(f'"{parts.username}" "{parts.password}"\n', encoding="utf-8")
    wanted = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "plain",
        "auth_file": str(folder / "users"),
        "pool_mode": mode,
        "default_pool_size": "6",
        "server_round_robin": "1",
    } | settings
    lines = ["[databases]", f"* = host={parts.hostname} port={parts.port}", "[pgbouncer]"]
    config = folder / "pgbouncer.ini"
    config.write_text("\n".join([*lines, *(f"{k} = {v}" for k, v in wanted.items())]) + "\n", encoding="utf-8")
    as_whom = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, str(config)],
            stdout=log,
            stderr=log,
            start_new_session=True,
            **as_whom,  # type: ignore[call-overload]
        )
    through = urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}"))
    try:
        until(lambda: process.poll() is not None or _listens(port), 20, "PgBouncer")
        assert process.poll() is None, (folder / "log").read_text()
        yield through
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def server_of(url: str) -> int:
    """The server process that a new connection got."""
    connection = psycopg2.connect(url)
    try:
        return int(connection.info.backend_pid)
    finally:
        connection.close()
