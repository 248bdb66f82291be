"""What several steps read and write about inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements

query = statements(__name__)


def plan_again(cursor: Cursor, input_id: int) -> None:
    """The input is registered once more: its plan is due."""
    cursor.execute(query("plan_again"), {"input": input_id})


def withdraw_parts(cursor: Cursor, input_id: int) -> None:
    """Lock the steps of an input, and so its parts, before it is withdrawn."""
    cursor.execute(query("withdraw_parts"), {"input": input_id})


def withdraw_input(cursor: Cursor, input_id: int) -> tuple[int, bool] | None:
    """Reset the input's books, subtract them from its run's, and delete its parts.

    Returns how often it has been withdrawn, and whether it had a copy in the landing.
    """
    cursor.execute(query("withdraw_input"), {"input": input_id})
    row: tuple[int, bool] | None = cursor.fetchone()
    forget_rows(cursor, input_id)
    return row


def forget_rows(cursor: Cursor, input_id: int) -> None:
    """Delete everything in the ledger that comes from the input's parts."""
    cursor.execute(query("withdraw_rows"), {"input": input_id})


def note_fetched(cursor: Cursor, input_id: int, noted: Mapping[str, Any]) -> None:
    """Store what a fetch noted about its answer: a watermark, an ETag."""
    cursor.execute(query("note_fetched"), {"input": input_id, "noted": json.dumps(noted)})


def last_noted(cursor: Cursor, pipeline: str, source: str, contract: str) -> tuple[Any, ...] | None:
    """What the last fetch of a source that was loaded under this contract noted; None without one."""
    cursor.execute(query("last_noted"), {"pipeline": pipeline, "source": source, "contract": contract})
    row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def earlier_open_run(cursor: Cursor, run: int, pipeline: str, source: str, *, only_reloads: bool = False) -> int | None:
    """An earlier open run of the same source; with `only_reloads` only one that loads files again."""
    params = {"run": run, "pipeline": pipeline, "source": source, "only_reloads": only_reloads}
    cursor.execute(query("earlier_open_run"), params)
    row = cursor.fetchone()
    return None if row is None else row[0]


def noted_with(cursor: Cursor, pipeline: str, source: str, landed: str, contract: str) -> dict[str, str]:
    """What the fetch of a copy in the landing has noted; nothing if the contract was another one."""
    params = {"pipeline": pipeline, "source": source, "landed": landed, "contract": contract}
    cursor.execute(query("noted_with"), params)
    row = cursor.fetchone()
    return {} if row is None else dict(row[0])
