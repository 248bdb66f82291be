"""`rejects list` and `rejects export`: the refused rows of a run, each with file, line, column, code and reason."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from sluice.cli.output import Json, count, emit, near, print_object, say, table
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
    codes = count_rejects(run)
    facts = {"run": run, "rejected": status["rejected"], "codes": codes, "rejects": found}
    cut = most is not None and len(found) == most
    emit(facts, as_json=as_json, human=lambda: print_rejects(run, codes, found, cut=cut))


def export(
    run: RunId, file: Target, code: Code = None, only: OneInput = None, force: Force = False, as_json: Json = False
) -> None:
    """Write a run's rejects to a CSV file, formulas made harmless for spreadsheets."""
    from sluice.engine.ledger.exported import stream_rejects
    from sluice.engine.ledger.runs import read_status

    if as_json and file == STDOUT:
        raise ConfigError("--json and - both want standard output: name a file, or leave --json away.")
    status = read_status(run)
    _refuse_purged(status)
    chosen = None if only is None else find_input(status, only)
    wanted = [each for each in status["inputs"] if each["rejected"] and chosen in {None, each["input"]}]
    rows = stream_rejects(((each["input"], near(each["uri"])) for each in wanted), code)
    with new_file(file, force=force) as sink, closing(rows):
        written = write_csv(sink, EXPORTED, rows)
    if as_json:
        print_object({"run": run, "file": file, "exported": written})
    else:
        say(f"{count(written)} rejects of run {run} written to {'standard output' if file == STDOUT else file}")


def _refuse_purged(status: dict[str, Any]) -> None:
    if status["purged_at"] and status["rejected"]:
        raise ConfigError(f"The rejects of run {status['run']} were purged on {status['purged_at']:%Y-%m-%d}.")


def find_input(status: dict[str, Any], asked: str) -> int:
    """The number of the run's input that a person means. Raises ConfigError that lists those there are."""
    inputs = status["inputs"]
    path = str(Path(asked).resolve())
    for found in (
        [each for each in inputs if str(each["input"]) == asked],
        [each for each in inputs if each["uri"] in {asked, path}],
        [each for each in inputs if Path(each["uri"]).name == asked],
    ):
        if len(found) == 1:
            return int(found[0]["input"])
    known = ", ".join(f"{each['input']} ({near(each['uri'])})" for each in inputs[:10])
    raise ConfigError(f"Run {status['run']} has no single input {asked!r}. It has: {known}.")


def print_rejects(run: int, codes: list[dict[str, Any]], found: list[dict[str, Any]], *, cut: bool) -> None:
    """How often each code occurs in the run, then the rejects that were asked for."""
    if not codes:
        print(f"run {run} has no rejects")
        return
    table(("code", "rows"), ((each["code"], each["rows"]) for each in codes))
    print()
    rows = ((f"{near(e['file'])}:{e['line']}", e["column"], e["code"], e["reason"]) for e in found)
    table(("file and line", "column", "code", "reason"), rows)
    if cut:
        print(f"\nthe first {count(len(found))} of them; --limit 0 shows all")
