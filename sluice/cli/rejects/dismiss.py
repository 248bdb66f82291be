"""`rejects dismiss`: rejects that nobody is going to load, with the reason."""

from __future__ import annotations

import getpass
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.options import RunId
from sluice.cli.output import Json, emit, things
from sluice.cli.rejects.listed import Code, OfColumn, OneInput, find_input, refuse_purged, refuse_unknown_code
from sluice.cli.rejects.replay import Where, pairs
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunStatus
    from sluice.engine.ledger.rejects.replayed import ReplayInput

Why = Annotated[
    str | None, typer.Option("--why", metavar="TEXT", help="The reason, for those who look later.", show_default=False)
]
Undo = Annotated[bool, typer.Option("--undo", help="Make dismissed rejects open again.")]


def dismiss(
    run: RunId,
    why: Why = None,
    code: Code = None,
    column: OfColumn = None,
    where: Where = None,
    only: OneInput = None,
    undo: Undo = False,
    as_json: Json = False,
) -> None:
    """Dismiss a run's rejects: nobody is going to load them, and --why says why.

    They leave `rejects list` and `rejects export`, and no replay loads them; the books count them as before. Those
    that a replay has loaded stay as they are. --undo makes them open again.
    """
    from sluice.engine.ledger.rejects.dismissed import reopen
    from sluice.engine.ledger.runs import read_status

    status = read_status(run)
    refuse_purged(status)
    if status.state == "running":
        raise ConfigError(f"Run {run} has not ended: its rejects can be dismissed when it has.")
    refuse_unknown_code(run, code, column, dismissed=undo)
    if undo:
        if why or where or only:
            raise ConfigError("--undo takes --code and --column only: leave out --why, --where and --input.")
        rows = reopen(run, code=code, column=column)
        said = f"{things(rows, 'reject')} of run {run} {_is(rows)} open again"
    else:
        rows = _dismiss(status, (why or "").strip(), code, column, where or [], only)
        said = f"{things(rows, 'reject')} of run {run} dismissed"
    emit({"run": run, "rows": rows, "undo": undo}, as_json=as_json, human=lambda: print(said))


def _dismiss(
    status: RunStatus, why: str, code: str | None, column: str | None, where: list[str], only: str | None
) -> int:
    from sluice.engine.ledger.rejects.dismissed import dismiss as do_dismiss
    from sluice.engine.ledger.rejects.replayed import inputs_with_rejects

    if not why:
        raise ConfigError('Say why nobody is going to load them: --why "..."')
    chosen = None if only is None else find_input(status, only)
    inputs = [each for each in inputs_with_rejects(status.run) if chosen in {None, each.input}]
    lines = _lines(status, inputs, code, column, pairs("--where", where)) if where else None
    numbers = [each.input for each in inputs]
    return do_dismiss(status.run, numbers, code=code, column=column, lines=lines, why=why, who=_who())


def _lines(
    status: RunStatus, inputs: list[ReplayInput], code: str | None, column: str | None, where: dict[str, str]
) -> list[tuple[int, int]]:
    from sluice.engine.steps.again.replay.chosen import Wanted, matching_lines, refuse_unknown_column
    from sluice.pipelines import declared_of, find

    pipeline = find(status.pipeline)
    declared, wanted = declared_of(pipeline), Wanted(code, column, where=where)
    found = {
        each.input: matching_lines(each, pipeline.flow(each.source), declared.contract(each.source), wanted)
        for each in inputs
    }
    refuse_unknown_column([each if isinstance(each, ConfigError) else None for each in found.values()])
    return [(number, line) for number, lines in found.items() if isinstance(lines, list) for line in lines]


def _who() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        name = "?"
    return f"{name}@{socket.gethostname()}"


def _is(rows: int) -> str:
    return "is" if rows == 1 else "are"
