"""Lists within the records of a table, each loaded into a table of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import check_identifier
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.declare.tables.table import Table


_NOT_FOR_LISTS = ("expire_after", "removed_at")
PLACES = 1_000_000
"""The line of an element is the line of its record times this, plus its place in the list, from 1."""


@dataclass(frozen=True)
class Children(Declaration):
    """A list in each record of a table: its elements become rows of a `table` of their own, with the key of the record.

    `of` is the header (or key) that has the list: `[{"sku": "A-1", "qty": 2}, ...]` as JSON. An element that is not an
    object is read as the column `value`; one object instead of a list is a list of one. The key of `table` begins with
    the key of the record, column by column, and `position` is the column that gets the place in the list, from 1.

    `name` is the name of the rows as a source, in the books and in the SQL of derived tables; without it that of the
    table.
    """

    of: str
    table: Table
    _: KW_ONLY
    position: str = "position"
    name: str = ""

    def __post_init__(self) -> None:
        if not hasattr(self.table, "columns") or isinstance(self.table, type):
            raise ConfigError(f"Children: table must be a Table, not a value of {type(self.table).__name__}.")
        if not self.of.strip():
            raise ConfigError("Children: of must be the header of a list, such as 'lines'.")
        check_identifier("Children: name", self.source)

    @property
    def source(self) -> str:
        """The name of the rows as a source."""
        return self.name or self.table.name.rpartition(".")[2]

    def mistakes(self, parent: Table) -> Iterator[str]:
        """What does not fit the table of the records."""
        what = f"children of {self.of!r}: the table {self.table.name!r}"
        key, own = tuple(parent.key or ()), tuple(self.table.key or ())
        if not key:
            yield f"children of {self.of!r} need the key of their record: declare key=(...) instead of key=None."
        elif own[: len(key)] != key or len(own) == len(key):
            yield (
                f"{what} must have a key that begins with {', '.join(key)} and has one more column, such as"
                f" key=({', '.join(map(repr, (*key, self.position)))})."
            )
        if self.table.on_conflict != parent.on_conflict:
            yield f"{what} must have on_conflict={parent.on_conflict!r} as its records have."
        for option in _NOT_FOR_LISTS:
            if any(getattr(table, option) is not None for table in (parent, self.table)):
                yield f"{option} is not for lists: leave it out of {what} and of its records."
        if parent.on_conflict == "history":
            yield f"children of {self.of!r} have no versions: declare on_conflict='update' for records with lists."
        types = {column.name: column.type for column in parent.columns}
        for column in self.table.columns:
            if column.name in key and column.type != types.get(column.name):
                yield (
                    f"{what}: its column {column.name!r} must have the type of the record's, "
                    f"{types.get(column.name)!r}, not {column.type!r}."
                )
