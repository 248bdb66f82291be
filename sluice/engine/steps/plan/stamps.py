"""Stamps of files: what shows that a file has changed, without reading it.

A stamp is the size, time of change and inode of a file; in an object store its tag. Plan notes it: schedules skip a
file until it changes. With SLUICE_TRUST_STAMPS plan itself does not read a file whose stamp is that of an earlier
input, if its inode has not changed since two seconds before that input's run was registered. So neither a program that
sets back the time of a file, nor a coarse clock of a file system, makes a changed file look unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock_all
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow
from sluice.engine.ledger.outcomes import skip_inputs
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.same import loaded_contents, same_contents
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.storage import last_change
from sluice.errors import SluiceError

query = statements(__name__)

NOT_READ = "The file was not read: nothing of it has changed since an earlier input read it (SLUICE_TRUST_STAMPS)."


class Unchanged(NamedTuple):
    """An input whose file is as it was when an earlier one read it: the file's stamp, and its content."""

    work: InputWork
    stamp: str
    sha256: str
    size: int


def note_stamps(cursor: Cursor, stamps: Mapping[int, str | None]) -> None:
    """Record the stamps that files had before they were read, by the ids of their inputs. Fetched inputs have none."""
    cursor.execute(query("note_stamps"), {"inputs": [*stamps], "stamps": [*stamps.values()]})


def unchanged_inputs(works: Sequence[InputWork], flow: Flow, stamps: Mapping[int, str | None]) -> list[Unchanged]:
    """Inputs of one run and declaration that need not be read: their content is known by their stamps, and loaded."""
    known = known_by_stamp(works, flow, stamps)
    if not known:
        return []
    with transaction() as cursor:
        loaded = _loaded(cursor, known, flow)
    return [each for each in known if each.work.id in loaded]


def known_by_stamp(works: Sequence[InputWork], flow: Flow, stamps: Mapping[int, str | None]) -> list[Unchanged]:
    """Inputs of one run and declaration whose content is known by their stamps, if these are trusted."""
    trusted = settings().trust_stamps and flow.table.on_conflict == "keep"
    seen = {work.id: work for work in works if stamps.get(work.id) is not None and not work.options.get("reload")}
    if not trusted or not seen:
        return []
    columns = {
        "inputs": [*seen],
        "uris": [work.uri for work in seen.values()],
        "stamps": [stamps[this] for this in seen],
        "changed": [_changed(work) for work in seen.values()],
    }
    facts = {name: getattr(works[0], name) for name in ("pipeline", "source", "contract", "run")}
    with transaction() as cursor:
        cursor.execute(query("known_by_stamp"), columns | facts)
        return [Unchanged(seen[this], stamps[this] or "", *content) for this, *content in cursor.fetchall()]


def skip_unchanged(finishing: AbstractContextManager[Cursor], unchanged: Sequence[Unchanged], flow: Flow) -> bool:
    """End inputs of one run without reading them, in the transaction that ends their steps. False, with nothing
    written, if there are none, or one of them has to be read now."""
    if not unchanged:
        return False
    with suppress(_MustBeRead), finishing as cursor:
        lock_all(cursor, Lock.CONTENT, [each.sha256 for each in unchanged])
        loaded = _loaded(cursor, unchanged, flow)
        if len(loaded) < len(unchanged):
            raise _MustBeRead  # the transaction is rolled back
        skip_all(cursor, unchanged, loaded, NOT_READ)
        return True
    return False


def skip_all(cursor: Cursor, known: Sequence[Unchanged], loaded: Mapping[int, int], note: str | None) -> None:
    """End inputs of one run, each of which has another one that has `loaded` its content."""
    same_as = {each.work.id: loaded[each.work.id] for each in known}
    stamps = {each.work.id: each.stamp for each in known}
    skip_inputs(cursor, known[0].work.run, same_as, [(each.sha256, each.size) for each in known], note, stamps)


class _MustBeRead(Exception):
    """A content is not loaded any more."""


def _loaded(cursor: Cursor, unchanged: Sequence[Unchanged], flow: Flow) -> dict[int, int]:
    """The inputs whose content is loaded, and its rows are there: each with the input that has loaded it."""
    if not unchanged:
        return {}
    works, shas = [each.work for each in unchanged], [each.sha256 for each in unchanged]
    others = same_contents(cursor, works, shas, only_newest=kind_of(flow.source).only_newest)
    return loaded_contents(cursor, works, others, flow.table)


def _changed(work: InputWork) -> datetime | None:
    """When the file changed last, None in an object store; now, if that cannot be seen."""
    try:
        changed = last_change(work.uri)
    except SluiceError:
        return datetime.now(UTC)
    return None if changed is None else datetime.fromtimestamp(changed, UTC)
