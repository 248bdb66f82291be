"""unified_sales: five generated sources, two of an API and two of a database, into one table that is served as JSON.

It has its own home and servers, so none of your data is read or written. The
sources are there while the run reads them; what came of it stays in that home until the next demonstration.
"""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sluice.cli.activation import activated
from sluice.cli.addresses import near
from sluice.cli.demo.commands import free_port, run_to_end, serve_until_signal
from sluice.cli.demo.findings import Findings, find
from sluice.cli.demo.place import fresh
from sluice.cli.demo.screen import print_findings
from sluice.cli.exits import Exit
from sluice.cli.output import count, emit, fail, say
from sluice.cli.runs.run import own_workers, stop_workers, verdict
from sluice.cli.runs.waiting import follow
from sluice.cli.runs.wanted import Wanted
from sluice.engine.base.only_settings import only_settings
from sluice.workers.supervisor import stop_signals

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunStatus

PIPELINE = "unified_sales"
PROCESSES = 2


def show_unified_sales(rows: int, *, serve: bool, port: int | None, as_json: bool) -> None:
    """Make the sources, run the pipeline, compare with what was planted, export, and serve until a signal."""
    from sluice.engine.base.settings import settings

    home = settings().home.absolute() / "demo" / PIPELINE
    chosen = free_port(port) if serve else None
    token = secrets.token_urlsafe(24)
    fresh(home)
    wanted = {"SLUICE_HOME": str(home), "SLUICE_PIPELINES": PIPELINE, "SLUICE_API_READ_TOKENS": token}
    with stop_signals(), only_settings(wanted):
        _show(home, rows, as_json=as_json)
        if chosen is not None:
            serve_until_signal(chosen, token)


def _show(home: Path, rows: int, *, as_json: bool) -> None:
    from sluice.samples.unified_sales import make_unified_sales

    folder, shown = home / "sources", Path(near(str(home)))
    say(f"making up {count(rows)} sales and as many transactions in {shown / folder.name} ...")
    expected = make_unified_sales(folder, rows=rows)
    with _served(folder):
        say(f"loading CSV files, an API and a database with {PROCESSES} worker processes ...")
        status = _load(folder)
    code = verdict(status, strict=False)
    if code:
        why = f"The run failed: {status.error or 'sluice status shows why'}."
        fail("RunFailed", why, as_json=as_json, **status.json())
        raise typer.Exit(code)
    found = find(status.run)
    differences = found.differences(expected)
    _print_result(status.json(), found, differences, as_json=as_json)
    if differences:
        fail("Books", "It is not as planted:\n  " + "\n  ".join(differences), as_json=False)
        raise typer.Exit(Exit.FAILED)
    say(f"as planted: all {count(found.figures())} figures equal {shown / folder.name / 'expected.json'}\n")
    run_to_end("export", "--pipeline", PIPELINE, "--to", str(shown / "export"))
    look = f"SLUICE_HOME={shlex.quote(str(shown))} sluice"
    say(f"\nlook around: {activated()}{look} status {status.run}, or {look} explain {PIPELINE} sales/1")


@contextmanager
def _served(folder: Path) -> Iterator[None]:
    """Inside, the sources answer, and the environment says where."""
    from sluice.engine.base.servers import database_url
    from sluice.samples.unified_sales.api import serving
    from sluice.samples.unified_sales.database import source_database

    token = secrets.token_urlsafe(24)
    with serving(folder, token) as api, source_database(database_url(), folder) as database:
        os.environ["SLUICE_UNIFIED_API_URL"] = api
        os.environ["SLUICE_UNIFIED_API_TOKEN"] = token
        os.environ["SLUICE_UNIFIED_DATABASE_URL"] = database
        yield


def _load(folder: Path) -> RunStatus:
    """Run the pipeline with workers of its own. Returns the ended run's status."""
    wanted = Wanted.of(PIPELINE, [str(path) for path in sorted(folder.glob("sales*.csv"))])
    with own_workers(PROCESSES) as crew:
        status = follow(wanted.put_on_queue().id, crew, None)
        stop_workers(crew)
    return status


def _print_result(status: dict[str, Any], found: Findings, differences: list[str], *, as_json: bool) -> None:
    facts = status | {
        "sources": found.books,
        "standardized_data": found.standardized,
        "preprocessed_data": found.preprocessed,
        "as_planted": not differences,
        "differences": differences,
    }
    emit(facts, as_json=as_json, human=lambda: print_findings(status, found))
