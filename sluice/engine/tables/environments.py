"""Other environments in the database: each has a ledger in a schema of its own, and tables of its own.

Rows of two ledgers in one table could not be distinguished: each counts its inputs from 1.
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


def may_be_of_another(cursor: Cursor, schema: str, table: str) -> bool:
    """Whether there are other ledgers in the database, and this one has not loaded into the table."""
    known = _ledgers(cursor)
    own = ledger_schema()
    return known not in ([], [own]) and not (own in known and _loads(cursor, own, schema, table))


def refuse_shared(cursor: Cursor, pipeline: Pipeline) -> None:
    """Raise ConfigError if another environment loads into a table of the pipeline."""
    others = [each for each in _ledgers(cursor) if each != ledger_schema()]
    for flow in pipeline.flows:
        schema, name = schema_and_name(flow.table.name)
        for other in others:
            if not _loads(cursor, other, schema, name):
                continue
            raise ConfigError(
                f"The table {schema}.{name} has rows of another environment in this database, whose ledger is in the "
                f"schema {other}, and this one's is in {ledger_schema()}. Set SLUICE_SEARCH_PATH to a schema that only "
                f"this environment has; or SLUICE_SCHEMA={other}, to go on with the other one."
            )


def _loads(cursor: Cursor, ledger: str, schema: str, table: str) -> bool:
    statement = sql.SQL(query("is_target")).format(ledger=sql.Identifier(ledger))
    cursor.execute(statement, {"schema": schema, "table": table})
    return cursor.fetchone() == (True,)


def _ledgers(cursor: Cursor) -> list[str]:
    cursor.execute(query("ledgers"))
    return [name for (name,) in cursor.fetchall()]
