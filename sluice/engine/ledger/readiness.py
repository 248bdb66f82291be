"""Whether a worker can use the ledger: its role's rights, a server that accepts writes, and a version it supports.

A worker that cannot must not take messages: it would drop them before another worker could take them.
"""

from __future__ import annotations

from types import SimpleNamespace

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.ledger import in_ledger, ledger_schema
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import mappings
from sluice.engine.ledger.schema import ledger_files
from sluice.errors import ConfigError

query = statements(__name__)

_ALL = "SELECT INSERT UPDATE DELETE"
# what steps and dispatch need on each table, and no more: `sluice doctor` checks the rest
RIGHTS = {
    "migration": "SELECT",
    "run": "SELECT INSERT UPDATE",
    "input": "SELECT INSERT UPDATE",
    "part": _ALL,
    "step": _ALL,
    "reject": "SELECT INSERT DELETE",
    "replayed": "SELECT UPDATE",
    "contender": "SELECT INSERT DELETE",
    "replaced": "SELECT INSERT UPDATE DELETE",
    "build": "SELECT INSERT",
    "tick": "SELECT INSERT UPDATE",
    "statistic": "SELECT INSERT DELETE",
    "revision": "SELECT INSERT UPDATE",
    "target": "SELECT INSERT UPDATE",
    "worker": _ALL,
    "queue": "SELECT INSERT UPDATE",
    "bulk": _ALL,
    "frame_key": "SELECT",
    "duty": "SELECT INSERT UPDATE",
    "watch": _ALL,
    "forget_key": "SELECT",
    "forgotten": "SELECT",
    "mask_key": "SELECT INSERT",
}


class LedgerBehind(ConfigError):
    """There is no ledger yet, or an older one: the worker waits until it is migrated."""


def check_ledger(cursor: Cursor) -> None:
    """Return if the connection of `cursor` can work with the ledger.

    Raises ConfigError with what is missing: LedgerBehind if `sluice migrate` is enough.
    """
    cursor.execute(query("check_ledger"), {"tables": list(RIGHTS), "rights": list(RIGHTS.values())})
    (row,) = mappings(cursor)
    state = SimpleNamespace(**row)
    info = cursor.connection.info
    where = f"database {info.dbname} on {info.host}:{info.port}"
    _check_rights(state, where, info.user)
    _check_version(cursor, state, where)


def _check_rights(state: SimpleNamespace, where: str, role: str) -> None:
    if state.reads_only:
        raise ConfigError(
            f"The {where} can only be read (it is a standby, or default_transaction_read_only is on): DATABASE_URL must"
            " lead to the primary server."
        )
    if state.there and not state.may_use:
        raise ConfigError(
            f"The role {role} lacks usage on schema {ledger_schema()} in the {where}. The ledger's owner grants it."
        )
    if state.missing:
        raise ConfigError(f"The role {role} lacks {state.missing} in the {where}. The ledger's owner grants it.")
    if not state.may_stage:
        raise ConfigError(f"The role {role} lacks temporary on the {where}: loads stage rows in temporary tables.")


def _check_version(cursor: Cursor, state: SimpleNamespace, where: str) -> None:
    applied = set()
    if state.migrated:
        cursor.execute(in_ledger("select name from sluice.migration"))
        applied = {name for (name,) in cursor.fetchall()}
    known = set(ledger_files())
    if applied - known:
        raise ConfigError(
            f"The ledger in the {where} is newer than this Sluice ({min(applied - known)} is not known here): install"
            " the version that migrated it."
        )
    if known == applied:
        cursor.execute(in_ledger("select exists (select from sluice.frame_key)"))
        if cursor.fetchone() != (True,):
            raise LedgerBehind(f"The key of frames in the {where} is missing: `sluice migrate` makes a new one.")
    if known - applied:
        which = f"has not had {min(known - applied)}" if applied else "is not there"
        raise LedgerBehind(
            f"The ledger in the {where} {which}: `sluice migrate` brings it up to date, if DATABASE_URL is right."
        )
