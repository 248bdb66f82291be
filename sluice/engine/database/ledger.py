"""The ledger's schema: `sluice`, unless SLUICE_SCHEMA names another. Statements say `sluice.`, and are read as of the
schema in use. So two environments can be in one database, each with a ledger of its own."""

from __future__ import annotations

import re

from sluice.engine.base.settings import settings

WRITTEN = "sluice"
# A name in the schema (sluice.run), the schema as a value ('sluice'), and where it is made. Settings of a session, as
# sluice.refuses, are no tables: they are the same in every environment.
_NAMED = re.compile(
    rf"(?<![\w.])(?<!current_setting\('){WRITTEN}(?=\.[\w%'])"
    rf"|(?<='){WRITTEN}(?=')|(?<=schema if not exists ){WRITTEN}\b"
)


def ledger_schema() -> str:
    """The schema of the ledger's tables. It is also what queues, keys and locks of this environment begin with."""
    return settings().ledger_schema


def in_ledger(statement: str) -> str:
    """A statement that is written for the schema `sluice`, for the ledger's schema."""
    schema = ledger_schema()
    return statement if schema == WRITTEN else _NAMED.sub(schema, statement)
