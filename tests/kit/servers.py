"""The servers of a test session, and databases on them."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sluice.embedded import Servers, attach, clients, detach
from sluice.embedded.folder import Folder
from sluice.engine.tables.migrate import migrate
from tests.kit.in_process import InProcess
from tests.kit.stack import own_database, until

_KEEPER = Path(__file__).with_name("quick_keeper.py")
_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of its own in it
_ROOM = 4 << 30  # bytes: the servers of one process of tests have about 100 MB


@contextmanager
def running_servers(prefix: str, *, durable: bool = False) -> Iterator[tuple[Path, Servers]]:
    """PostgreSQL and Redis in a new folder, which is given with their URLs; ended and removed afterwards.

    Those that are `durable` wait for the disk, as those of users do.
    """
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=None if durable else _in_memory()))
    home.chmod(0o755)
    try:
        with pytest.MonkeyPatch.context() as patch:
            if not durable:
                patch.setattr(clients, "python", lambda _, *words: [sys.executable, "-P", str(_KEEPER), *words])
            servers = attach(home)
        yield home, servers
    finally:
        end_servers(home)
        shutil.rmtree(home, ignore_errors=True)


def end_servers(home: Path) -> None:
    """Release the servers of `home`, and wait until they have ended: their answers are removed before that."""
    detach(home)
    until(lambda: not Folder.of(home).keeper_lives(), 60, "the end of the servers")


def _in_memory() -> Path | None:
    """Where a database is made twice as fast as on a disk, if there is room: hundreds are made, of 300 files each."""
    there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if there else None


@contextmanager
def ledger_only(servers: Servers, name: str) -> Iterator[str]:
    """A database of that name in which the ledger is, and no pipeline's table, for others to be made from."""
    with own_database(servers.database_url, name) as url:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            patch.setenv("REDIS_URL", servers.redis_url)
            InProcess.forget()
            migrate([])
            InProcess.forget()  # a database that somebody is connected to cannot be copied
        yield name
