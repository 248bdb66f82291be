"""Other environments in the database: each has a ledger in a schema of its own, and tables of its own.

Rows of two ledgers in one table could not be told apart: each counts its inputs from 1.
"""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.ledger import ledger_schema
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.errors import ConfigError

query = statements(__name__)


def ledger_of(cursor: Cursor, schema: str, table: str) -> str | None:
    """The schema of another ledger whose runs have loaded rows into a table; None where this role can see none."""
    for (other,) in _others(cursor):
        statement = sql.SQL(query("is_target")).format(ledger=sql.Identifier(other))
        cursor.execute(statement, {"schema": schema, "table": table})
        if cursor.fetchone() == (True,):
            return str(other)
    return None


def refuse_shared(cursor: Cursor, pipeline: Pipeline) -> None:
    """Raise ConfigError if another environment loads into a table of the pipeline."""
    for flow in pipeline.flows:
        schema, name = schema_and_name(flow.table.name)
        other = ledger_of(cursor, schema, name)
        if other is not None:
            raise ConfigError(
                f"The table {schema}.{name} has rows of another environment in this database, whose ledger is in the "
                f"schema {other}, and this one's is in {ledger_schema()}. Set SLUICE_SEARCH_PATH to a schema that only "
                f"this environment has; or SLUICE_SCHEMA={other}, to go on with the other one."
            )


def _others(cursor: Cursor) -> list[tuple[str]]:
    cursor.execute(query("other_ledgers"), {"own": ledger_schema()})
    return cursor.fetchall()
