"""load of a batch: its parts into their table in one transaction: rows, rejects, contenders, books and counters, or
nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import patiently, transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Table
from sluice.engine.ledger.batches.claims import finish_batch, next_message
from sluice.engine.ledger.outcomes import end_whole_inputs
from sluice.engine.ledger.parts import PartWork
from sluice.engine.ledger.steps import Claim
from sluice.engine.load import bulk
from sluice.engine.load.bulk import KeyAbsent
from sluice.engine.load.conflicts import classify_lost
from sluice.engine.load.optimistic import SortedLoad
from sluice.engine.load.partitions import with_partitions
from sluice.engine.load.replaced import clear_replaced
from sluice.engine.load.target import Target
from sluice.engine.rows import rejects
from sluice.engine.rows.frames import ReadyBatch
from sluice.engine.steps.batch.text import PART
from sluice.engine.steps.part.load import is_loaded
from sluice.engine.tables.changes.fits import refuse_changed
from sluice.errors import LostClaim, PermanentError, TransientError

query = statements(__name__)

Books = Mapping[int, Mapping[str, int]]  # by input


def load_batch(claims: Sequence[Claim], works: Sequence[PartWork], ready: ReadyBatch, table: Table) -> None:
    """Load parts, each the only one of its input, all of one run and declaration. Raises as `load_part`.

    When the connection breaks at COMMIT the outcome is unknown: it is read from the ledger.
    """
    target = Target.of(table)
    bulk.begin(works[0], target)
    try:
        return with_partitions(target, ready.rows, lambda: _load_whole(claims, works, ready, table))
    except KeyAbsent:
        bulk.make_index(target)
    return _load_whole(claims, works, ready, table)


def _load_whole(claims: Sequence[Claim], works: Sequence[PartWork], ready: ReadyBatch, table: Table) -> None:
    try:
        with transaction() as cursor:
            _load(cursor, claims, works, ready, table)
            failpoint("load.before_commit")
    except TransientError:
        if patiently(lambda: all(is_loaded(work.part) for work in works)):
            return
        raise
    failpoint("load.after_commit")


def _load(cursor: Cursor, claims: Sequence[Claim], works: Sequence[PartWork], ready: ReadyBatch, table: Table) -> None:
    target = Target.of(table)
    cursor.execute(query("lock_batch"), next_message(claims))
    if cursor.rowcount != len(works):
        raise LostClaim(f"Only {cursor.rowcount} of the {len(works)} parts of a batch are this worker's to load.")
    keyless = bulk.is_open(cursor, target, works[0].run)
    refuse_changed(cursor, [table])
    clear_replaced(cursor, works[0], target)
    rows = SortedLoad(cursor, target, staged=False, bulk=keyless)
    rows.load(ready.rows)
    rows.set_aside(ready.repeats)
    lost = classify_lost(cursor, works, target) if rows.any_lost else {}
    written = write_rejects(cursor, works, ready.rejects)
    books = close_books(works, ready, lost)
    compare_counts(works, books, loaded=rows.loaded, rejected=written + sum(each["rejected"] for each in lost.values()))
    columns = {
        name: [each[name] for each in books.values()] for name in ("loaded", "duplicate", "rejected", "contested")
    }
    cursor.execute(query("parts_loaded"), columns | {"parts": [work.part for work in works]})
    finish_batch(cursor, claims)
    end_whole_inputs(cursor, works[0].run, books)


def write_rejects(cursor: Cursor, works: Sequence[PartWork], refused: pa.Table) -> int:
    """Write the rejects of a batch. Returns how many PostgreSQL has counted."""
    at = refused.column(PART).to_numpy()
    inputs, parts = (np.array(ids, np.int64)[at] for ids in ([w.input for w in works], [w.part for w in works]))
    return rejects.write(cursor, refused, run=works[0].run, input_id=pa.array(inputs), part=pa.array(parts))


def close_books(works: Sequence[PartWork], ready: ReadyBatch, lost: Books) -> Books:
    """The books of each input. Raises PermanentError where they do not balance with what plan has counted."""
    refused = np.bincount(ready.rejects.column(PART).to_numpy(), minlength=len(works)).tolist()
    books: dict[int, dict[str, int]] = {}
    for work, count, rejected in zip(works, ready.counts, refused, strict=True):
        outcomes = {"duplicate": 0, "rejected": 0, "contested": 0} | dict(lost.get(work.input, {}))
        loaded = count - sum(outcomes.values())
        outcomes["rejected"] += rejected
        books[work.input] = outcomes | {"read": work.planned, "loaded": loaded}
        accounted = loaded + sum(outcomes.values())
        if accounted != work.planned:
            raise PermanentError(
                f"{work.uri}: plan counted {work.planned} rows and the load accounts for {accounted} "
                f"({books[work.input]}). Nothing of its batch was loaded. This is a fault in Sluice."
            )
    return books


def compare_counts(works: Sequence[PartWork], books: Books, **counted: int) -> None:
    """Raise PermanentError where the books of all inputs together are not what PostgreSQL has counted."""
    for name, number in counted.items():
        if sum(each[name] for each in books.values()) != number:
            raise PermanentError(
                f"{works[0].uri} and {len(works) - 1} more files: PostgreSQL counted {number} {name} rows, their books "
                f"have others ({books}). Nothing of them was loaded. This is a fault in Sluice."
            )
