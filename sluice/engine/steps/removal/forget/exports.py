"""Files that exports have written, which may have a person's data: named, and deleted where that is wanted and safe."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.identity import node
from sluice.engine.database.connection import transaction
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.declare.tables.closed import closed_table
from sluice.engine.ledger.rows import records
from sluice.engine.steps.removal.forget.wanted import masked
from sluice.engine.storage import is_remote

query = statements(__name__)

STDOUT = "-"


@dataclass(frozen=True)
class Exported:
    """A file of the ledger's exports. Without `sha256` its command was killed, or is at it."""

    id: int
    what: str
    uri: str
    host: str
    sha256: str | None
    exported_at: datetime


@dataclass(frozen=True)
class ExportLeft:
    """What became of a file: `deleted`, `gone` before, or `left`, and then why."""

    export: Exported
    state: str
    why: str | None = None

    def facts(self, spellings: str | None) -> dict[str, Any]:
        """As the receipt has it; a path may have the value."""
        at = self.export.exported_at.isoformat(timespec="seconds")
        facts = {"file": masked(self.export.uri, spellings), "host": self.export.host, "of": self.export.what}
        return facts | {"exported_at": at, "sha256": self.export.sha256, "state": self.state, "why": self.why}


def exports_of(cursor: Cursor, pipelines: Collection[Pipeline], tables: Collection[str]) -> list[Exported]:
    """The files that have rows of these tables, of what is derived from them, or rejects, as the ledger knows."""
    fed = [each for each in pipelines if any(flow.table.name in tables for flow in each.flows)]
    names = {
        *tables,
        *_versions(fed, tables),
        *(name for each in fed for derived in each.derived for name in derived.relations),
    }
    names |= {own.name for each in fed for own in each.own_tables}
    schemas, bare = zip(*map(schema_and_name, sorted(names)), strict=True)
    params = {"schemas": [*schemas], "tables": [*bare], "pipelines": [each.name for each in fed]}
    cursor.execute(query("exports_of"), params)
    return records(cursor, Exported)


def _versions(fed: Sequence[Pipeline], tables: Collection[str]) -> Iterator[str]:
    """The views of all versions and of the current ones, and the table of closed versions."""
    for table in (flow.table for pipeline in fed for flow in pipeline.flows if flow.table.name in tables):
        closed = closed_table(table)
        yield from (*table.views, *(() if closed is None else (closed.name,)))


def look_at_exports(found: Sequence[Exported], *, delete: bool) -> list[ExportLeft]:
    """What became of each file; with `delete` those are deleted that are here and are still what was exported."""
    return [_look(each, delete=delete) for each in found]


def _look(export: Exported, *, delete: bool) -> ExportLeft:
    if (elsewhere := _elsewhere(export)) is not None:
        return ExportLeft(export, "left", elsewhere)
    path = Path(export.uri)
    try:
        state = "deleted" if path.exists() else "gone"
        why = None if state == "gone" else _why_not(export, path, delete=delete)
        if why is not None:
            return ExportLeft(export, "left", why)
        path.unlink(missing_ok=True)
    except OSError as error:
        return ExportLeft(export, "left", f"it cannot be deleted: {error.strerror}")
    _note_gone(export)
    return ExportLeft(export, state)


def _elsewhere(export: Exported) -> str | None:
    """Why a file cannot be looked at from here."""
    if export.uri == STDOUT:
        return "it went to standard output"
    if is_remote(export.uri):
        return "it is in an object store: delete it there, with its older versions"
    if export.host != node().partition(":")[0]:
        return f"it is on {export.host}: give the command there, or delete it"
    return None


def _why_not(export: Exported, path: Path, *, delete: bool) -> str | None:
    """Why a file that is here is not deleted."""
    if export.sha256 is None:
        return "its export was killed, or has not ended, so it is not known what it is"
    if _sha256(path) != export.sha256:
        return "it was changed since it was exported, so it is not deleted"
    return None if delete else "--exports deletes it"


def _note_gone(export: Exported) -> None:
    with transaction() as cursor:
        cursor.execute(query("note_export_gone"), {"id": export.id})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
