"""Runs: waited for, retried, and read back with their books."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.identity import is_gone
from sluice.engine.base.settings import settings
from sluice.engine.database.apart import apart
from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements
from sluice.engine.ledger.facts import BuildStatus, InputStatus, RejectReason, RunStatus, RunSummary, notes_of
from sluice.engine.ledger.inputs.refused import SourceVersion, changed_inputs
from sluice.engine.ledger.nothing_loaded import replan_inputs
from sluice.engine.ledger.rejects.dismissed import dismissals
from sluice.engine.ledger.rejects.reasons import reasons_of
from sluice.engine.ledger.rejects.replayed import refuse_retry, replays
from sluice.engine.ledger.rejects.stream import StreamedReject, stream_rejects
from sluice.engine.ledger.rows import mappings
from sluice.engine.ledger.waiting import ENDED, Waiting
from sluice.errors import ConfigError, LostClaim

query = statements(__name__)

COUNTS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")
POLL_S = 0.2


@dataclass(frozen=True)
class Run:
    """One load of inputs into a pipeline, by its id in the ledger."""

    id: int

    def status(self) -> RunStatus:
        """The run, its inputs and its books as they are now. `.json()` of it has mappings and lists."""
        return read_status(self.id)

    def rejects(self, code: str | None = None) -> Iterator[StreamedReject]:
        """The rejects of the run, or those of one code, in the order of its inputs and of their lines, as a stream."""
        return stream_rejects(((each.input, each.uri) for each in self.status().inputs if each.has_rejects), code)

    def wait(self, timeout_s: float | None = None) -> RunStatus:
        """Wait until the run is done or failed, and return its status.

        Logs a warning when no worker has been running for ten seconds. Raises TimeoutError after `timeout_s` seconds,
        which also says so: the run stays in the ledger, and goes on as soon as a worker runs. Raises DatabaseAway when
        PostgreSQL stays away.
        """
        waiting = Waiting(self.id, run_state, timeout_s)
        while not waiting.over():
            time.sleep(POLL_S)
        return self.status()

    async def wait_async(self, timeout_s: float | None = None) -> RunStatus:
        """As `wait`, for a program with an event loop, which goes on meanwhile."""
        waiting = Waiting(self.id, run_state, timeout_s)
        while not await apart(waiting.over):  # noqa: ASYNC110 - the ledger has no event to wait for
            await asyncio.sleep(POLL_S)
        return await apart(self.status)


def run_state(run: int) -> str:
    """`running`, `done` or `failed`. Raises ConfigError when there is no such run."""
    with transaction() as cursor:
        cursor.execute(in_ledger("select state from sluice.run where id = %s"), (run,))
        row = cursor.fetchone()
    if row is None:
        raise ConfigError(no_such_run(run))
    return str(row[0])


def pipeline_of(run: int) -> str:
    """The name of a run's pipeline."""
    with transaction() as cursor:
        cursor.execute(query("run_pipeline"), {"run": run})
        row = cursor.fetchone()
    if row is None:
        raise LostClaim(f"Run {run} is not in the ledger any more.")
    return str(row[0])


def options_of(run: int) -> dict[str, Any]:
    """The options of a run. Raises LostClaim when it does not exist any more."""
    with transaction() as cursor:
        cursor.execute(query("run_options"), {"run": run})
        row = cursor.fetchone()
    if row is None:
        raise LostClaim(f"Run {run} is not in the ledger any more.")
    options: dict[str, Any] = row[0]
    return options


def _rows(name: str, **params: Any) -> list[dict[str, Any]]:
    with transaction() as cursor:
        cursor.execute(query(name), params)
        return mappings(cursor)


def read_status(run: int) -> RunStatus:
    """A run with its books, its inputs, its parts and what it waits for. Raises ConfigError when there is none."""
    rows = _rows("status_run", run=run)
    if not rows:
        raise ConfigError(no_such_run(run))
    known = rows[0]
    known["registration"] = _registration(known.pop("registrar"), ended=known.pop("unregistered"))
    speed = round(known["read"] / known["seconds"]) if known["seconds"] > 0 else 0
    inputs = [InputStatus(**row) for row in _rows("status_inputs", run=run)]
    return RunStatus(
        **known,
        rows_per_second=speed,
        inputs=inputs,
        builds=[BuildStatus(**row) for row in _rows("status_builds", run=run)],
        reasons=reject_reasons(run) if known["state"] in ENDED else None,
        notes=notes_of(inputs),
        replays=replays(run) if known["state"] in ENDED or known["replay"] else [],
        dismissals=dismissals(run) if known["state"] in ENDED else [],
    )


def _registration(registrar: str | None, *, ended: bool) -> str:
    if registrar is None:
        return "complete"
    return "interrupted" if ended or is_gone(registrar) else "under way"


def read_counts(run: int) -> dict[str, Any]:
    """The state and the books of a run alone, by the names of `RunStatus`: quick, however many inputs it has."""
    rows = _rows("count_run", run=run)
    return rows[0] if rows else {}


def no_such_run(run: int) -> str:
    """The message for a run number that does not exist."""
    return f"There is no run {run}: `sluice status` lists the runs."


def reject_reasons(run: int) -> list[RejectReason]:
    """Rejects of a run by column and code, most frequent first. A million rejects take about half a second."""
    with transaction() as cursor:
        return reasons_of(cursor, run)


def list_runs(limit: int = 20) -> list[RunSummary]:
    """The newest runs, newest first."""
    return [RunSummary(**row) for row in _rows("list_runs", limit=limit)]


def list_rejects(
    run: int,
    *,
    code: str | None = None,
    column: str | None = None,
    input_id: int | None = None,
    uri: str | None = None,
    limit: int | None = None,
    dismissed: bool = False,
) -> list[dict[str, Any]]:
    """Rejects of a run in order of input and line: those that are open or fixed, or those that are `dismissed`.

    Keys: input, file, line, column, code, reason; other_input, other_line and other_file of the row that the reason
    refers to, None where it refers to none; fixed_by, the run that has loaded the row since, None without one.
    """
    chosen = {"code": code, "column": column, "input": input_id, "uri": uri, "dismissed": dismissed}
    return _rows("list_rejects", run=run, limit=limit, **chosen)


def count_rejects(
    run: int, *, column: str | None = None, input_id: int | None = None, dismissed: bool = False
) -> list[dict[str, Any]]:
    """How many rejects of which code a run (or one of its inputs) has, most frequent first."""
    return _rows("count_rejects", run=run, column=column, input=input_id, dismissed=dismissed)


def retry(
    run: int,
    derived_now: Callable[[str], str | None] = lambda _: None,
    declared_now: Callable[[str], Mapping[str, SourceVersion]] = lambda _: {},
) -> int:
    """Make dead steps of a run, and inputs of which nothing could be loaded, due again, with their failures reset.
    Returns how many. Raises ConfigError.

    Refused inputs are read again if their file or their declaration has changed since. `derived_now` gives the current
    definition of a pipeline's derived tables, by its name: the run builds these, or without it those it was registered
    with. `declared_now` gives the current declarations by source: inputs are read under these.
    """
    run_state(run)
    refuse_retry(run)
    pipeline = pipeline_of(run)
    # these may import a lot, or query an object store: no transaction may stay idle for so long
    derived, now = derived_now(pipeline), declared_now(pipeline)
    refused = changed_inputs(run, now)
    with transaction() as cursor:
        _refuse_purged(cursor, run)
        known = {"sources": list(now), "revisions": [each.revision for each in now.values()]}
        cursor.execute(query("retry_steps"), known | {"run": run, "wait_s": settings().declaration_wait_s})
        revived = [step for (step,) in cursor.fetchall()]
        cursor.execute(query("retry_parts"), {"steps": revived})
        cursor.execute(query("retry_inputs"), {"steps": revived})
        inputs = cursor.rowcount
        again = replan_inputs(cursor, run, refused, now)
        if revived or again:
            cursor.execute(query("reopen_run"), {"run": run, "inputs": inputs + again})
            cursor.execute(query("declare_derived"), {"run": run, "derived": derived})
            _refuse_purged(cursor, run)  # a purge may have begun meanwhile; from here on it finds an open run
    return len(revived) + again


def _refuse_purged(cursor: Cursor, run: int) -> None:
    cursor.execute(in_ledger("select purged_at from sluice.run where id = %s and purged_at is not null"), (run,))
    row = cursor.fetchone()
    if row is not None:
        raise ConfigError(
            f"Run {run} was purged on {row[0]:%Y-%m-%d}, so nothing of it can be retried: run its files again."
        )
