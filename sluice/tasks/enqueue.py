"""Enqueue: write a run and its inputs to the ledger, then messages to Redis. Scripts use `sluice.client`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain, islice
from typing import TypedDict, Unpack

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.identity import holder
from sluice.engine.database.connection import transaction
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.personal.masks import check_masks
from sluice.engine.ledger.registration import AT_ONCE, NewInput, Registration, Versions, register
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.inputs import each_once
from sluice.engine.steps.again.redeclare import note_declared
from sluice.engine.steps.build import definition_of
from sluice.engine.steps.part.reject_limit import RejectLimit
from sluice.engine.storage import name_order
from sluice.engine.tables.loaded_rows import note_targets
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import ConfigError, SettingMissing
from sluice.pipelines import declared_of
from sluice.workers.publish import publish_now

log = logging.getLogger(__name__)

Tell = Callable[[int, int], None]  # (the run's id, how many inputs it has so far)


class RunOptions(TypedDict, total=False):
    """The options of a run, as of `sluice.enqueue`. With `refit`, the statistics of preprocessed tables' steps are
    computed again. `replay` is the run whose rejects this one loads; `alone`: it is compared with settled rows only.
    """

    reload: bool
    max_rejects: str | None
    as_of: date | None
    allow_future: bool
    refit: bool
    replay: int
    alone: bool


def enqueue_inputs(
    pipeline: Pipeline,
    inputs: Iterable[NewInput],
    tell: Tell = lambda _run, _inputs: None,
    **options: Unpack[RunOptions],
) -> Run:
    """Queue inputs by their addresses, which are not expanded, each once. Otherwise as `sluice.enqueue`.

    `tell` is called with the run's id and the number of its inputs for each piece of them that is registered.
    """
    if not is_current(pipeline):
        migrate([pipeline], note=log.warning)  # such as: did you mean renamed_from?
    pieces = _pieces(inputs) if _in_pieces(pipeline, options) else iter([each_once(inputs)])
    first, following = next(pieces, []), next(pieces, None)
    with transaction() as cursor:
        run = register_inputs(cursor, pipeline, first, incomplete=following is not None, **options)
    if following is not None:
        _register_others(pipeline, run, first, chain([following], pieces), tell)
    publish_now()
    return run


def _in_pieces(pipeline: Pipeline, options: RunOptions) -> bool:
    """Whether inputs may be loaded while others of their run are not registered yet.

    Not where the list of all files decides what is done with one of them: in a reload, and in tables that are updated.
    """
    return not options.get("reload") and all(flow.table.on_conflict == "keep" for flow in pipeline.flows)


def _pieces(inputs: Iterable[NewInput]) -> Iterator[list[NewInput]]:
    left = iter(inputs)
    while piece := list(islice(left, AT_ONCE)):
        yield each_once(piece)


def _register_others(
    pipeline: Pipeline,
    run: Run,
    first: Sequence[NewInput],
    others: Iterator[list[NewInput]],
    tell: Tell,
) -> None:
    """Register the inputs after the first ones, which are loaded meanwhile."""
    versions = Versions(pipeline.name, contracts_of(pipeline), declared_of(pipeline).revisions)
    with Registration(run.id, versions, len(first)) as registration:
        tell(run.id, registration.registered)
        publish_now()
        last = max(name_order(each.uri) for each in first)
        for piece in _found_ahead(others):
            names = [name_order(each.uri) for each in piece]
            # what comes after all others in the order of names was not given before: nothing has to be looked up
            registration.add(piece, repeated=min(names) <= last)
            last = max(last, *names)
            tell(run.id, registration.registered)
        registration.complete()


def _found_ahead(pieces: Iterator[list[NewInput]]) -> Iterator[list[NewInput]]:
    """The pieces; while PostgreSQL writes one, the files of the next one are found."""
    with ThreadPoolExecutor(1, "finding") as finder:
        coming = finder.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = finder.submit(next, pieces, None)
            yield piece


def register_inputs(
    cursor: Cursor,
    pipeline: Pipeline,
    inputs: Sequence[NewInput],
    *,
    incomplete: bool = False,
    **options: Unpack[RunOptions],
) -> Run:
    """Write a run and its inputs to the ledger inside the caller's transaction, and publish nothing.

    `incomplete` if this process is going to register more inputs.
    """
    as_of, max_rejects = options.get("as_of"), options.get("max_rejects")
    allow_future = options.get("allow_future", False)
    try:
        for flow in pipeline.flows:
            check_masks(flow.table, cursor)
    except SettingMissing as error:
        raise ConfigError(f"Nothing was queued: {error}") from error
    pipeline.check_run(has_inputs=bool(inputs), as_of=as_of, allow_future=allow_future)
    stored: dict[str, object] = {name: True for name in ("reload", "refit", "alone") if options.get(name)}
    stored |= {"replay": options["replay"]} if "replay" in options else {}
    if max_rejects is not None:
        stored["max_rejects"] = RejectLimit(max_rejects).text
    if as_of is not None:
        stored["as_of"] = as_of.isoformat()
    if pipeline.derived:
        stored["derived"] = definition_of(pipeline)
    declared = declared_of(pipeline)
    note_declared(cursor, declared)
    registrar = holder() if incomplete else None
    run = register(cursor, pipeline.name, contracts_of(pipeline), inputs, stored, declared.revisions, registrar)
    note_targets(cursor, run.id, pipeline)
    return run


def contracts_of(pipeline: Pipeline) -> dict[str, str]:
    """The versions of the contracts of a pipeline, by source."""
    declared = declared_of(pipeline)
    return {source: declared.contract(source).version for source in declared.revisions}
