"""Copies in the landing that no run needs any more: of purged runs, and of plans that were killed half way."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.storage import listed, remove

query = statements(__name__)

# The landing may be a shared folder: only files that are named by their content are Sluice's.
COPY_NAME = re.compile(
    r"(?P<sha256>[0-9a-f]{64})(?P<typed>-.*)?|\.[0-9a-f]{32}\.part|\.sluice-probe-[0-9a-f]{32}", re.DOTALL
)
UNKNOWN_FOR = timedelta(days=1)  # an input that is being read is not in the ledger before its plan ends
SETTLED_FOR = timedelta(hours=1)  # the same content may just have been copied again


def purge_landing(folder: str, ended_before: datetime, *, dry_run: bool = False) -> int:
    """Remove copies that are not needed by an open run or by one that ended since that time. Returns how many.

    Raises NotHere or TransientError when the landing cannot be reached.
    """
    gone = 0
    now = datetime.now(UTC)
    for uri, changed in listed(folder):
        match = COPY_NAME.fullmatch(uri.rpartition("/")[2])
        if match and now - changed > SETTLED_FOR:
            gone += _remove_unless_needed(uri, match, ended_before, age=now - changed, dry_run=dry_run)
    return gone


def _remove_unless_needed(
    uri: str, match: re.Match[str], ended_before: datetime, *, age: timedelta, dry_run: bool
) -> bool:
    """True when the copy is removed (or would be). Plan takes the same lock when it records where a copy is."""
    with transaction() as cursor:
        lock(cursor, Lock.CONTENT, match["sha256"] or uri)
        params = {"name": match[0], "typed": match["typed"] is not None, "before": ended_before}
        cursor.execute(query("copy_use"), params)
        known, needed = cursor.fetchone() or (False, False)
        if needed or (not known and age < UNKNOWN_FOR):
            return False
        if not dry_run:
            remove(uri)
        return True
