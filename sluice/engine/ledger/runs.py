"""Runs: registered before anything is published, and read back as people and programs want to see them."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import DatabaseAway, patiently, transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.nothing_loaded import read_again
from sluice.engine.ledger.reject_reasons import reasons_of
from sluice.engine.ledger.workers import Absence
from sluice.errors import ConfigError, LostClaim

query = statements(__name__)

log = logging.getLogger(__name__)
COUNTS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")
ENDED = ("done", "failed")
POLL_S = 0.2


class NewInput(NamedTuple):
    """One thing to read, by its address, and the source of the pipeline that it belongs to."""

    source: str
    uri: str


@dataclass(frozen=True)
class Run:
    """One request to bring inputs through a pipeline, by its id in the ledger."""

    id: int

    def status(self) -> dict[str, Any]:
        """The run, its inputs and its books as they are now; see `read_status`."""
        return read_status(self.id)

    def wait(self, timeout_s: float | None = None) -> dict[str, Any]:
        """Wait until the run is done or failed, and return its status.

        Logs a warning when no worker has been there for ten seconds. Raises TimeoutError after `timeout_s` seconds: the
        run stays in the ledger, and goes on as soon as a worker is there. Raises DatabaseAway when PostgreSQL stays
        away.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        absence = Absence(self._say_no_worker)
        while (state := self._state_by(until)) not in ENDED:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"Run {self.id} is still {state} after {timeout_s:g} s. It stays in the ledger.")
            absence.look()
            time.sleep(POLL_S)
        return self.status()

    def _state_by(self, until: float | None) -> str:
        """The run's state; `running` where PostgreSQL is away and the time is up."""
        longest = settings().database_wait_s
        left = longest if until is None else max(until - time.monotonic(), 0.0)
        try:
            return patiently(lambda: run_state(self.id), min(left, longest))
        except DatabaseAway:
            if left > longest or until is None:
                raise
            return "running"

    def _say_no_worker(self) -> None:
        log.warning(
            "no worker is there: run %s waits in the ledger until one is (`sluice worker` starts some)", self.id
        )


def register(
    cursor: Cursor,
    pipeline: str,
    contracts: dict[str, str],
    inputs: list[NewInput],
    options: dict[str, Any] | None = None,
    revisions: Mapping[str, str] | None = None,
) -> Run:
    """Write a run and its inputs to the ledger, inside the caller's transaction. Nothing is published yet.

    `contracts` are the versions of the contracts by source, `revisions` those of the whole declarations.
    """
    whole = ",".join(dict.fromkeys(contracts.values()))
    facts = {"pipeline": pipeline, "contract": whole, "inputs": len(inputs)}
    cursor.execute(query("register_run"), facts | {"options": json.dumps(options or {})})
    run = (cursor.fetchone() or (0,))[0]
    listed = {
        "run": run,
        "pipeline": pipeline,
        "sources": [each.source for each in inputs],
        "uris": [each.uri for each in inputs],
        "contracts": [contracts[each.source] for each in inputs],
        "revisions": [(revisions or {}).get(each.source) for each in inputs],
    }
    cursor.execute(query("register_inputs"), listed)
    if not inputs:
        cursor.execute(query("add_settle_step"), {"run": run})
    return Run(run)


def run_state(run: int) -> str:
    """`running`, `done` or `failed`. Raises ConfigError when there is no such run."""
    with transaction() as cursor:
        cursor.execute("select state from sluice.run where id = %s", (run,))
        row = cursor.fetchone()
    if row is None:
        raise ConfigError(f"There is no run {run}: `sluice status` lists those there are.")
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
    """What a run was asked for. Raises LostClaim when it is gone."""
    with transaction() as cursor:
        cursor.execute(query("run_options"), {"run": run})
        row = cursor.fetchone()
    if row is None:
        raise LostClaim(f"Run {run} is not in the ledger any more.")
    options: dict[str, Any] = row[0]
    return options


def _read(name: str, **asked: Any) -> list[dict[str, Any]]:
    with transaction() as cursor:
        cursor.execute(query(name), asked)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_status(run: int) -> dict[str, Any]:
    """A run with its books, its inputs, its parts and what it waits for, ready for JSON.

    Counts are rows; `seconds` are those from its request to its end (or to now); at every moment
    read = loaded + updated + unchanged + duplicate + rejected + contested. `unattended` says that it is running,
    and that no worker is busy with this or any other run. `reasons` are its rejects by column and code (see
    `reject_reasons`), None while it is running; `notes` are its inputs' notes, each once, with how many have it.
    """
    found = _read("status_run", run=run)
    if not found:
        raise ConfigError(f"There is no run {run}: `sluice status` lists those there are.")
    status = found[0]
    seconds = status["seconds"]
    status["rows_per_second"] = round(status["read"] / seconds) if seconds > 0 else 0
    status["inputs"] = _read("status_inputs", run=run)
    status["builds"] = _read("status_builds", run=run)
    status["reasons"] = reject_reasons(run) if status["state"] in ENDED else None
    status["notes"] = _notes(status["inputs"])
    return status


def reject_reasons(run: int) -> list[dict[str, Any]]:
    """Rejects of a run by column and code, most frequent first: `column`, `code`, `rows`, and of the first of them
    `input`, `file`, `line`, `reason`. A million rejects take about half a second."""
    with transaction() as cursor:
        return reasons_of(cursor, run)


def _notes(inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    noted = Counter(each["note"] for each in inputs if each["note"])
    return [{"note": note, "inputs": number} for note, number in noted.most_common()]


def list_runs(limit: int = 20) -> list[dict[str, Any]]:
    """The newest runs, newest first."""
    return _read("list_runs", limit=limit)


def list_rejects(
    run: int, *, code: str | None = None, input_id: int | None = None, uri: str | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Rejects of a run in order of input and line: file, line, column, code and reason of each."""
    return _read("list_rejects", run=run, code=code, input=input_id, uri=uri, limit=limit)


def count_rejects(run: int, *, input_id: int | None = None) -> list[dict[str, Any]]:
    """How many rejects of which code a run (or one of its inputs) has, most frequent first."""
    return _read("count_rejects", run=run, input=input_id)


def retry(
    run: int,
    derived_now: Callable[[str], str | None] = lambda _: None,
    contracts_now: Callable[[str], Mapping[str, str]] = lambda _: {},
) -> int:
    """Dead steps of a run, and inputs of which nothing could be loaded, are due again with a clean slate. Returns how
    many. Raises ConfigError.

    `derived_now` gives the definition of what a pipeline derives now, by its name: that is what the run builds. Without
    it, what it was to build before. `contracts_now` gives the versions of the contracts of now by source: under these
    such inputs are read again.
    """
    run_state(run)
    pipeline = pipeline_of(run)
    # both may import a lot, and no transaction stays idle for so long
    derived, contracts = derived_now(pipeline), contracts_now(pipeline)
    with transaction() as cursor:
        _refuse_purged(cursor, run)
        cursor.execute(query("retry_steps"), {"run": run})
        revived = [step for (step,) in cursor.fetchall()]
        cursor.execute(query("retry_parts"), {"steps": revived})
        cursor.execute(query("retry_inputs"), {"steps": revived})
        inputs = cursor.rowcount
        again = read_again(cursor, run, contracts)
        if revived or again:
            cursor.execute(query("reopen_run"), {"run": run, "inputs": inputs + again})
            cursor.execute(query("declare_derived"), {"run": run, "derived": derived})
            _refuse_purged(cursor, run)  # a purge may have begun meanwhile; from here on it finds an open run
    return len(revived) + again


def _refuse_purged(cursor: Cursor, run: int) -> None:
    cursor.execute("select purged_at from sluice.run where id = %s and purged_at is not null", (run,))
    row = cursor.fetchone()
    if row is not None:
        raise ConfigError(
            f"Run {run} was purged on {row[0]:%Y-%m-%d}, so there is nothing left to try again: run its files again."
        )
