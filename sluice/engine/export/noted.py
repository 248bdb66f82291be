"""Exports in the ledger: which file has which table, since when. So `sluice forget` names files that may have a person.

A file is noted before it is written: a killed export may have left it. Where the ledger cannot be written to (a role
that only reads, a database without a ledger), the export goes on, and a sentence says so.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from sluice.engine.base.identity import node
from sluice.engine.database.connection import transaction
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.export.form import Form
from sluice.engine.export.run import ExportedFile, ExportRequest, export_tables
from sluice.engine.export.target import STDOUT
from sluice.engine.storage import is_remote
from sluice.engine.storage.address import local_path
from sluice.errors import SluiceError

query = statements(__name__)

Warn = Callable[[str], None]
NOT_NOTED = "The ledger does not know of this export, so `sluice forget` will not name its files: "


@dataclass(frozen=True)
class NewExport:
    """A file that is about to be written: of a table, or of the rejects of a run."""

    to: str
    format: str
    columns: Sequence[str]
    personal: Sequence[str] = ()
    table: str | None = None
    pipeline: str | None = None
    run: int | None = None
    filter: Mapping[str, Any] = field(default_factory=dict)


def export_noted(
    wanted: Sequence[ExportRequest], form: Form, personal: Mapping[str, Sequence[str]], warn: Warn
) -> list[ExportedFile]:
    """Write tables as `export_tables` does, and note the files. `personal` has the personal columns by table."""
    exports = [_of_table(each, form, personal.get(each.table, ())) for each in wanted]
    with noted(exports, warn) as done:
        written = export_tables(wanted, form)
        done += [(each.rows, each.bytes, each.sha256) for each in written]
    return written


@contextmanager
def noted(exports: Sequence[NewExport], warn: Warn) -> Iterator[list[tuple[int, int | None, str | None]]]:
    """Note files before they are written, and after that what is appended to the list: rows, bytes, SHA-256 of each."""
    numbers = _begin(exports, warn)
    done: list[tuple[int, int | None, str | None]] = []
    try:
        yield done
    except BaseException:
        places = zip(numbers, (Path(whole_address(each.to)) for each in exports), strict=False)
        _each("drop_export", [{"id": id_} for id_, to in places if to.is_absolute() and not to.exists()], warn)
        raise
    facts = [(id_, *each) for id_, each in zip(numbers, done, strict=False)]
    _each("end_export", [dict(zip(("id", "rows", "bytes", "sha256"), each, strict=True)) for each in facts], warn)


def personal_columns(pipelines: Iterable[Pipeline]) -> dict[str, list[str]]:
    """The columns with personal data by table. Of a derived table those that are called like one of its pipeline's."""
    found: dict[str, list[str]] = {}
    for pipeline in pipelines:
        marked = {flow.table.name: [c.name for c in flow.table.columns if c.private] for flow in pipeline.flows}
        found |= marked
        names = {name for columns in marked.values() for name in columns}
        for derived in pipeline.derived:
            found |= {name: [each for each in derived.columns if each in names] for name in derived.relations}
    return found


def whole_address(to: str) -> str:
    """The address by which a file is found again."""
    return to if to == STDOUT or is_remote(to) else os.path.realpath(local_path(to))


def file_facts(to: str) -> tuple[int | None, str | None]:
    """The size and the SHA-256 of a file that was written; None for standard output."""
    if to == STDOUT:
        return None, None
    with Path(whole_address(to)).open("rb") as file:
        return Path(whole_address(to)).stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def this_host() -> str:
    """The name of this host, as the ledger notes it."""
    return node().partition(":")[0]


def _of_table(wanted: ExportRequest, form: Form, personal: Sequence[str]) -> NewExport:
    within = [name for name in personal if not wanted.columns or name in wanted.columns]
    return NewExport(wanted.to, form.format, list(wanted.columns), within, table=wanted.table)


def _begin(exports: Sequence[NewExport], warn: Warn) -> list[int]:
    try:
        with transaction() as cursor:
            numbers = []
            for each in exports:
                cursor.execute(query("note_export"), _params(each))
                numbers.append(int((cursor.fetchone() or (0,))[0]))
            return numbers
    except (SluiceError, psycopg2.Error) as error:
        warn(f"{NOT_NOTED}{str(error).strip().splitlines()[0]}")
        return []


def _params(each: NewExport) -> dict[str, object]:
    schema, table = schema_and_name(each.table) if each.table is not None else (None, None)
    return {
        "kind": "rejects" if each.table is None else "table",
        "pipeline": each.pipeline,
        "run": each.run,
        "schema": schema,
        "table": table,
        "uri": whole_address(each.to),
        "host": this_host(),
        "format": each.format,
        "columns": [*each.columns],
        "personal": [*each.personal],
        "filter": json.dumps(dict(each.filter)),
    }


def _each(name: str, params: Sequence[Mapping[str, object]], warn: Warn) -> None:
    if not params:
        return
    try:
        with transaction() as cursor:
            for each in params:
                cursor.execute(query(name), each)
    except (SluiceError, psycopg2.Error) as error:
        warn(f"The ledger does not know that the export has ended: {str(error).strip().splitlines()[0]}")
