"""What a preview found, as values by name. The caller formats them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sluice.engine.hints.hint import Hint
from sluice.engine.ledger.facts import RunStatus


@dataclass(frozen=True)
class FileFacts:
    """How a file is read, and its columns: those that it lacks, and those that are not loaded.

    `first_row_line` is the line after its header; `records` are those that were looked at, of more if not `whole`.
    """

    file: str
    source: str
    format: str
    encoding: str
    delimiter: str | None
    first_row_line: int
    absent: list[str]
    not_loaded: list[str]
    records: int
    whole: bool


@dataclass(frozen=True)
class ColumnFacts:
    """A declared column, and one text of the files with the value that it becomes, or the code it is refused with."""

    name: str
    type: str
    pg_type: str
    header: str
    text: str | None = None
    value: Any = None
    code: str | None = None


@dataclass(frozen=True)
class TableFacts:
    """A table: its columns, and its first rows as they would be loaded, each with its file and line."""

    table: str
    source: str
    key: list[str] | None
    on_conflict: str
    columns: list[ColumnFacts]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Preview:
    """The result of a preview. `status` has the books, inputs and rejects as a run has them; its number is 0."""

    status: RunStatus
    files: list[FileFacts]
    tables: list[TableFacts]
    hints: list[Hint]
    not_read: list[str]  # sources that a run fetches
    limit: int | None
    examples: dict[tuple[str | None, str], list[dict[str, Any]]] = field(default_factory=dict)
