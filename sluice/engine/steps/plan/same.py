"""Content that was read before: whether an input has to be loaded, and which inputs it replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings
from sluice.engine.database.statements import statements
from sluice.engine.declare import Table
from sluice.engine.ledger.outcomes import end_input
from sluice.engine.steps.plan.scan import PlannedInput
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.tables.loaded_rows import missing_inputs
from sluice.version import __version__

query = statements(__name__)


class OtherInput(NamedTuple):
    """An earlier input with the same content. `poison`: it killed its workers; `unloadable`: why none of its rows could
    be loaded; `as_it_is`: the content is the file's bytes, neither unpacked nor decoded. The state `over_limit`: it
    failed in the same run because of its rejects."""

    input: int
    run: int
    state: str
    contract: str
    position: int
    poison: bool
    unloadable: str | None
    as_it_is: bool


def same_content(cursor: Cursor, work: InputWork, sha256: str, *, only_newest: bool) -> list[OtherInput]:
    """Inputs of the source with the same content, the deciding one first; `only_newest` as of SourceKind."""
    return same_contents(cursor, [work], [sha256], only_newest=only_newest).get(work.id, [])


def same_contents(
    cursor: Cursor, works: Sequence[InputWork], shas: Sequence[str], *, only_newest: bool
) -> dict[int, list[OtherInput]]:
    """As `same_content`, for several inputs of one run and source, by their ids."""
    params = {"pipeline": works[0].pipeline, "source": works[0].source, "run": works[0].run}
    contents = {"inputs": [work.id for work in works], "shas": list(shas)}
    limits = {"code_version": __version__, "max_crashes": settings().max_crashes}
    cursor.execute(query("same_content"), params | contents | limits | {"newest": only_newest})
    found: dict[int, list[OtherInput]] = {}
    for mine, *other in cursor.fetchall():
        found.setdefault(mine, []).append(OtherInput(*other))
    return found


def loaded_contents(
    cursor: Cursor, works: Sequence[InputWork], others: Mapping[int, Sequence[OtherInput]], table: Table
) -> dict[int, int]:
    """Of inputs with these `others` (as of `same_contents`) those whose content is loaded under the same declaration,
    and its rows are there: by their ids the input that has loaded it."""
    deciding = {work.id: others[work.id][0] for work in works if others.get(work.id)}
    contracts = {work.id: work.contract for work in works}
    loaded = {
        this: other.input
        for this, other in deciding.items()
        if other.state == "done" and other.contract == contracts[this]
    }
    gone = {each.input for each in missing_inputs(cursor, table, [*loaded.values()], only_made_anew=True)}
    return {this: other for this, other in loaded.items() if other not in gone}


def read_otherwise(cursor: Cursor, works: Sequence[InputWork], scanned: Sequence[PlannedInput]) -> set[int]:
    """Inputs of one run and declaration that replace rows of the same file, read under another one."""
    facts = {name: getattr(works[0], name) for name in ("pipeline", "source", "contract", "run")}
    contents = {"shas": [each.plan.sha256 for each in scanned], "raws": [each.raw for each in scanned]}
    cursor.execute(query("read_otherwise"), facts | contents | {"inputs": [work.id for work in works]})
    return {this for (this,) in cursor.fetchall()}


def replaced_by(cursor: Cursor, work: InputWork, others: Sequence[OtherInput], scanned: PlannedInput) -> list[int]:
    """Inputs whose rows this one replaces: the same content, and the same file read under another declaration."""
    params = {"pipeline": work.pipeline, "source": work.source, "contract": work.contract, "run": work.run}
    cursor.execute(
        query("other_readings"), params | {"sha256": scanned.plan.sha256, "raw": scanned.raw, "input": work.id}
    )
    same = {other.input for other in others if other.run < work.run and other.state in ("done", "failed")}
    replaced = same | {other for (other,) in cursor.fetchall()}
    return sorted(replaced | _replays_of(cursor, work, replaced))


def _replays_of(cursor: Cursor, work: InputWork, replaced: set[int]) -> set[int]:
    """Inputs that have loaded corrected rejects of these inputs."""
    if not replaced:
        return set()
    cursor.execute(query("replays_of"), {"inputs": [*replaced], "run": work.run})
    return {replay for (replay,) in cursor.fetchall()}


def rows_are_gone(cursor: Cursor, table: Table, other: OtherInput) -> bool:
    """Whether loaded rows are missing because their table was emptied or recreated."""
    return other.state == "done" and bool(missing_inputs(cursor, table, [other.input], only_made_anew=True))


def resolve_same_content(cursor: Cursor, work: InputWork, other: OtherInput, facts: dict[str, Any]) -> bool:
    """End an input, or let it wait, if its content is loading, loaded, over the run's limit of rejects (settling says
    so of its copies), known to kill its workers, or known to have no valid row. False when it has to be loaded."""
    if other.state in ("loading", "loaded", "over_limit"):
        _join_loading(cursor, work, other, facts)
        return True
    if work.options.get("reload") or other.contract != work.contract:
        return False
    if other.state == "done":
        end_input(cursor, work.id, "already_loaded", same_as=other.input, **facts)
        return True
    return _is_known_to_fail(cursor, work, other, facts)


def _join_loading(cursor: Cursor, work: InputWork, other: OtherInput, facts: dict[str, Any]) -> None:
    """Let an input wait for the one with its content that is being loaded, or end if both are of one run."""
    if other.run != work.run:
        cursor.execute(query("wait_for_content"), facts | {"input": work.id, "same_as": other.input, "ordered": False})
        return
    if work.position < other.position:
        cursor.execute(query("lower_position"), {"input": other.input, "position": work.position})
    end_input(cursor, work.id, "already_loaded", same_as=other.input, **facts)


def _is_known_to_fail(cursor: Cursor, work: InputWork, other: OtherInput, facts: dict[str, Any]) -> bool:
    """Fail an input whose content is known not to load. False when it is to be tried."""
    if other.poison:
        reason = (
            f"The same content has killed its workers before (input {other.input} of run {other.run}). "
            f"`sluice retry {other.run}` tries it once more."
        )
        end_input(cursor, work.id, "failed", code="poison", error=reason, **facts)
        return True
    if other.unloadable is not None:
        reason = (
            f"Nothing of the same content could be loaded before, under the same declaration (input {other.input} of "
            f"run {other.run}). {other.unloadable} Correct the declaration or the file; `sluice retry {other.run}` "
            "tries it again."
        )
        end_input(cursor, work.id, "failed", code="nothing_loaded", same_as=other.input, error=reason, **facts)
        return True
    return False
