"""Refused elements of lists: they are loaded only with the list of their record."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, Nested
from sluice.engine.declare.tables.children import PLACES
from sluice.engine.tables.catalog import table_identifier
from sluice.errors import ConfigError

query = statements(__name__)


def records_gone(flow: Flow, number: int, lines: Sequence[int]) -> dict[int, ConfigError]:
    """Of these lines of an input, if it has lists, those whose record is not in its table any more; each with why it
    is left out."""
    if not isinstance(flow.source, Nested) or not lines:
        return {}
    parent = flow.source.parent.name
    with transaction() as cursor:
        statement = sql.SQL(query("records_gone")).format(parent=table_identifier(parent))
        cursor.execute(statement, {"input": number, "lines": list(lines), "places": PLACES})
        gone = [int(line) for (line,) in cursor.fetchall()]
    why = f"its record is not in {parent} any more: it was deleted, or another record has its key"
    return dict.fromkeys(gone, ConfigError(why))
