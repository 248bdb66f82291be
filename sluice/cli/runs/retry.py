"""`retry`: tries again what failed in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sluice.cli.addresses import near
from sluice.cli.options import RunId, Strict, Timeout, Workers
from sluice.cli.output import Json, emit, say
from sluice.cli.runs.outcome import grouped
from sluice.cli.runs.run import finish, own_workers

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunStatus
    from sluice.engine.ledger.inputs.refused import SourceVersion

_NOTHING = (
    "run {run} has nothing to try again: no step is dead, no file had all its rows rejected, and no refused file has "
    "changed since."
)
_UNCHANGED = (
    "not read again ({code}): neither the file nor its declaration has changed since it was refused. Correct one of "
    "them, then: sluice retry {run}"
)
_OTHER_MEMBERS = (
    "not read again ({code}): a run has the inputs that it was registered with. Load what the archive has in it now: "
    "sluice run {pipeline} {file}"
)
_CANCELLED = "not loaded: the run was cancelled. Load it after all: sluice run {pipeline} {file}"
_OVER_LIMIT = (
    "not loaded again: it has more rejects than --max-rejects allows. Correct its rows, or allow more, then: "
    "sluice run {pipeline} {file}"
)


def retry(
    run: RunId,
    *,
    strict: Strict = False,
    workers: Workers = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Try again what failed in a run: dead steps, files whose rows were all rejected, and refused files.

    Files are read under the current declaration. A refused one (a wrong header, not CSV) is read again if it or its
    declaration has changed since. With the embedded servers, or with --workers, it starts workers, waits, and prints
    the run as `sluice run` does; otherwise running workers do the work.
    """
    from sluice.engine.ledger.runs import read_status
    from sluice.engine.ledger.runs import retry as revive
    from sluice.workers.publish import publish_now

    revived = revive(run, _derived_now, _declared_now)
    publish_now()
    status = read_status(run)
    what = f"steps of run {run} that are due again: {revived}" if revived else _NOTHING.format(run=run)
    if not revived and status.state == "running":
        what = f"run {run} has not ended, and nothing of it has failed: it is continued."
    lines = [what, *_left(status)]
    unfinished = bool(revived) or status.state == "running"
    crew = own_workers(workers) if unfinished else None
    if crew is not None and crew.slots:
        if not as_json:
            print("\n".join([*lines, ""]), flush=True)
        finish(run, crew, strict=strict, timeout=timeout, as_json=as_json, retried=revived)
        return
    emit({"run": run, "retried": revived}, as_json=as_json, human=lambda: print("\n".join(lines)))
    if unfinished:
        say("workers take them (`sluice worker` starts some)" if revived else "workers go on with it")


def _left(status: RunStatus) -> list[str]:
    """A line for failed inputs that are not tried again: why, and the next command."""
    lines = []
    for each in status.inputs:
        if each.state == "failed" and each.error_code == "over_limit":
            lines.append((each.uri, _OVER_LIMIT.format(pipeline=status.pipeline, file=near(each.uri))))
        elif each.error_code == "cancelled":
            lines.append((each.uri, _CANCELLED.format(pipeline=status.pipeline, file=near(each.uri))))
        elif each.state == "failed" and each.error_code in ("several_members", "no_member"):
            told = {"code": each.error_code, "pipeline": status.pipeline, "file": near(each.uri.partition("::")[0])}
            lines.append((each.uri, _OTHER_MEMBERS.format(**told)))
        elif each.state == "failed" and each.parts_total is None:
            lines.append((each.uri, _UNCHANGED.format(code=each.error_code, run=status.run)))
    return grouped(lines)


def _derived_now(pipeline: str) -> str | None:
    """The definition of a pipeline's derived tables; None for a pipeline that is not known here."""
    from sluice.engine.steps.build import definition_of
    from sluice.pipelines import newest

    declared = newest(pipeline)
    return None if declared is None else definition_of(declared.pipeline)


def _declared_now(pipeline: str) -> Mapping[str, SourceVersion]:
    """The declarations of a pipeline's sources, noted in the ledger; none for a pipeline that is not known here."""
    from sluice.engine.database.connection import transaction
    from sluice.engine.ledger.inputs.refused import SourceVersion
    from sluice.engine.steps.again.redeclare import note_declared
    from sluice.pipelines import newest

    declared = newest(pipeline)
    if declared is None:
        return {}
    with transaction() as cursor:
        note_declared(cursor, declared)
    return {
        source: SourceVersion(declared.contract(source).version, revision)
        for source, revision in declared.revisions.items()
    }
