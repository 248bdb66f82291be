"""What a run was asked for, inside a transaction of somebody else's."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements

query = statements(__name__)


def options_in(cursor: Cursor, run: int) -> dict[str, Any]:
    """The options of a run; none for a run that is gone."""
    cursor.execute(query("run_options"), {"run": run})
    row = cursor.fetchone()
    return dict(row[0]) if row else {}


def declare_derived(cursor: Cursor, run: int, derived: str | None) -> None:
    """Let a run build what its pipeline derives under that definition."""
    cursor.execute(query("declare_derived"), {"run": run, "derived": derived})
