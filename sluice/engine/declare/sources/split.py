"""Files whose records belong to several tables: each record says its type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, fields

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import check_identifier, twice
from sluice.engine.declare.sources.files import Files
from sluice.engine.declare.tables.table import Table
from sluice.errors import ConfigError


@dataclass(frozen=True)
class OfType(Files):
    """The records of one type of the files of a `Split`. Not declared: see `Split`."""

    type: str = ""
    by: str | None = None
    known: Sequence[str] = ()
    ignore: Sequence[str] = ()

    @property
    def reading(self) -> dict[str, object]:
        """The options that change which rows the same bytes give."""
        return super().reading | {"type": self.type, "by": self.by}

    def is_beside(self, other: Files) -> bool:
        """Whether another source has records of another type of the same files."""
        same = isinstance(other, OfType) and (self.pattern, self.by, self.known) == (
            other.pattern,
            other.by,
            other.known,
        )
        return same and isinstance(other, OfType) and self.type != other.type

    @property
    def text(self) -> Files:
        """How the text of its own records is read."""
        return Files(**{each.name: getattr(self, each.name) for each in fields(Files) if each.name != "_"})


@dataclass(frozen=True)
class Record(Declaration):
    """The records of one `type` in the files of a `Split`, and the `table` that they are loaded into.

    `header` has the names of their columns, in order, where the files have no header: the first is that of the type.
    `name` is their name as a source, without it that of the table.
    """

    type: str
    table: Table
    header: Sequence[str] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if not self.type.strip():
            raise ConfigError("Record: type must be a text such as 'H'.")
        check_identifier("Record: name", self.source)

    @property
    def source(self) -> str:
        """Their name as a source."""
        return self.name or self.table.name.rpartition(".")[2]


@dataclass(frozen=True)
class Split(Declaration):
    """Files whose records belong to several tables. A record is a line, and says its type: in the column `by`, or
    without `by` in its first field (`H|1001|2024-05-01`, then each `Record` has its own `header`).

    `ignore` are types that are left out; `sluice status` says how many there were. A file with a record of any other
    type is refused.
    """

    files: Files
    records: Sequence[Record]
    by: str | None = None
    _: KW_ONLY
    ignore: Sequence[str] = ()

    def __post_init__(self) -> None:
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Split({self.files.pattern!r}): " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        if not self.records:
            yield "records must not be empty: name at least one, [Record('H', Table(...))]."
        for name in twice([*(each.type for each in self.records), *self.ignore]):
            yield f"The type {name!r} is named twice."
        if self.files.snapshot:
            yield "snapshot is not for files of several tables: load them with on_conflict='update'."
        if self.by is None and self.files.delimiter is None:
            yield "delimiter must be declared, Files(..., delimiter='|'), to find the first field of each line."
        for each in self.records:
            if self.by is None and each.header is None:
                yield f"Record({each.type!r}) must have header=(...), the names of its columns in order."
            if self.by is not None and each.header is not None:
                yield f"Record({each.type!r}) must have no header: by={self.by!r} is a column that all records have."

    @property
    def sources(self) -> list[tuple[OfType, Table]]:
        """The source of each type of records, and its table."""
        known = [each.type for each in self.records]
        common = {each.name: getattr(self.files, each.name) for each in fields(Files) if each.name != "_"}
        return [
            (
                OfType(
                    **common | {"name": each.source, "header": each.header or self.files.header, "line_breaks": False},
                    type=each.type,
                    by=self.by,
                    known=known,
                    ignore=list(self.ignore),
                ),
                each.table,
            )
            for each in self.records
        ]
