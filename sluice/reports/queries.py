"""The queries of a report: statements by name, run in one snapshot of the database; rows are dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import mappings

query = statements(__name__)

Row = dict[str, Any]


class Queries:
    """Statements by name (`query = statements(__name__)`). `about` are the parameters that each of them gets."""

    def __init__(self, cursor: Cursor, statement: Callable[[str], str], about: Row) -> None:
        self._cursor = cursor
        self._statement = statement
        self.about = about

    def of(self, statement: Callable[[str], str]) -> Queries:
        """The same parameters with the statements of another module."""
        return Queries(self._cursor, statement, self.about)

    def rows(self, name: str, **more: Any) -> list[Row]:
        """The rows of `name`.sql."""
        self._cursor.execute(self._statement(name), self.about | more)
        return mappings(self._cursor)

    def row(self, name: str, **more: Any) -> Row:
        """The one row of `name`.sql."""
        (only,) = self.rows(name, **more)
        return only


@contextmanager
def in_one_snapshot(statement: Callable[[str], str], **about: Any) -> Iterator[Queries]:
    """Queries that all see the database as it is now, however long they take. Raises DatabaseAway."""
    with transaction() as cursor:
        cursor.execute(query("snapshot"))
        yield Queries(cursor, statement, about)


def with_examples(groups: list[Row], examples: list[Row], by: tuple[str, ...]) -> list[Row]:
    """Groups, each with its `examples`. Both are sorted by what they are grouped by."""
    key = itemgetter(*by)
    found = {of: list(some) for of, some in groupby(examples, key)}
    return [group | {"examples": found.get(key(group), [])} for group in groups]
