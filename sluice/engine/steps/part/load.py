"""load: one part into its table in one transaction: rows, rejects, contenders, books and counters, or nothing."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import patiently, transaction
from sluice.engine.database.locks import Lock, share
from sluice.engine.database.statements import statements
from sluice.engine.declare import Table
from sluice.engine.ledger.outcomes import end_part
from sluice.engine.ledger.parts import PartWork
from sluice.engine.ledger.steps import Claim, finish
from sluice.engine.load import bulk
from sluice.engine.load.bulk import KeyAbsent
from sluice.engine.load.conflicts import classify_lost
from sluice.engine.load.merge import update_part
from sluice.engine.load.optimistic import SortedLoad
from sluice.engine.load.partitions import with_partitions
from sluice.engine.load.recent import RecentKeys
from sluice.engine.load.replaced import clear_replaced
from sluice.engine.load.target import Target
from sluice.engine.rows import rejects
from sluice.engine.rows.frames import ReadyFrame
from sluice.engine.steps.part.park import delete_rejects
from sluice.engine.tables.changes.fits import refuse_changed
from sluice.errors import LostClaim, PermanentError, TransientError

query = statements(__name__)


def load_part(claim: Claim, work: PartWork, ready: ReadyFrame, table: Table) -> dict[str, int]:
    """Load a part and return its books. Raises LostClaim when the claim is no longer valid, EarlierRunOpen when
    something else has to be loaded or planned first, TableChanged.

    When the connection breaks at COMMIT the outcome is unknown: it is read from the ledger.
    """
    target = Target.of(table, work.absent)
    bulk.begin(work, target)
    recent = RecentKeys(target, work.run, work.part, [] if target.update else ready.rows)

    def load() -> dict[str, int]:
        return _load_whole(claim, work, ready, table, recent)

    try:
        return with_partitions(target, ready.rows, load)
    except KeyAbsent:
        bulk.make_index(target)
    return load()


def _load_whole(claim: Claim, work: PartWork, ready: ReadyFrame, table: Table, recent: RecentKeys) -> dict[str, int]:
    try:
        with transaction() as cursor:
            books = _load(cursor, claim, work, ready, table, recent)
            failpoint("load.before_commit")
    except TransientError:
        if patiently(lambda: is_loaded(work.part)):
            return {}
        raise
    failpoint("load.after_commit")
    return books


def _load(
    cursor: Cursor, claim: Claim, work: PartWork, ready: ReadyFrame, table: Table, recent: RecentKeys
) -> dict[str, int]:
    target = Target.of(table, work.absent)
    cursor.execute(query("lock_part"), {"step": claim.step, "fence": claim.fence})
    if cursor.fetchone() is None:
        raise LostClaim(f"Part {work.part} is loaded, or another worker is loading it.")
    if work.max_rejects is not None:
        delete_rejects(cursor, work)
    if target.update:
        share(cursor, Lock.REMOVING_ROWS, target.name)
    keyless = bulk.is_open(cursor, target, work.run)
    refuse_changed(cursor, [table])
    clear_replaced(cursor, work, target)
    books, staged = (
        _update(cursor, work, target, ready)
        if target.update
        else _keep(cursor, work, target, ready, recent, keyless=keyless)
    )
    refused = rejects.write(cursor, ready.rejects, run=work.run, input_id=work.input, part=work.part)
    books = _add_up(books, rejected=refused)
    books["read"] = _close_books(cursor, work, books)
    finish(cursor, claim)
    end_part(cursor, work.run, work.input, books, staged=staged)
    return books


def _keep(
    cursor: Cursor, work: PartWork, target: Target, ready: ReadyFrame, recent: RecentKeys, *, keyless: bool
) -> tuple[dict[str, int], bool]:
    """Counts of rows by outcome, and whether the rest of the input should be staged."""
    rows = SortedLoad(cursor, target, staged=work.staged, bulk=keyless, met=recent.say)
    rows.load(recent.rows)
    rows.set_aside([*recent.known, *ready.repeats])
    lost = classify_lost(cursor, [work], target) if rows.any_lost else {}
    return lost.get(work.input, {}) | {"loaded": rows.loaded}, rows.staged


def _update(cursor: Cursor, work: PartWork, target: Target, ready: ReadyFrame) -> tuple[dict[str, int], bool]:
    books = update_part(cursor, work, target, ready.rows)
    staged = 2 * books["loaded"] < ready.row_count
    return _add_up(books, duplicate=ready.superseded), staged


def _add_up(books: dict[str, int], **more: int) -> dict[str, int]:
    names = ("loaded", "updated", "unchanged", "duplicate", "rejected", "contested")
    return {name: books.get(name, 0) + more.get(name, 0) for name in names}


def _close_books(cursor: Cursor, work: PartWork, books: dict[str, int]) -> int:
    """Write the part's books. Raises PermanentError when they do not balance, so that nothing is committed."""
    if sum(books.values()) != work.planned:
        raise PermanentError(
            f"{work.uri}, lines from {work.first_line}: plan counted {work.planned} rows and the load accounts "
            f"for {sum(books.values())} ({books}). Nothing of this part was loaded. This is a fault in Sluice."
        )
    cursor.execute(query("part_loaded"), books | {"part": work.part})
    return work.planned


def is_loaded(part: int) -> bool:
    """Whether a part is loaded, according to the ledger."""
    with transaction() as cursor:
        cursor.execute(query("part_state"), {"part": part})
        return cursor.fetchone() == ("loaded",)
