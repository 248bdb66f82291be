"""The key of masks is the same everywhere: another one would give one value two masks, in silence."""

from __future__ import annotations

import os

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Table
from sluice.engine.types.masked import KEY, fingerprint
from sluice.errors import SettingMissing

query = statements(__name__)
_checked: set[tuple[int, str]] = set()


def check_masks(table: Table, cursor: Cursor | None = None) -> None:
    """Raise SettingMissing where the table has masked columns and this process has no key for them, or another one.

    In the transaction of `cursor`, if there is one.
    """
    if not any(column.mask for column in table.columns):
        return
    mine = (os.getpid(), fingerprint())
    if cursor is not None:
        _compare(cursor, mine[1])
    elif mine not in _checked:
        with transaction() as own:
            _compare(own, mine[1])
        _checked.add(mine)


def forget_masks() -> None:
    """Compare the key again before it is used: the database is another one."""
    _checked.clear()


def _compare(cursor: Cursor, mine: str) -> None:
    """Note the first key, and raise SettingMissing for another one."""
    cursor.execute(query("known_mask_key"))
    known = cursor.fetchone()
    if known is None:
        cursor.execute(query("note_mask_key"), {"fingerprint": mine})
        cursor.execute(query("known_mask_key"))
        known = cursor.fetchone()
    if known != (mine,):
        raise SettingMissing(
            f"{KEY} is another one than that of the rows that are loaded: equal values would get other masks. Set the "
            "first one again. To begin with a new key, load everything anew into an empty database."
        )
