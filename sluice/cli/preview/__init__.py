"""`preview`: what files would give, without servers and without writing anything."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.options import MaxRejects, Only, Pipeline, Strict
from sluice.cli.output import Json, emit
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.cli.exits import Exit
    from sluice.engine.preview.facts import Preview

UNKNOWN = "Rows already in the table are not known here: a run compares with them, too."
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, folders or quoted patterns; - is stdin.")]
Rows = Annotated[int, typer.Option(min=0, max=10_000, help="How many rows of each table to show.")]
Limit = Annotated[
    int | None,
    typer.Option(min=1, help="Look at no more than the first records of each file.", show_default="all records"),
]
Personal = Annotated[
    bool, typer.Option("--show-personal", help="Show personal data, which is *** without it: phone numbers, pii=.")
]


def preview(
    pipeline: Pipeline,
    files: Files,
    *,
    rows: Rows = 10,
    limit: Limit = None,
    only: Only = None,
    strict: Strict = False,
    max_rejects: MaxRejects = None,
    show_personal: Personal = False,
    as_json: Json = False,
) -> None:
    """Show what files would give, without servers and without writing: first rows, books, rejects and hints.

    Reads files by the rules of a run, into tables that are taken to be empty. Ends with the exit code of such a run.
    """
    from sluice.cli.preview.screen import print_preview
    from sluice.cli.runs.run import verdict
    from sluice.cli.runs.wanted import say_left_out, say_order, say_repeated
    from sluice.engine.preview import run as engine
    from sluice.engine.preview.landing import no_landing
    from sluice.engine.preview.masked import without_personal
    from sluice.engine.sources.inputs import inputs_of
    from sluice.engine.steps.part.reject_limit import RejectLimit
    from sluice.pipelines import find
    from sluice.workers.supervisor import stop_signals

    declared = find(pipeline)
    if not declared.files:
        raise ConfigError(
            f"{pipeline} reads no files: a run fetches its sources. `sluice preview` looks at files only."
        )
    if max_rejects is not None:
        RejectLimit(max_rejects)
    say_order(files)
    say_repeated(files)
    with stop_signals(), no_landing():
        inputs = inputs_of(declared, files, say_left_out(declared), only or ())
        found = engine.preview(declared, inputs, shown=rows, most=limit, max_rejects=max_rejects)
    code, hidden = verdict(found.status, strict=strict), list[str]()
    if not show_personal:
        found, hidden = without_personal(found, declared)
    emit(_facts(found, code), as_json=as_json, human=lambda: print_preview(found, code, hidden))
    if code:
        raise typer.Exit(code)


def _facts(found: Preview, code: Exit) -> dict[str, Any]:
    """What --json prints: the names are those of a run's status, where it has them."""
    status = found.status.json()
    books = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")
    own = ("input", "uri", "sha256", "state", *books, "same_as", "note", "error_code", "error")
    examples = {(each.column, each.code): found.examples[each.column, each.code] for each in found.status.reasons or ()}
    return {
        "pipeline": found.status.pipeline,
        "state": found.status.state,
        **{name: status[name] for name in books},
        "inputs": [{name: each[name] for name in own} for each in status["inputs"]],
        "reasons": [each | {"examples": examples[each["column"], each["code"]]} for each in status["reasons"]],
        "files": [asdict(each) for each in found.files],
        "tables": [asdict(each) for each in found.tables],
        "hints": [asdict(each) for each in found.hints],
        "not_read": found.not_read,
        "limit": found.limit,
        "unknown": UNKNOWN,
        "exit_code": code.value,
        "error": {"kind": "RunFailed", "message": found.status.error} if found.status.error else None,
    }
