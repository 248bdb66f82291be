"""`rejects list` and `rejects export`: the refused rows of a run, each with file, line, column, code and reason."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from sluice.cli.addresses import beside_column, near, reason
from sluice.cli.books import has_rejects
from sluice.cli.output import Json, count, emit, print_object, say, table, things
from sluice.cli.spreadsheet import STDOUT, new_file, write_csv
from sluice.cli.status import RunId
from sluice.errors import ConfigError

ON_A_SCREEN = 50
EXPORTED = ("file", "line", "column", "code", "reason")
Code = Annotated[str | None, typer.Option(help="Only this code, e.g. key_conflict.", show_default=False)]
OneInput = Annotated[
    str | None, typer.Option("--input", help="Only this input: its number, path or file name.", show_default=False)
]
Limit = Annotated[
    int | None, typer.Option(min=0, help="At most so many.", show_default=f"{ON_A_SCREEN}, all with --json; 0: all")
]
Target = Annotated[str, typer.Argument(metavar="FILE", help="CSV file to make; - is standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE if it is there already.")]


def list_(run: RunId, code: Code = None, only: OneInput = None, limit: Limit = None, as_json: Json = False) -> None:
    """List a run's rejects by file and line."""
    from sluice.engine.ledger.runs import count_rejects, list_rejects, read_status

    status = read_status(run)
    _refuse_purged(status)
    chosen = None if only is None else find_input(status, only)
    most = (None if as_json else ON_A_SCREEN) if limit is None else limit or None
    found = list_rejects(run, code=code, input_id=chosen, limit=most)
    codes = count_rejects(run, input_id=chosen)
    facts = {"run": run, "rejected": status["rejected"], "codes": codes, "rejects": found}
    where = f"run {run}" if only is None else f"input {only!r} of run {run}"
    emit(facts, as_json=as_json, human=lambda: print_rejects(where, codes, found, code))


def export(
    run: RunId, file: Target, code: Code = None, only: OneInput = None, force: Force = False, as_json: Json = False
) -> None:
    """Write a run's rejects to a CSV file, formulas made harmless for spreadsheets."""
    from sluice.engine.ledger.reject_stream import stream_rejects
    from sluice.engine.ledger.runs import read_status

    if as_json and file == STDOUT:
        raise ConfigError("--json and - both want standard output: name a file, or leave --json away.")
    status = read_status(run)
    _refuse_purged(status)
    chosen = None if only is None else find_input(status, only)
    wanted = [each for each in status["inputs"] if has_rejects(each) and chosen in {None, each["input"]}]
    rows = stream_rejects(((each["input"], near(each["uri"])) for each in wanted), code)
    told = ((*row, of, reason(of, why)) for *row, of, why in rows)
    with new_file(file, force=force) as sink, closing(rows):
        written = write_csv(sink, EXPORTED, told)
    if as_json:
        print_object({"run": run, "file": file, "exported": written})
    else:
        say(f"{things(written, 'reject')} of run {run} written to {'standard output' if file == STDOUT else file}")


def _refuse_purged(status: dict[str, Any]) -> None:
    if status["purged_at"] and any(map(has_rejects, status["inputs"])):
        raise ConfigError(f"The rejects of run {status['run']} were purged on {status['purged_at']:%Y-%m-%d}.")


def find_input(status: dict[str, Any], asked: str) -> int:
    """The number of the run's input that a person means. Raises ConfigError that lists those there are."""
    inputs = status["inputs"]
    path = str(Path(asked).resolve())
    for found in (
        [each for each in inputs if str(each["input"]) == asked],
        [each for each in inputs if asked in {each["uri"], near(each["uri"])} or path == each["uri"]],
        [each for each in inputs if Path(each["uri"]).name == asked],
    ):
        if len(found) == 1:
            return int(found[0]["input"])
    known = ", ".join(f"{each['input']} ({near(each['uri'])})" for each in inputs[:10])
    raise ConfigError(f"Run {status['run']} has no single input {asked!r}. It has: {known}.")


def print_rejects(
    where: str, codes: list[dict[str, Any]], found: list[dict[str, Any]], code: str | None = None
) -> None:
    """How often each code occurs there, then the rejects that were asked for.

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
    table(("file and line", "column", "code", "reason"), map(_row, found))
    total = sum(counted.values()) if code is None else counted[code]
    if len(found) < total:
        print(f"\n{count(len(found))} of {count(total)}; --limit 0 shows all")


def _row(each: dict[str, Any]) -> list[object]:
    why = beside_column(each["column"], reason(each["code"], each["reason"]))
    return [f"{near(each['file'])}:{each['line']}", each["column"], each["code"], why]
