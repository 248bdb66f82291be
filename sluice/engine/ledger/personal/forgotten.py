"""Forgotten values in the ledger: what a load asks for."""

from __future__ import annotations

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import ledger_schema
from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.types.forgotten import Forgotten
from sluice.errors import TablesMissing

query = statements(__name__)


def no_key() -> str:
    """The sentence about the missing key of forgotten values."""
    table = f"{ledger_schema()}.forget_key"
    return f"The key of forgotten values is missing (table {table}). Restore it from a backup of the ledger."


def forgotten_of(table: str, newest: int) -> Forgotten | None:
    """The forgotten values of a table; None if it has none. Raises TablesMissing without their key.

    `newest` is the number of the last one of any table when the part was read: without one nothing is read.
    """
    if not newest:
        return None
    with transaction() as cursor:
        cursor.execute(query("forgotten_values"), place(table))
        found = cursor.fetchall()
    if not found:
        return None
    if found[0][0] is None:
        raise TablesMissing(no_key())
    return Forgotten(bytes(found[0][0]), {column: frozenset(map(bytes, hashes)) for _, column, hashes in found})
