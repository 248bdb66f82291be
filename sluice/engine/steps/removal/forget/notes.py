"""What the ledger says of a forget: which copies are gone, and the receipt."""

from __future__ import annotations

import json
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements

query = statements(__name__)


def note_copies(cursor: Cursor, copies: list[str]) -> None:
    """Say of the inputs of copies in the landing that these are deleted, before they are."""
    cursor.execute(query("note_copies"), {"copies": copies})


def note_receipt(cursor: Cursor, pipeline: str, run: int | None, receipt: dict[str, Any]) -> None:
    """Keep a receipt."""
    facts = {"receipt": json.dumps(receipt, default=str), "sha256": receipt["sha256"]}
    cursor.execute(query("note_receipt"), facts | {"pipeline": pipeline, "run": run})
