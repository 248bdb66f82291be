"""A temporary database, and loads into it."""

from __future__ import annotations

import atexit
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from psycopg2 import sql

from sluice.embedded import Servers, attach, detach
from sluice.engine.base.settings import settings
from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.connection import drop_connection, transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import LINEAGE, Pipeline
from sluice.engine.ledger.registration import register
from sluice.engine.ledger.runs import COUNTS, Run
from sluice.engine.rows.frames.cache import forget_frames
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.build import definition_of
from sluice.engine.tables.catalog import table_identifier
from sluice.engine.tables.migrate import migrate
from sluice.testing.steps import Steps, contract_of

query = statements(__name__)

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Reject:
    """A row that was refused: its file's address, the line (from 1), the column if one is to blame."""

    file: str
    line: int
    column: str | None
    code: str
    reason: str


@dataclass(frozen=True)
class Loaded:
    """The result of one `load`.

    `state` is `done` or `failed`. `books` has `read`, `loaded`, `updated`, `unchanged`, `duplicate` and `rejected`, in
    rows; the first is the sum of the others. `status` is what `sluice status RUN --json` prints.
    """

    state: str
    books: Mapping[str, int]
    rejects: list[Reject]
    status: Mapping[str, Any]


class Sandbox:
    """A database of its own; `sandbox()` makes one."""

    def load(
        self, pipeline: Pipeline, *paths: str | os.PathLike[str], reload: bool = False, as_of: date | None = None
    ) -> Loaded:
        """Load files, and whatever the pipeline fetches, to the end, derived tables included.

        Tables are made when they are not there. Loads of one sandbox see each other, as runs do. Raises ConfigError for
        a path without a file, PermanentError where the pipeline's own code raised something (its `__cause__`).
        """
        migrate([pipeline])
        taken = Steps(pipeline, _registered(pipeline, paths, reload=reload, as_of=as_of))
        taken.all()
        status = taken.run.status().json()
        with transaction() as cursor:
            cursor.execute(query("rejects"), {"run": taken.run.id})
            rejects = [Reject(*row) for row in cursor.fetchall()]
        return Loaded(status["state"], {name: status[name] for name in COUNTS}, rejects, status)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, ordered by all their columns, without `_input_id` and `_line`."""
        with transaction() as cursor:
            cursor.execute(sql.SQL("select t.* from {} t").format(table_identifier(table)))
            names = [column.name for column in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        kept = [{name: _plain(value) for name, value in row.items() if name not in LINEAGE} for row in found]
        return sorted(kept, key=lambda row: [(value is None, _ordered(value)) for value in row.values()])

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement of your own; tables of pipelines are in the schema public."""
        with transaction() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


def _plain(value: Any) -> Any:
    """A value as a test compares it: bytes are bytes."""
    return bytes(value) if isinstance(value, memoryview) else value


def _ordered(value: Any) -> Any:
    """What a value is ordered by: documents have no order of their own."""
    if value is None:
        return 0
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A new database inside the block. The settings of this process point to it meanwhile."""
    servers = _servers()
    name = f"sandbox_{os.getpid()}_{next(_numbers)}"
    home = Path(tempfile.mkdtemp(prefix="sluice-sandbox-"))
    with autocommit(servers.database_url) as cursor:
        cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    before = dict(os.environ)
    try:
        database = urlunsplit(urlsplit(servers.database_url)._replace(path=f"/{name}"))
        os.environ |= {"DATABASE_URL": database, "REDIS_URL": servers.redis_url, "SLUICE_HOME": str(home)}
        _forget()
        yield Sandbox()
    finally:
        os.environ.clear()
        os.environ |= before
        _forget()
        with autocommit(servers.database_url) as cursor:
            cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        shutil.rmtree(home, ignore_errors=True)


def _registered(
    pipeline: Pipeline, paths: tuple[str | os.PathLike[str], ...], *, reload: bool, as_of: date | None
) -> Run:
    inputs = inputs_of(pipeline, paths)
    pipeline.check_run(has_inputs=bool(inputs), as_of=as_of, allow_future=True)
    options: dict[str, object] = {"reload": True} if reload else {}
    options |= {"as_of": as_of.isoformat()} if as_of else {}
    options |= {"derived": definition_of(pipeline)} if pipeline.derived else {}
    versions = {flow.source.name: contract_of(pipeline, flow.source.name).version for flow in pipeline.flows}
    with transaction() as cursor:
        return register(cursor, pipeline.name, versions, inputs, options)


@cache
def _servers() -> Servers:
    home = Path(tempfile.mkdtemp(prefix="sluice-testing-"))
    home.chmod(0o755)  # PostgreSQL runs as another user where this process is root's
    servers = attach(home)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(detach, home)
    return servers


def _forget() -> None:
    """Forget cached settings and connections of this process."""
    settings.cache_clear()
    drop_connection()
    forget_frames()
