"""The files in the inbox that belong to a day of a pipeline.

A pattern with a date selects the day's own files, and those of earlier days that no input has read. Of a pattern
without a date, files count that no input has read in their current state: the address is new, or the size, the time of
change or the store's tag has changed. A known file costs one stat (a request, in an object store); a new one, or one
with a date, costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Files, Flow, Pipeline
from sluice.engine.declare.sources.day_pattern import has_day, on_day
from sluice.engine.ledger.registration import NewInput
from sluice.engine.rows.contract.version import version
from sluice.engine.schedule.ticks import schedule_of
from sluice.engine.sources.files.light import is_light
from sluice.engine.sources.files.resolve import in_inbox
from sluice.engine.storage import is_remote, size_at_hand, stamp
from sluice.errors import DataError, NotHere

query = statements(__name__)


class Seen(NamedTuple):
    """A file in the inbox. `day` is the one in its name. `stamp` is the current stamp of a known address, if only what
    no input has read is wanted."""

    source: str
    uri: str
    day: date | None = None
    stamp: str | None = None
    light: bool = False
    only_new: bool = False


def tells_days(pipeline: Pipeline) -> bool:
    """Whether the names of its files contain their day."""
    return any(has_day(source.pattern) for source in pipeline.files if not source.watch)


def files_of(pipeline: Pipeline, day: date, earlier: Sequence[date] = (), *, only_new: bool = False) -> list[Seen]:
    """The files in the inbox whose names have the day; of `earlier` days also those that only add rows. `only_new`: the
    day has other runs, and what they have read does not belong to this one.

    Raises NotHere when the inbox does not exist here, TransientError when its store does not answer.
    """
    files: list[Seen] = []
    for source in _sources(pipeline, dated=True):
        days = [day] if source.snapshot else [*earlier, day]
        for each in days:
            uris = in_inbox(_inbox(), on_day(source.pattern, each))
            flow = pipeline.flow(source.name)
            if only_new:
                known = _known(pipeline.name, source.name, uris)
                files += (found._replace(day=each, only_new=True) for found in _stamped(flow, uris, known))
            else:
                files += (Seen(source.name, uri, each, light=is_light(flow, size_at_hand(uri))) for uri in uris)
    return files


def files_of_no_day(pipeline: Pipeline) -> list[Seen]:
    """The files in the inbox whose names have no day, with the stamps of known ones. Raises as `files_of`."""
    files: list[Seen] = []
    for source in _sources(pipeline, dated=False):
        uris = in_inbox(_inbox(), source.pattern)
        known = _known(pipeline.name, source.name, uris)
        files += _stamped(pipeline.flow(source.name), uris, known)
    return files


def choose(cursor: Cursor, pipeline: Pipeline, day: date, seen: Sequence[Seen]) -> list[NewInput]:
    """The files of `seen` that are the day's inputs, in the caller's transaction.

    A snapshot of the day is left out if one of a later day is loaded: it must not replace that.
    """
    stale = {each.name for each in _sources(pipeline, dated=True) if _is_stale(cursor, pipeline.name, each, day)}
    seen = [each for each in seen if each.day != day or each.source not in stale]
    new = _new(cursor, pipeline, [each for each in seen if each.day != day or each.only_new])
    fresh = {each for each in seen if each.day == day and not each.only_new}
    chosen = (each for each in seen if each in fresh or (each.source, each.uri) in new)
    return [NewInput(each.source, each.uri, each.light) for each in chosen]


def lacking(pipeline: Pipeline, day: date, inputs: Sequence[NewInput], seen: Sequence[Seen]) -> list[str]:
    """The patterns of the sources without a file for a day."""
    come = {each.source for each in inputs} | {each.source for each in seen if each.day == day}
    return [on_day(source.pattern, day) for source in pipeline.files if source.name not in come and not source.watch]


def _sources(pipeline: Pipeline, *, dated: bool) -> Iterator[Files]:
    """Without the watched ones: whether a file is whole, only the watcher knows."""
    return (each for each in pipeline.files if has_day(each.pattern) is dated and not each.watch)


def _inbox() -> str:
    inbox = settings().inbox
    if not is_remote(inbox) and not Path(inbox).is_dir():
        raise NotHere(
            f"The inbox {Path(inbox).absolute()} does not exist: create the folder, mount it, or set SLUICE_INBOX."
        )
    return inbox


def _known(pipeline: str, source: str, uris: list[str]) -> set[str]:
    with transaction() as cursor:
        cursor.execute(query("known_addresses"), {"pipeline": pipeline, "source": source, "uris": uris})
        return {uri for (uri,) in cursor.fetchall()}


def _stamped(flow: Flow, uris: list[str], known: set[str]) -> Iterator[Seen]:
    for uri in uris:
        try:
            now = stamp(uri) if uri in known else None
            yield Seen(flow.source.name, uri, stamp=now, light=is_light(flow, size_at_hand(uri)))
        except (NotHere, DataError):
            continue  # gone since it was listed, or refused for its name


def _new(cursor: Cursor, pipeline: Pipeline, seen: Sequence[Seen]) -> set[tuple[str, str]]:
    contracts = {flow.source.name: version(flow.table, flow.transform, flow.source) for flow in pipeline.flows}
    params = {
        "pipeline": pipeline.name,
        "sources": [each.source for each in seen],
        "uris": [each.uri for each in seen],
        "stamps": [each.stamp for each in seen],
        "contracts": [contracts[each.source] for each in seen],
    }
    cursor.execute(query("new_files"), params)
    return set(cursor.fetchall())


def _is_stale(cursor: Cursor, pipeline: str, source: Files, day: date) -> bool:
    if not source.snapshot:
        return False
    params = {"pipeline": pipeline, "schedule": schedule_of(pipeline), "source": source.name, "day": day}
    cursor.execute(query("has_newer_snapshot"), params)
    return cursor.fetchone() == (True,)
