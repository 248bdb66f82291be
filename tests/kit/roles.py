"""Another role of PostgreSQL, as which a test goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.kit.in_process import InProcess
from tests.kit.stack import _autocommit


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
    with _autocommit(database_url) as cursor:
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
    with _autocommit(database_url) as cursor:
        cursor.execute(f"drop owned by {role}")
        cursor.execute(f"drop role {role}")
