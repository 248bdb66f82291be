"""What must be done before a part is loaded: delete rows of older readings, and wait for files that come before it."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.locks import Lock, share
from sluice.engine.database.statements import statements
from sluice.engine.ledger.inputs.shared import earlier_open_run
from sluice.engine.ledger.parts import PartWork
from sluice.engine.load.target import Target
from sluice.errors import EarlierRunOpen

query = statements(__name__)


def clear_replaced(cursor: Cursor, work: PartWork, target: Target) -> None:
    """Delete the rows that the run's files gave when they were read before; done once, by the first load of the run.

    All are deleted before anything of the run is loaded: else a row would be compared with one that is about to be
    deleted. Raises EarlierRunOpen while these rows are not known, or while a file that lacks columns waits for earlier
    ones.
    """
    _wait_for_earlier_runs(cursor, work, target)
    if target.absent:
        _wait_for_earlier_inputs(cursor, work)
    if target.update:
        _note_older(cursor, work, target)
    to_clear = _to_clear(cursor, work)
    if not to_clear and not work.reload:
        return
    waits_for = _unplanned(cursor, work)
    if waits_for is not None:
        raise EarlierRunOpen(f"{waits_for} is not planned yet: rows that it replaces must be deleted first.")
    _clear(cursor, target, work.run, to_clear)


def clear_left(cursor: Cursor, target: Target, run: int, source: str) -> None:
    """Delete the rows that inputs of a run replace which have no row themselves, so that none of their loads did it."""
    cursor.execute(query("to_clear"), {"run": run, "source": source})
    _clear(cursor, target, run, cursor.fetchall())


def _clear(cursor: Cursor, target: Target, run: int, to_clear: Sequence[tuple[int, list[int]]]) -> None:
    if to_clear:
        share(cursor, Lock.REMOVING_ROWS, target.name)
        replaced = {each: input_id for input_id, replaces in to_clear for each in replaces}
        pairs = {"replaced": list(replaced), "by": list(replaced.values()), "run": run}
        cursor.execute(target.statement("delete_replaced"), pairs)
        cursor.execute(query("mark_cleared"), {"inputs": [input_id for input_id, _ in to_clear]})


def delete_not_again(cursor: Cursor, target: Target, run: dict[str, int | str]) -> None:
    """Delete rows of older readings that were kept for the values of other files, and that were not loaded again.

    The input's note says so where a refused row leaves a key without a row.
    """
    cursor.execute(query("note_refused_again"), run)
    cursor.execute(query("replaced_whole"), run)
    replaced = dict(cursor.fetchall())
    if replaced:
        share(cursor, Lock.REMOVING_ROWS, target.name)
        pairs = {"replaced": list(replaced), "by": list(replaced.values())}
        cursor.execute(target.statement("delete_not_again"), run | pairs)


def refuse_other_reading(cursor: Cursor, work: PartWork, target: Target) -> None:
    """Raise EarlierRunOpen if a row's key has a row that a file of this run may be about to replace."""
    if _unplanned(cursor, work) is None and not _to_clear(cursor, work):
        return
    params = {"pipeline": work.pipeline, "source": work.source, "contract": work.contract}
    cursor.execute(target.statement("meets_other_reading"), params)
    if cursor.fetchone() == (True,):
        raise EarlierRunOpen("A row has the key of an older reading's row, which a file of this run may replace.")


def _wait_for_earlier_runs(cursor: Cursor, work: PartWork, target: Target) -> None:
    """A reload does not compare its rows with others: earlier runs end before it, and later ones after. Runs of a table
    that keeps versions do so, too: each closes versions of the one before it."""
    only_reloads = not (work.reload or work.replaces or work.alone or target.history)
    earlier = earlier_open_run(cursor, work.run, work.pipeline, work.source, only_reloads=only_reloads)
    if earlier is not None and target.history:
        raise EarlierRunOpen(
            f"Run {earlier} came earlier: versions of {target.name} are made by one run after the other."
        )
    if earlier is not None:
        raise EarlierRunOpen(f"Run {earlier} came earlier, and one of the two reloads: they load one after the other.")


def _note_older(cursor: Cursor, work: PartWork, target: Target) -> None:
    """Note later files that were loaded before the input: columns that they lack may be outdated in rows of both."""
    params = {"pipeline": work.pipeline, "source": work.source, "run": work.run, "position": work.position}
    cursor.execute(query("note_older"), params | {"input": work.input, "present": list(target.present)})


def _to_clear(cursor: Cursor, work: PartWork) -> list[tuple[int, list[int]]]:
    cursor.execute(query("to_clear"), {"run": work.run, "source": work.source})
    return cursor.fetchall()


def _unplanned(cursor: Cursor, work: PartWork) -> str | None:
    cursor.execute(query("unplanned"), {"run": work.run, "source": work.source})
    row: tuple[str | None] = cursor.fetchone() or (None,)
    return row[0]


def _wait_for_earlier_inputs(cursor: Cursor, work: PartWork) -> None:
    """The file lacks columns, whose values come from the files before it: these are loaded first."""
    params = {"pipeline": work.pipeline, "source": work.source, "run": work.run, "position": work.position}
    cursor.execute(query("earlier_input"), params)
    row = cursor.fetchone()
    if row is not None:
        raise EarlierRunOpen(f"{row[0]} (run {row[1]}) must be loaded before this file, which lacks columns.")
