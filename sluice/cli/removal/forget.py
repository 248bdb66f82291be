"""`forget`: deletes all that has a value, and keeps it from coming back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.options import Pipeline, Timeout, Workers
from sluice.cli.output import Json, emit, folded, say, things
from sluice.cli.runs.run import finish, own_workers
from sluice.errors import ConfigError
from sluice.private import private_file

if TYPE_CHECKING:
    from sluice.tasks.removal.forget import ForgetResult

MOST = 10
Where = Annotated[
    list[str],
    typer.Option(
        "--where",
        metavar="COLUMN=VALUE",
        help="Whom: a column and its value, spelled as in a file; COLUMN=- reads it from standard input. Repeat the "
        "option for more columns: rows that have any of them go.",
        show_default=False,
    ),
]
OneTable = Annotated[
    str | None, typer.Option("--table", help="Only this table.", show_default="all that have the column")
]
Exports = Annotated[
    bool,
    typer.Option(
        "--exports",
        help="Also delete files of `sluice export` and `rejects export` that may have it, if they are here.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")]
Receipt = Annotated[
    Path | None,
    typer.Option("--receipt", metavar="FILE", help="Write the receipt to this new file, as JSON.", show_default=False),
]


def forget(
    pipeline: Pipeline,
    *,
    where: Where,
    table: OneTable = None,
    exports: Exports = False,
    dry_run: DryRun = False,
    receipt: Receipt = None,
    workers: Workers = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Delete all rows of a person, and their copies: the same files again do not bring them back.

    Rows go out of tables, out of what is kept for `sluice undo`, out of rejects, landing copies and frames. Derived
    tables are built again: with the embedded servers, or with --workers, by workers of this command, which waits for
    them. A later load refuses such rows with the code `forgotten`. It cannot be undone.
    """
    from sluice.tasks.removal.forget import forget as do_forget

    values = [_value(each) for each in where]
    if receipt is not None and receipt.exists():
        raise ConfigError(f"--receipt {receipt}: the file exists. Name a new one; nothing was forgotten.")
    if receipt is not None and not receipt.absolute().parent.is_dir():
        raise ConfigError(f"--receipt {receipt}: there is no such folder. Nothing was forgotten.")
    done = do_forget(pipeline, values, table=table, dry_run=dry_run, exports=exports)
    facts = done.receipt | {"dry_run": dry_run}
    if receipt is not None and not dry_run:
        with private_file(receipt, "xb") as written:
            written.write(json.dumps(done.receipt, indent=2, ensure_ascii=False).encode() + b"\n")
    crew = own_workers(workers)
    if done.run is not None and crew.slots:
        if not as_json:
            _print(_told(done, dry_run=False))
        finish(done.run, crew, strict=False, timeout=timeout, as_json=as_json, receipt=facts)
        return
    emit(facts, as_json=as_json, human=lambda: _print(_told(done, dry_run=dry_run)))
    if done.run is not None:
        say(
            f"run {done.run} is registered; workers build derived tables without the rows (`sluice worker` starts some)"
        )


def _value(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    if not sign or not column.strip():
        raise ConfigError("--where must be COLUMN=VALUE, such as msisdn=+250788123456, or COLUMN=- for standard input.")
    if value == "-":
        value = sys.stdin.readline().rstrip("\r\n")
    if "\0" in value or not value.isprintable():
        raise ConfigError(f"--where {column.strip()}=...: the value has characters that are not text in UTF-8.")
    return column.strip(), value


def _of_export(each: dict[str, Any]) -> str:
    what = f"{each['file']}, an export of {each['of']} of {each['exported_at'][:10]}"
    if each["state"] == "left":
        return f"may have it: {what}: {each['why']}"
    return f"{what}: {'deleted' if each['state'] == 'deleted' else 'it is not there any more'}"


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        folded(line)


def _told(done: ForgetResult, *, dry_run: bool) -> Iterator[str]:
    facts: dict[str, Any] = done.receipt
    verb = "would go" if dry_run else "went"
    for name, rows in facts["rows"].items():
        kept = facts["kept_rows"].get(name, 0)
        yield f"{things(rows, 'row')} of {name} {verb}, and {things(kept, 'row')} kept for an undo"
    yield f"{things(facts['rejects'], 'reject')} and {things(facts['replayed'], 'replayed row')} {verb}"
    yield f"{things(facts['texts'], 'text')} of the ledger {verb}"
    yield f"{things(facts['landing_copies'], 'file')} of the landing {verb}"
    if facts["build"]:
        dates = f" as of {', '.join(facts['build']['as_of'])}" if facts["build"]["as_of"] else ""
        yield f"built again{dates}: {', '.join(facts['build']['tables'])}"
    files = facts["source_files"]
    if files:
        have = "has" if len(files) == 1 else "have"
        yield f"the rows came from {things(len(files), 'file')}, which still {have} them:"
        yield from (f"  {each}" for each in files[:MOST])
        if len(files) > MOST:
            yield f"  ... and {len(files) - MOST} more: --json lists them"
    yield from map(_of_export, facts["exports"])
    yield from (f"left: {each}" for each in facts["left"])
    yield from (f"not reached: {each}" for each in facts["not_reached"])
    if not dry_run:
        yield f"receipt {facts['sha256']}"
