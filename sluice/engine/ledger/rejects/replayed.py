"""Rejects that are loaded again: which may be, which are, and what became of them. The table is `sluice.replayed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements
from sluice.engine.ledger.facts import Replayed
from sluice.engine.ledger.rejects.stream import AT_ONCE
from sluice.engine.ledger.rows import records
from sluice.errors import ConfigError

query = statements(__name__)


@dataclass(frozen=True)
class ReplayInput:
    """An input with rejects. Runs: `replaced_by` has read its file again, `undone_by` has undone it."""

    input: int
    source: str
    uri: str
    dialect: dict[str, Any] | None
    error_code: str | None
    replaced_by: int | None
    undone_by: int | None


class KeptReject(NamedTuple):
    """A reject with its text. `masked` are columns that the text lacks; `state` is that of its replay, by `by_run`, or
    "dismissed"."""

    line: int
    column: str | None
    code: str
    reason: str
    raw: str | None
    masked: list[str] | None
    state: str | None
    by_run: int | None


class Again(NamedTuple):
    """A row of a replay: its line there, its line in the file that it is from, and its text."""

    by_line: int
    line: int
    record: str


def inputs_with_rejects(run: int) -> list[ReplayInput]:
    """The inputs of a run that have rejects, in their order."""
    with transaction() as cursor:
        _close_settled(cursor, run)
        cursor.execute(query("replay_inputs"), {"run": run})
        return records(cursor, ReplayInput)


def kept_rejects(
    input_id: int, *, code: str | None = None, column: str | None = None, after: int = 0, limit: int
) -> list[KeptReject]:
    """So many rejects of an input behind a line, by line."""
    params = {"input": input_id, "code": code, "column": column, "after": after, "limit": limit}
    with transaction() as cursor:
        cursor.execute(query("open_rejects"), params)
        return [KeptReject(*row) for row in cursor]


def lock_rejects(cursor: Cursor, run: int) -> None:
    """Until the transaction ends nobody else takes rejects of this run."""
    cursor.execute(in_ledger("select from sluice.run where id = %s for no key update"), (run,))
    _close_settled(cursor, run)


def taken_lines(cursor: Cursor, input_id: int, lines: Sequence[int]) -> set[int]:
    """Those of the lines that another replay has taken; all, if the input is undone."""
    cursor.execute(query("taken_lines"), {"input": input_id, "lines": list(lines)})
    return {line for (line,) in cursor.fetchall()}


def take(cursor: Cursor, input_id: int, *, by_run: int, by_input: int, rows: Sequence[Again]) -> None:
    """Give rejects of an input to an input of a replay."""
    facts = {"by_run": by_run, "by_input": by_input, "input": input_id}
    for at in range(0, len(rows), AT_ONCE):
        by_lines, lines, texts = zip(*rows[at : at + AT_ONCE], strict=True)
        columns = {"by_lines": [*by_lines], "lines": [*lines], "records": [*texts]}
        cursor.execute(query("add_replayed"), facts | columns)


def close_replayed(cursor: Cursor, runs: Sequence[int]) -> None:
    """Say of the rows of settled replays what became of them."""
    cursor.execute(query("close_replayed"), {"runs": list(runs)})


def replays(run: int) -> list[Replayed]:
    """What became of a run's rejects, and of the rows that it replays."""
    with transaction() as cursor:
        _close_settled(cursor, run)
        cursor.execute(query("replays"), {"run": run})
        return records(cursor, Replayed)


def refuse_retry(run: int) -> None:
    """Raise ConfigError where to retry a run could load a reject twice: what a replay did not load is replayed again,
    and a file whose rejects were replayed is loaded by a new run."""
    with transaction() as cursor:
        _close_settled(cursor, run)
        cursor.execute(query("retry_would_repeat"), {"run": run})
        of_run, by_run, pipeline = cursor.fetchone() or (None, None, None)
    if of_run is not None:
        raise ConfigError(
            f"Run {run} replayed rejects of run {of_run}, and is settled: replay what is left, "
            f"sluice rejects replay {of_run}"
        )
    if by_run is not None:
        raise ConfigError(
            f"Run {by_run} has loaded rejects of run {run}, of a file that a retry would read again: replay the "
            f"others, sluice rejects replay {run}, or load the file anew: sluice run {pipeline} FILE --reload"
        )


def _close_settled(cursor: Cursor, run: int) -> None:
    cursor.execute(query("settled_replays"), {"run": run})
    settled = [by_run for (by_run,) in cursor.fetchall()]
    if settled:
        close_replayed(cursor, settled)
