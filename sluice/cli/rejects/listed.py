"""`rejects list`: the refused rows of a run, each with file, line, column, code and reason."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.addresses import near, reason, without_column
from sluice.cli.hints import print_hints_of
from sluice.cli.options import RunId
from sluice.cli.output import Json, count, emit, table
from sluice.cli.runs.outcome import dismissals
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunStatus

ON_A_SCREEN = 50
Code = Annotated[str | None, typer.Option(help="Only this code, e.g. key_conflict.", show_default=False)]
OfColumn = Annotated[
    str | None, typer.Option("--column", help="Only rejects of this column of the table.", show_default=False)
]
OneInput = Annotated[
    str | None, typer.Option("--input", help="Only this input: its number, path or file name.", show_default=False)
]
Dismissed = Annotated[bool, typer.Option("--dismissed", help="Those that `rejects dismiss` has dismissed.")]
Limit = Annotated[
    int | None, typer.Option(min=0, help="How many to list; 0: all.", show_default=f"{ON_A_SCREEN}, all with --json")
]


def list_(
    run: RunId,
    code: Code = None,
    column: OfColumn = None,
    only: OneInput = None,
    dismissed: Dismissed = False,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List a run's rejects by file and line, without those that are dismissed."""
    from sluice.engine.ledger.runs import count_rejects, list_rejects, read_status

    status = read_status(run)
    refuse_purged(status)
    chosen = None if only is None else find_input(status, only)
    most = (None if as_json else ON_A_SCREEN) if limit is None else limit or None
    listed = list_rejects(run, code=code, column=column, input_id=chosen, limit=most, dismissed=dismissed)
    codes = count_rejects(run, column=column, input_id=chosen, dismissed=dismissed)
    facts = {"run": run, "rejected": status.rejected, "codes": codes, "rejects": listed}
    where = f"run {run}" if only is None else f"input {only!r} of run {run}"
    where += f", column {column!r}," if column is not None else ""

    def human() -> None:
        print_rejects(where, codes, listed, code)
        for line in () if dismissed else dismissals(status):
            print(f"dismissed: {line}")
        if code is None and column is None:  # hints are about all codes
            print_hints_of(status)

    emit(facts, as_json=as_json, human=human)


def refuse_purged(status: RunStatus) -> None:
    """Raise ConfigError where the rejects of a run are gone."""
    if status.purged_at and any(each.has_rejects for each in status.inputs):
        raise ConfigError(
            f"The rejects of run {status.run} were purged on {status.purged_at:%Y-%m-%d}. To get them again, load its "
            f"files with --reload: sluice run {status.pipeline} FILES --reload"
        )


def refuse_unknown_code(run: int, code: str | None, column: str | None, *, dismissed: bool = False) -> None:
    """Raise ConfigError for a code that no reject of the run has, with those that there are."""
    if code is None:
        return
    from sluice.engine.ledger.runs import count_rejects

    counted = [each["code"] for each in count_rejects(run, column=column, dismissed=dismissed)]
    if code not in counted:
        where = f"run {run}" if column is None else f"run {run}, column {column!r},"
        raise ConfigError(_no_such_code(where, code, counted))


def _no_such_code(where: str, code: str, known: Collection[str]) -> str:
    meant = difflib.get_close_matches(code, known, 1)
    hint = f"did you mean {meant[0]}? " if meant else ""
    has = f"it has: {', '.join(sorted(known))}" if known else "it has none that is open"
    return f"{where[0].upper()}{where[1:]} has no rejects with the code {code!r}; {hint}{has}."


def find_input(status: RunStatus, name: str) -> int:
    """The number of the run's input with this number, path or file name. Raises ConfigError that lists the inputs."""
    path = str(Path(name).resolve())
    for matches in (
        [each for each in status.inputs if str(each.input) == name],
        [each for each in status.inputs if name in {each.uri, near(each.uri)} or path == each.uri],
        [each for each in status.inputs if Path(each.uri).name == name],
    ):
        if len(matches) == 1:
            return matches[0].input
    known = ", ".join(f"{each.input} ({near(each.uri)})" for each in status.inputs[:10])
    raise ConfigError(f"Run {status.run} has no single input {name!r}. It has: {known}.")


def print_rejects(
    where: str, codes: list[dict[str, Any]], listed: list[dict[str, Any]], code: str | None = None
) -> None:
    """Print how often each code occurs, then the rejects.

    Raises ConfigError for a code that does not occur.
    """
    if not codes:
        print(f"{where} has no rejects")
        return
    counted = {each["code"]: each["rows"] for each in codes}
    if code is not None and code not in counted:
        raise ConfigError(_no_such_code(where, code, counted))
    table(("code", "rows"), counted.items())
    print()
    table(("file and line", "column", "code", "reason"), map(_row, listed))
    total = sum(counted.values()) if code is None else counted[code]
    if len(listed) < total:
        print(f"\n{count(len(listed))} of {count(total)}; --limit 0 shows all")


def _row(each: dict[str, Any]) -> list[object]:
    why = without_column(each["column"], reason(each["reason"], each["other_file"]))
    if each.get("fixed_by"):
        why += f" (fixed by run {each['fixed_by']})"
    return [f"{near(each['file'])}:{each['line']}", each["column"], each["code"], why]
