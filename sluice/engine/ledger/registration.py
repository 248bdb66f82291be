"""Registering runs: in one transaction, or with many inputs piece by piece.

From the first piece on the run is open, and what is registered is loaded. It cannot end before its registration: until
then it waits for one input more than it has. The process that registers it has a lease (`extend`). When the
process is gone, or gives up, the run goes on with the inputs that it has, and ends as failed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.identity import holder, is_gone
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import patiently, transaction
from sluice.engine.database.lease import Lease
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements
from sluice.engine.ledger.outcomes import add_settle_step
from sluice.engine.ledger.runs import Run
from sluice.errors import PermanentError, SluiceError

query = statements(__name__)

log = logging.getLogger(__name__)
AT_ONCE = 2_000  # inputs of one statement, and of one transaction where they are registered piece by piece


class NewInput(NamedTuple):
    """An input to read, by its address, and the source of the pipeline that it belongs to. `light`: it is small."""

    source: str
    uri: str
    light: bool = False


@dataclass(frozen=True)
class Versions:
    """What inputs of a pipeline are registered with: versions of the contracts by source, and of the complete
    declarations. A run that reloads has no light inputs."""

    pipeline: str
    contracts: Mapping[str, str]
    revisions: Mapping[str, str]
    reload: bool = False

    def add(self, cursor: Cursor, run: int, inputs: Sequence[NewInput], before: int) -> None:
        """Write inputs, each with its step, after the `before` inputs that the run has."""
        listed = {
            "run": run,
            "before": before,
            "pipeline": self.pipeline,
            "sources": [each.source for each in inputs],
            "uris": [each.uri for each in inputs],
            "contracts": [self.contracts[each.source] for each in inputs],
            "revisions": [self.revisions.get(each.source) for each in inputs],
            "light": [each.light and not self.reload for each in inputs],
        }
        cursor.execute(query("register_inputs"), listed)


def register(
    cursor: Cursor,
    pipeline: str,
    contracts: Mapping[str, str],
    inputs: Sequence[NewInput],
    options: Mapping[str, Any] | None = None,
    revisions: Mapping[str, str] | None = None,
    registrar: str | None = None,
) -> Run:
    """Write a run and its inputs to the ledger, inside the caller's transaction. Nothing is published yet.

    `contracts` are the versions of the contracts by source, `revisions` those of the complete declarations. `registrar`
    is the process that is going to register more inputs.
    """
    chosen, whole = options or {}, ",".join(dict.fromkeys(contracts.values()))
    facts = {"pipeline": pipeline, "contract": whole, "inputs": len(inputs), "options": json.dumps(chosen)}
    cursor.execute(query("register_run"), facts | {"registrar": registrar, "lease_s": settings().lease_s})
    run = (cursor.fetchone() or (0,))[0]
    versions = Versions(pipeline, contracts, revisions or {}, bool(chosen.get("reload")))
    for before in range(0, len(inputs), AT_ONCE):
        versions.add(cursor, run, inputs[before : before + AT_ONCE], before)
    if not inputs and registrar is None:
        add_settle_step(cursor, run)
    return Run(run)


class Registration(Lease):
    """`with Registration(run, versions, 2000) as more: more.add(inputs); more.complete()`: the further inputs of a run
    that this process has registered with so many. Left before it is complete, it is given up."""

    def __init__(self, run: int, versions: Versions, registered: int) -> None:
        super().__init__("registration")
        self.registered = registered
        self._run = run
        self._versions = versions
        self._facts = {"run": run, "registrar": holder(), "lease_s": settings().lease_s}
        self._open = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if self._open:
            self._give_up()

    def add(self, inputs: Sequence[NewInput], *, repeated: bool) -> None:
        """Register more inputs, and commit. `repeated`: some may be registered already, and keep their places.

        Waits while PostgreSQL is away. Raises PermanentError when the run was closed meanwhile, DatabaseAway.
        """
        new = patiently(lambda: self._new(inputs)) if repeated else inputs
        if new:
            patiently(lambda: self._add(new))
            self.registered += len(new)
            failpoint("register.committed")

    def complete(self) -> None:
        """All inputs are registered. Raises as `add`."""
        patiently(self._complete)
        self._open = False

    def _new(self, inputs: Sequence[NewInput]) -> list[NewInput]:
        asked = {"run": self._run, "pipeline": self._versions.pipeline, "uris": [each.uri for each in inputs]}
        with transaction() as cursor:
            cursor.execute(query("given_before"), asked)
            known = set(cursor.fetchall())
        return [each for each in inputs if (each.source, each.uri) not in known]

    def _add(self, inputs: Sequence[NewInput]) -> None:
        with transaction() as cursor:
            if self._so_far(cursor) == self.registered + len(inputs):
                return  # the connection died at COMMIT
            self._versions.add(cursor, self._run, inputs, before=self.registered)
            # last, because workers that end inputs need this row
            cursor.execute(query("count_registered"), self._facts | {"inputs": len(inputs), "before": self.registered})
            if cursor.rowcount != 1:
                self._lost()

    def _complete(self) -> None:
        with transaction() as cursor:
            cursor.execute(in_ledger("select from sluice.run where id = %s and registrar is null"), (self._run,))
            if cursor.rowcount:
                return  # the connection died at COMMIT
            cursor.execute(query("complete_registration"), self._facts)
            row = cursor.fetchone()
            if row is None:
                self._lost()
            elif row[0] == 0:
                add_settle_step(cursor, self._run)

    def _so_far(self, cursor: Cursor) -> int:
        """How many inputs are registered. Raises PermanentError when this process does not register them any more."""
        cursor.execute(query("registered_so_far"), self._facts)
        number, mine = cursor.fetchone() or (0, False)
        if not mine:
            self._lost()
        return int(number)

    def _lost(self) -> None:
        self._open = False
        raise PermanentError(
            f"Run {self._run} was closed with {self.registered} inputs: it was cancelled, or this process did not"
            " extend its lease, because it was stopped or could not reach PostgreSQL. Run the same command again,"
            " which loads the others."
        )

    def _give_up(self) -> None:
        """Let the run end as failed, with the inputs that it has. Without PostgreSQL the workers do it later."""
        self._open = False
        try:
            with transaction() as cursor:
                give_up(cursor, [self._run])
        except SluiceError:
            log.warning("run %s has %s inputs: the workers notice that no more will come", self._run, self.registered)

    def extend(self, cursor: Cursor) -> bool:
        """Extend the registrar's lease."""
        cursor.execute(query("extend_registration"), self._facts)
        return bool(cursor.rowcount)


def give_up(cursor: Cursor, runs: Sequence[int]) -> None:
    """No more inputs of these runs will be registered: they go on with those that they have, and end as failed."""
    cursor.execute(query("give_up_registration"), {"runs": list(runs)})
    for run, left, total in cursor.fetchall():
        log.warning(
            "run %s: its registration ended with %s inputs, before it was complete. These are loaded, and the run ends"
            " as failed: the same command again loads the others",
            run,
            total,
        )
        if left == 0:
            add_settle_step(cursor, run)


def end_abandoned(cursor: Cursor, *, leases: bool) -> None:
    """Give up registrations whose process is gone; with `leases` also those whose lease has expired."""
    cursor.execute(query("open_registrations"))
    gone = [run for run, registrar, expired in cursor.fetchall() if (leases and expired) or is_gone(registrar)]
    if gone:
        give_up(cursor, gone)
