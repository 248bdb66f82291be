"""`rejects list` and `rejects export`: the refused rows of a run, each with file, line, column, code and reason."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.addresses import near, reason, without_column
from sluice.cli.hints import print_hints_of
from sluice.cli.options import RunId
from sluice.cli.output import Json, count, emit, print_object, say, table, things
from sluice.cli.spreadsheet import STDOUT, new_file, refuse_json_on, write_csv
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunStatus
    from sluice.engine.ledger.rejects.stream import StreamedReject

ON_A_SCREEN = 50
EXPORTED = ("file", "line", "column", "code", "reason", "other_input", "other_line")
Code = Annotated[str | None, typer.Option(help="Only this code, e.g. key_conflict.", show_default=False)]
OneInput = Annotated[
    str | None, typer.Option("--input", help="Only this input: its number, path or file name.", show_default=False)
]
Limit = Annotated[
    int | None, typer.Option(min=0, help="How many to list; 0: all.", show_default=f"{ON_A_SCREEN}, all with --json")
]
Target = Annotated[str, typer.Argument(metavar="FILE", help="CSV file to write; - is standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE if it is there already.")]


def list_(run: RunId, code: Code = None, only: OneInput = None, limit: Limit = None, as_json: Json = False) -> None:
    """List a run's rejects by file and line."""
    from sluice.engine.ledger.runs import count_rejects, list_rejects, read_status

    status = read_status(run)
    _refuse_purged(status)
    chosen = None if only is None else find_input(status, only)
    most = (None if as_json else ON_A_SCREEN) if limit is None else limit or None
    listed = list_rejects(run, code=code, input_id=chosen, limit=most)
    codes = count_rejects(run, input_id=chosen)
    facts = {"run": run, "rejected": status.rejected, "codes": codes, "rejects": listed}
    where = f"run {run}" if only is None else f"input {only!r} of run {run}"

    def human() -> None:
        print_rejects(where, codes, listed, code)
        if code is None:  # hints are about all codes
            print_hints_of(status)

    emit(facts, as_json=as_json, human=human)


def export(
    run: RunId, file: Target, code: Code = None, only: OneInput = None, force: Force = False, as_json: Json = False
) -> None:
    """Write a run's rejects to a CSV file, formulas made harmless for spreadsheets."""
    from sluice.engine.ledger.rejects.stream import stream_rejects
    from sluice.engine.ledger.runs import read_status

    refuse_json_on(file, "", as_json=as_json)
    status = read_status(run)
    _refuse_purged(status)
    chosen = None if only is None else find_input(status, only)
    inputs = [each for each in status.inputs if each.has_rejects and chosen in {None, each.input}]
    rejects = stream_rejects(((each.input, near(each.uri)) for each in inputs), code)
    with new_file(file, force=force) as sink, closing(rejects):
        written = write_csv(sink, EXPORTED, map(_csv_row, rejects))
    if as_json:
        print_object({"run": run, "file": file, "exported": written})
    else:
        say(f"{things(written, 'reject')} of run {run} written to {'standard output' if file == STDOUT else file}")


def _csv_row(each: StreamedReject) -> list[object]:
    why = reason(each.reason, each.other_file)
    return [each.file, each.line, each.column, each.code, why, each.other_input, each.other_line]


def _refuse_purged(status: RunStatus) -> None:
    if status.purged_at and any(each.has_rejects for each in status.inputs):
        raise ConfigError(
            f"The rejects of run {status.run} were purged on {status.purged_at:%Y-%m-%d}. To get them again, load its "
            f"files with --reload: sluice run {status.pipeline} FILES --reload"
        )


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
        known = ", ".join(sorted(counted))
        raise ConfigError(f"{where[0].upper()}{where[1:]} has no rejects with the code {code!r}; it has: {known}.")
    table(("code", "rows"), counted.items())
    print()
    table(("file and line", "column", "code", "reason"), map(_row, listed))
    total = sum(counted.values()) if code is None else counted[code]
    if len(listed) < total:
        print(f"\n{count(len(listed))} of {count(total)}; --limit 0 shows all")


def _row(each: dict[str, Any]) -> list[object]:
    why = without_column(each["column"], reason(each["reason"], each["other_file"]))
    return [f"{near(each['file'])}:{each['line']}", each["column"], each["code"], why]
