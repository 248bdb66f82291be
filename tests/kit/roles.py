"""Other roles of PostgreSQL: one as which a test goes on, and loaders whose rights lack something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest

from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.ledger import ledger_schema
from tests.kit.in_process import InProcess

_USAGE = "grant usage on schema {ledger} to {role}"
_ALL = "grant select, insert, update, delete on all tables in schema {ledger} to {role}"


@contextmanager
def acting_as_loader(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    statements: Iterable[str],
    *,
    limit: int = -1,
    first: Callable[[], object] | None = None,
) -> Iterator[str]:
    """Make a role, let `statements` say its rights ({role}, {owner}, {database}), and be it until the end.

    `first` is done by the owner, after that.
    """
    parts = urlsplit(database_url)
    database = parts.path.strip("/")
    role = f"loader_{database}"
    names = {"role": role, "owner": parts.username or "", "database": database}
    with autocommit(database_url) as cursor:
        cursor.execute(f"create role {role} login password 'made-up' connection limit {limit}")
        for statement in statements:
            cursor.execute(statement.format(**names))
    if first is not None:
        first()
    host = parts.netloc.rpartition("@")[2]
    monkeypatch.setenv("DATABASE_URL", urlunsplit(parts._replace(netloc=f"{role}:made-up@{host}")))
    InProcess.forget()
    yield role
    InProcess.forget()
    with autocommit(database_url) as cursor:
        cursor.execute(f"drop owned by {role}")
        cursor.execute(f"drop role {role}")


@contextmanager
def weakened_loader(database_url: str, *statements: str) -> Iterator[str]:
    """The URL of a role with the rights of a loader, changed by `statements`."""
    parts = urlsplit(database_url)
    name = f"weak_{parts.path.strip('/')}"
    with autocommit(database_url) as cursor:
        cursor.execute(f"create role {name} login password 'made-up'")
        for each in (_USAGE, _ALL, *statements):
            cursor.execute(each.format(role=name, database=parts.path.strip("/"), ledger=ledger_schema()))
    try:
        yield urlunsplit(parts._replace(netloc=f"{name}:made-up@{parts.netloc.rpartition('@')[2]}"))
    finally:
        with autocommit(database_url) as cursor:
            cursor.execute(f"drop owned by {name}")
            cursor.execute(f"drop role {name}")
