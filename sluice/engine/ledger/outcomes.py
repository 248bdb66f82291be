"""How parts, inputs and runs end: the counters, always in the order part, input, run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.ledger.nothing_loaded import fail_nothing_loaded
from sluice.engine.storage.address import printable_lines
from sluice.errors import LostClaim

query = statements(__name__)

BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")


def end_part(cursor: Cursor, run: int, input_id: int, books: Mapping[str, int], *, staged: bool) -> bool:
    """Count an ended part into its input and run. True when the run has nothing left to load."""
    counts = {name: books.get(name, 0) for name in BOOKS}
    cursor.execute(query("part_ended"), counts | {"input": input_id, "staged": staged})
    row = cursor.fetchone()
    input_ended = row is not None and row[0] == 0
    if input_ended:
        cursor.execute(query("input_loaded"), {"input": input_id})
        fail_nothing_loaded(cursor, run, input_id)
        cursor.execute(query("add_children"), {"input": input_id})
    cursor.execute(query("run_counted"), counts | {"run": run, "inputs_ended": int(input_ended)})
    return _settle_when_empty(cursor, run, cursor.fetchone())


def end_empty(cursor: Cursor, run: int, input_id: int) -> bool:
    """An input that is planned has no part at all: it is loaded. True as of `end_part`."""
    cursor.execute(query("input_loaded"), {"input": input_id})
    cursor.execute(query("run_counted"), dict.fromkeys(BOOKS, 0) | {"run": run, "inputs_ended": 1})
    return _settle_when_empty(cursor, run, cursor.fetchone())


def end_whole_inputs(cursor: Cursor, run: int, books: Mapping[int, Mapping[str, int]]) -> bool:
    """Count the only part of each of these inputs (by id) into it and into the run. True as of `end_part`."""
    columns = {name: [each.get(name, 0) for each in books.values()] for name in BOOKS}
    cursor.execute(query("whole_inputs_loaded"), columns | {"inputs": list(books)})
    if cursor.rowcount != len(books):
        raise LostClaim(f"Of {len(books)} inputs with one part only {cursor.rowcount} waited for it.")
    return count_whole_inputs(cursor, run, books)


def count_whole_inputs(cursor: Cursor, run: int, books: Mapping[int, Mapping[str, int]]) -> bool:
    """Count inputs (by id) that have just been loaded whole into their run. True as of `end_part`."""
    for input_id, each in books.items():
        if each["rejected"] == each["read"]:
            fail_nothing_loaded(cursor, run, input_id)
    counts = {name: sum(each.get(name, 0) for each in books.values()) for name in BOOKS}
    cursor.execute(query("run_counted"), counts | {"run": run, "inputs_ended": len(books)})
    return _settle_when_empty(cursor, run, cursor.fetchone())


def end_input(
    cursor: Cursor,
    input_id: int,
    state: str,
    *,
    sha256: str | None = None,
    size: int | None = None,
    same_as: int | None = None,
    code: str | None = None,
    error: str | None = None,
    note: str | None = None,
) -> bool:
    """End an input without loading it. True when its run has nothing left to load."""
    cursor.execute(
        query("end_input"),
        {
            "input": input_id,
            "state": state,
            "sha256": sha256,
            "size": size,
            "same_as": same_as,
            "code": code,
            "error": error and printable_lines(error),
            "note": note and printable_lines(note),
        },
    )
    row = cursor.fetchone()
    return row is not None and _settle_when_empty(cursor, row[0], (row[1],))


def skip_inputs(
    cursor: Cursor,
    run: int,
    same_as: Mapping[int, int],
    contents: Sequence[tuple[str, int]],
    note: str | None = None,
    stamps: Mapping[int, str] = MappingProxyType({}),
) -> bool:
    """End inputs of a run whose content (SHA-256, size) other inputs have loaded, and note these stamps of their files.
    True as of `end_part`."""
    columns = {"inputs": list(same_as), "same_as": list(same_as.values())}
    facts = {"shas": [sha256 for sha256, _ in contents], "sizes": [size for _, size in contents]}
    seen = {"stamps": [stamps.get(this) for this in same_as]}
    cursor.execute(query("skip_inputs"), columns | facts | seen | {"run": run, "note": note})
    return _settle_when_empty(cursor, run, cursor.fetchone())


def _settle_when_empty(cursor: Cursor, run: int, left: tuple[int, ...] | None) -> bool:
    if left is None or left[0] > 0:
        return False
    add_settle_step(cursor, run)
    return True


def add_settle_step(cursor: Cursor, run: int) -> None:
    """All inputs of a run have ended: it is due to be settled."""
    cursor.execute(query("add_settle_step"), {"run": run})
