"""Registering whole files: those whose state is not in the ledger, in one run, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.registration import NewInput
from sluice.engine.ledger.runs import Run
from sluice.engine.rows.contract.version import version
from sluice.engine.sources.files.light import is_light
from sluice.engine.sources.files.resolve import unpacked
from sluice.engine.storage.address import storable
from sluice.engine.watch.lease import WatchLease

query = statements(__name__)

# registers a run of a pipeline, with these inputs and as_of, in the transaction of the cursor
Start = Callable[[Cursor, Pipeline, list[NewInput], date | None], Run]
MOST = 1_000  # files of a run: more would keep the first ones waiting


class Whole(NamedTuple):
    """A whole file, and its state."""

    source: str
    path: str
    stamp: str


def new_files(pipeline: Pipeline, whole: Sequence[Whole]) -> list[Whole]:
    """Those whose state no input was registered for. Raises DatabaseAway."""
    with transaction() as cursor:
        new = _new(cursor, pipeline, [_input(each.source, storable(each.path), each) for each in whole])
    return [each for each in whole if (each.source, storable(each.path)) in new or is_archive(each.path)]


def take(pipeline: Pipeline, lease: WatchLease, whole: Sequence[Whole], start: Start) -> tuple[Run | None, int]:
    """Register a run with those of the files that are new. Returns it and the number of its inputs; None if none is
    new, or another watcher has the lease meanwhile. Raises DatabaseAway."""
    found = [each for file in whole for each in _inputs(pipeline, file)]
    with transaction() as cursor:
        if not lease.hold(cursor):
            return None, 0
        new = _new(cursor, pipeline, found)
        inputs = [each.input for each in found if (each.input.source, each.input.uri) in new]
        if not inputs:
            return None, 0
        run = start(cursor, pipeline, inputs, _today(pipeline) if pipeline.dated else None)
        stamps = {each.input.uri: each.stamp for each in found}
        cursor.execute(query("note_states"), {"run": run.id, "uris": [*stamps], "stamps": [*stamps.values()]})
        failpoint("watch.before_commit")
    failpoint("watch.registered")
    return run, len(inputs)


class _Found(NamedTuple):
    """An input, and the state of its file."""

    input: NewInput
    stamp: str


def is_archive(path: str) -> bool:
    """Whether a file may have members, which are the inputs."""
    return path.lower().endswith(".zip")


def _input(source: str, uri: str, whole: Whole, *, light: bool = False) -> _Found:
    return _Found(NewInput(source, uri, light), whole.stamp)


def _inputs(pipeline: Pipeline, file: Whole) -> Iterator[_Found]:
    """The inputs of a file: itself, or the members of a zip."""
    flow = pipeline.flow(file.source)
    for each in unpacked(file.path):
        yield _input(file.source, each.uri, file, light=is_light(flow, each.size))


def _new(cursor: Cursor, pipeline: Pipeline, found: Sequence[_Found]) -> set[tuple[str, str]]:
    contracts = {flow.source.name: version(flow.table, flow.transform, flow.source) for flow in pipeline.flows}
    params = {
        "pipeline": pipeline.name,
        "sources": [each.input.source for each in found],
        "uris": [each.input.uri for each in found],
        "stamps": [each.stamp for each in found],
        "contracts": [contracts[each.input.source] for each in found],
    }
    cursor.execute(query("new_states"), params)
    return set(cursor.fetchall())


def _today(pipeline: Pipeline) -> date:
    """The day for which derived tables are built, in the zone of the pipeline's schedule."""
    return datetime.now(pipeline.schedule.zone if pipeline.schedule else UTC).date()
