"""Content of an update that was loaded before: whether it has to be applied again.

The table is the result of all inputs applied one after another, by run and place in the run: contents A, B, A end as A.
So loaded content is skipped only if applying it again would change nothing: nothing else was applied since, or only
content that this run applies after it. A run of the same files again is therefore skipped, and so are the known files
before the first new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Table
from sluice.engine.ledger.inputs.shared import earlier_open_run
from sluice.engine.ledger.outcomes import end_input
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.tables.loaded_rows import missing_inputs
from sluice.errors import EarlierRunOpen

query = statements(__name__)


@dataclass(frozen=True)
class Listed:
    """One input of the run: its content (None: not known yet), and its state in the ledger."""

    id: int
    sha256: str | None
    state: str


def is_applied(listed: Sequence[str | None], history: Sequence[str], place: int) -> bool:
    """Whether the content at `place` of a run may be skipped.

    `listed` are the contents of the run in order (None for inputs that give nothing), `history` those that earlier
    runs applied, oldest first. It may if it and each before it was applied, and everything applied after it comes
    again later in this run.
    """
    last_in_history = {sha256: at for at, sha256 in enumerate(history)}
    last_in_run = {sha256: at for at, sha256 in enumerate(listed) if sha256 is not None}
    earliest = [0] * len(history)  # how early in the run the last of what was applied from there on comes again
    soonest = len(listed)
    for at in range(len(history) - 1, -1, -1):
        earliest[at] = soonest
        soonest = min(soonest, last_in_run.get(history[at], -1))
    for at in range(place + 1):
        sha256 = listed[at]
        if sha256 is None:
            continue
        if sha256 not in last_in_history or earliest[last_in_history[sha256]] <= at:
            return False
    return True


def wait_for_earlier_runs(work: InputWork) -> None:
    """A reload replaces settled rows, and a replay that updates is compared with them.

    Raises EarlierRunOpen while an earlier run of the source is not settled.
    """
    if not work.options.get("reload") and not work.options.get("alone"):
        return
    with transaction() as cursor:
        earlier = earlier_open_run(cursor, work.run, work.pipeline, work.source)
    if earlier is not None:
        raise EarlierRunOpen(f"Run {earlier} came earlier: this run goes on once it is settled.")


def wait_for_contents(work: InputWork) -> None:
    """Raise ContentsUnknown where the input was read already and the other files of its run were not."""
    with transaction() as cursor:
        cursor.execute(query("run_contents"), {"run": work.run, "source": work.source})
        listed = [Listed(*row) for row in cursor.fetchall()]
    if any(each.id == work.id and each.sha256 is not None for each in listed):
        _refuse_unknown(listed)


def note_content(work: InputWork, sha256: str, size: int) -> None:
    """Record the content that was read, for the other files of the run."""
    with transaction() as cursor:
        cursor.execute(query("note_content"), {"input": work.id, "sha256": sha256, "size": size})


def skip_applied(cursor: Cursor, work: InputWork, table: Table, facts: dict[str, Any]) -> bool:
    """End an input of an update that can be skipped, or let it wait. False when it has to be loaded.

    Raises EarlierRunOpen while contents of its run that may decide this are not known yet.
    """
    params = {"run": work.run, "source": work.source, "pipeline": work.pipeline, "sha256": facts["sha256"]}
    cursor.execute(query("run_contents"), params)
    listed = [Listed(*row) for row in cursor.fetchall()]
    place = [each.id for each in listed].index(work.id)
    twin = _twin(listed, place, facts["sha256"])
    if twin is not None:
        end_input(cursor, work.id, "already_loaded", same_as=twin, **facts)
        return True
    cursor.execute(query("loading_before"), params)
    row = cursor.fetchone()
    if row is not None:
        cursor.execute(query("wait_for_content"), facts | {"input": work.id, "same_as": row[0], "ordered": True})
        return True
    if work.options.get("reload"):
        return False
    cursor.execute(query("applied_before"), params | {"contract": work.contract})
    row = cursor.fetchone()
    applied = row is not None and not missing_inputs(cursor, table, [row[0]], only_made_anew=True)
    if row is None or not applied or any(each.state in ("loading", "loaded", "done") for each in listed[:place]):
        return False
    _refuse_unknown(each for each in listed if each.id != work.id)
    contents = [facts["sha256"] if each.id == work.id else each.sha256 for each in listed]
    cursor.execute(query("applied_since"), params | {"contents": [*filter(None, contents)], "contract": work.contract})
    if not is_applied(contents, [sha256 for (sha256,) in cursor.fetchall()], place):
        return False
    end_input(cursor, work.id, "already_loaded", same_as=row[0], **facts)
    return True


class ContentsUnknown(EarlierRunOpen):
    """The contents of the run are not all known: this one's is recorded, and it is planned again later."""


def _refuse_unknown(listed: Iterable[Listed]) -> None:
    if any(each.sha256 is None and each.state == "registered" for each in listed):
        raise ContentsUnknown("Other files of the run decide whether this one has to be applied again.")


def _twin(listed: Sequence[Listed], place: int, sha256: str) -> int | None:
    """An input of the run with the same content, whose rows are the ones that count."""
    for each in reversed(listed[place + 1 :]):
        if each.sha256 == sha256 and each.state in ("loading", "loaded"):
            return each.id  # it comes later, so all rows of this one would be superseded
    for each in reversed(listed[:place]):
        if each.sha256 == sha256 and each.state in ("loading", "loaded"):
            return each.id
        if each.state not in ("already_loaded", "failed"):
            return None  # other content in between: this input is applied last
    return None
