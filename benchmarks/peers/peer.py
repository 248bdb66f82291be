"""What every peer has in common: another way to load the same files, in a program and an environment of its own.

A peer is a folder: `client.py`, which speaks the protocol of `benchmarks.measure.clients`, and `requirements.lock`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from psycopg2 import sql

from benchmarks.cases.case import Case
from benchmarks.data.datasets import Dataset, WrongRows
from benchmarks.measure.clients import Client
from benchmarks.measure.meter import Cost, Meter
from benchmarks.measure.servers import BenchServers
from benchmarks.peers.environments import python_of
from sluice.engine.database.connection import transaction

HERE = Path(__file__).resolve().parent


class Peer(Case):
    """Its table is the dataset's, or one of its own where `own_table` names it: then only rows are counted."""

    datasets = frozenset({"calls_wide"})
    usual = False
    folder: ClassVar[str]
    own_table: ClassVar[tuple[str, ...]] = ()

    def __init__(self, environments: Path) -> None:
        self._environments = environments

    def prepare(self) -> None:
        self._python()

    def version(self) -> str | None:
        """The first package that it wants, as pinned."""
        wanted, pins = (HERE / self.folder / f"requirements.{kind}" for kind in ("in", "lock"))
        name = re.split(r"[\[<>=\s]", wanted.read_text(encoding="utf-8"), maxsplit=1)[0]
        found = re.search(rf"^{re.escape(name)}(?:\[\w+\])?==([^ ;]+)", pins.read_text(encoding="utf-8"), re.MULTILINE)
        return f"{name} {found[1]}" if found else None

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        with self.client(servers, dataset) as client:
            client.expect("ready")
            with Meter(servers, client.pid) as meter:
                client.send("go")
                client.expect("done")
            return meter.cost()

    @contextmanager
    def client(self, servers: BenchServers, dataset: Dataset) -> Iterator[Client]:
        """Its program, started."""
        command = [str(self._python()), str(HERE / self.folder / "client.py"), *self.words()]
        with Client([*command, *map(str, dataset.files)], self.environ(servers)) as client:
            yield client

    def words(self) -> list[str]:
        """Its arguments before the files."""
        return []

    def environ(self, servers: BenchServers) -> dict[str, str]:
        """Nothing of this process's Python and of Sluice: the program has its own."""
        mine = {k: v for k, v in os.environ.items() if not k.startswith(("SLUICE_", "PYTHON", "CELERY_"))}
        return mine | {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}

    def check(self, dataset: Dataset) -> None:
        if not self.own_table:
            super().check(dataset)
        elif (found := _count(self.own_table)) < dataset.read:
            raise WrongRows(f"{self.name}: its table holds {found:,} rows of {dataset.read:,}.")

    def _python(self) -> Path:
        return python_of(self._environments, HERE / self.folder / "requirements.lock")


def _count(table: tuple[str, ...]) -> int:
    with transaction() as cursor:
        cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(*table)))
        row: Any = cursor.fetchone()
        return int(row[0])
