"""Files that are loaded again when others are undone: rows of theirs had lost to rows that are gone now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import Files, Pipeline
from sluice.engine.ledger.rows import records
from sluice.engine.sources.known import kind_of
from sluice.engine.sources.replay.kind import ADDRESS as REPLAYED
from sluice.errors import SluiceError


@dataclass(frozen=True)
class Again:
    """An input that is to be loaded again, as it was loaded then."""

    input: int
    run: int
    pipeline: str
    source: str
    uri: str
    contract: str
    stamp: str | None


def read_again(cursor: Cursor) -> list[Again]:
    """The inputs that the cursor has found."""
    return records(cursor, Again)


def obstacle(each: Again, pipeline: Pipeline, contract_of: Callable[[str], str]) -> str | None:
    """Why an input cannot be loaded again with the same rows; None if it can."""
    if each.pipeline != pipeline.name:
        return f"it is of the pipeline {each.pipeline}: sluice run {each.pipeline} {each.uri} --reload"
    if each.uri.startswith(REPLAYED):
        return f"it has rejects of another run, corrected: undo it first, sluice undo {each.run}"
    source = next((flow.source for flow in pipeline.flows if flow.source.name == each.source), None)
    if not isinstance(source, Files):
        return "it was fetched, and its source may give another answer now"
    if contract_of(each.source) != each.contract:
        return "the declaration has changed since"
    try:
        stamp = kind_of(source).stamp(each.uri)
    except SluiceError as error:
        return str(error)
    return None if each.stamp in (None, stamp) else "the file has changed since, or was replaced"
