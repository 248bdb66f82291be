"""The options of a run, inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements

query = statements(__name__)


def options_in(cursor: Cursor, run: int) -> dict[str, Any]:
    """The options of a run; empty for a run that does not exist."""
    cursor.execute(query("run_options"), {"run": run})
    row = cursor.fetchone()
    return dict(row[0]) if row else {}


def declare_derived(cursor: Cursor, run: int, derived: str | None) -> None:
    """Let a run build the derived tables under that definition."""
    cursor.execute(query("declare_derived"), {"run": run, "derived": derived})
