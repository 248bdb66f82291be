"""Files that were loaded before, for those who want to load them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import records

query = statements(__name__)


@dataclass(frozen=True)
class LoadedFile:
    """A file as a run loaded it last. `landed` is its copy in the landing; `has_column`: see `loaded_files`."""

    source: str
    uri: str
    run: int
    landed: str | None
    has_column: bool


def loaded_files(pipeline: str, sources: Sequence[str], since: date | None, column: str | None) -> list[LoadedFile]:
    """The files of ended runs, in the order in which they were loaded last, of runs from the day `since` on (UTC).

    `has_column`: they were loaded under a declaration with `column`.
    """
    return _loaded("loaded_files", pipeline, sources, since, column)


def loaded_fetches(pipeline: str, sources: Sequence[str], since: date | None, column: str | None) -> list[LoadedFile]:
    """The same for sources that are fetched: the copies in the landing of what runs have fetched and loaded."""
    return _loaded("loaded_fetches", pipeline, sources, since, column)


def _loaded(
    name: str, pipeline: str, sources: Sequence[str], since: date | None, column: str | None
) -> list[LoadedFile]:
    params = {"pipeline": pipeline, "sources": list(sources), "since": since, "column": column or ""}
    with transaction() as cursor:
        cursor.execute(query(name), params)
        return records(cursor, LoadedFile)
