"""A connection for statements that must not be in a transaction, as those that make and drop databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2


@contextmanager
def autocommit(url: str) -> Iterator[Any]:
    """A cursor of which each statement is committed by itself. Errors are those of psycopg2."""
    with closing(psycopg2.connect(url, connect_timeout=10)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
