"""Outcomes of rows that were decided after their part was loaded, counted into the books."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.ledger import ledger_schema
from sluice.engine.database.statements import statements

query = statements(__name__)


def count_verdicts(cursor: Cursor) -> None:
    """Count the rows of the temporary table `verdict` into their parts, inputs and runs, in this order."""
    statement = sql.SQL(query("count_verdicts"))
    for name in ("part", "input", "run"):
        cursor.execute(statement.format(table=sql.Identifier(ledger_schema(), name), id=sql.Identifier(f"{name}_id")))
