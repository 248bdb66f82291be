"""Declarations in the ledger: when each was first seen, which is newer, and what settling needs of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.errors import LostClaim

query = statements(__name__)

DERIVED = ""  # in place of a source: the pipeline's derived tables


class Registered(NamedTuple):
    """The declaration an input was registered under; `shape` is None if the ledger does not have it (any more).

    `by_columns`: of the inputs of a run, it has rows that are settled by their columns and their key.
    """

    source: str
    revision: str | None
    contract: str
    shape: Mapping[str, Any] | None
    by_columns: bool = True


def note_revision(
    cursor: Cursor, pipeline: str, source: str, revision: str, shape: Mapping[str, Any], *, ago_s: float, again: bool
) -> None:
    """Record a declaration that is in use since `ago_s` seconds; `again`: one that is known may be in use once more."""
    facts = {"pipeline": pipeline, "source": source, "revision": revision, "shape": json.dumps(shape)}
    cursor.execute(query("note_revision"), facts | {"ago_s": ago_s, "again": again})


def is_newer(cursor: Cursor, pipeline: str, source: str, revision: str, other: str) -> bool:
    """Whether `revision` came after `other`; False where one of them is not known."""
    facts = {"pipeline": pipeline, "source": source, "revision": revision, "other": other}
    cursor.execute(query("newer_revision"), facts)
    return cursor.fetchone() == (True,)


def registered_input(run: int, input_id: int) -> tuple[str, Registered]:
    """The pipeline of an input, and its registered declaration. Raises LostClaim when the input was deleted."""
    with transaction() as cursor:
        cursor.execute(query("input_revision"), {"run": run, "input": input_id})
        row = cursor.fetchone()
    if row is None:
        raise LostClaim(f"Input {input_id} of run {run} is not in the ledger any more.")
    return row[0], Registered(*row[1:])


def registered_inputs(run: int) -> Iterator[Registered]:
    """The declarations of a run's inputs that have rows to settle, each once."""
    with transaction() as cursor:
        cursor.execute(query("run_revisions"), {"run": run})
        rows = cursor.fetchall()
    return (Registered(*row) for row in rows)
