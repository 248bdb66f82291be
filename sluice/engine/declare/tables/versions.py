"""The rules of a table's options about versions and removed rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sluice.engine.declare.names import check_column

if TYPE_CHECKING:
    from sluice.engine.declare.tables.table import Table

CLOSED_BY = "closed_by"  # the run that has closed a version
_MOMENTS = ("timestamptz", "date")


def mistakes_of_versions(table: Table) -> Iterator[str]:
    """What is wrong with the options. Raises ConfigError for a name that is none."""
    taken = {each.name for each in table.columns} | {each.name for each in table.generated}
    if table.on_conflict == "history":
        for option, name in (("valid_from", table.valid_from), ("valid_to", table.valid_to)):
            check_column(option, name)
            if name in taken or name == CLOSED_BY:
                yield f"{option}={name!r} is the name of another column: give {option} another name."
        for option in ("partition_by", "expire_after"):
            if getattr(table, option) is not None:
                yield f"{option} is not for on_conflict='history', whose versions are in two tables: leave one out."
        if CLOSED_BY in taken:
            yield f"Column {CLOSED_BY!r} is reserved: Sluice adds it to closed versions."
        if table.valid_from == table.valid_to:
            yield f"valid_from and valid_to are both {table.valid_from!r}: give one of them another name."
    elif (table.valid_from, table.valid_to, table.versions_by) != ("valid_from", "valid_to", None):
        yield "valid_from, valid_to and versions_by are for on_conflict='history': declare that, or leave them out."
    yield from _mistakes_of_moments(table)
    yield from _mistakes_of_removed(table, taken)


def _mistakes_of_moments(table: Table) -> Iterator[str]:
    if table.versions_by is None:
        return
    column = next((each for each in table.columns if each.name == table.versions_by), None)
    if column is None:
        yield f"versions_by={table.versions_by!r} is not among its columns."
    elif column.type.pg_type not in _MOMENTS or not column.required:
        yield f"versions_by={table.versions_by!r} must be a Timestamp or a Date, with required=True."
    elif column.name in (table.key or ()):
        yield f"versions_by={table.versions_by!r} is in the key, which identifies all versions of a row: take it out."


def _mistakes_of_removed(table: Table, taken: set[str]) -> Iterator[str]:
    if table.removed_at is None:
        return
    check_column("removed_at", table.removed_at)
    if table.removed_at in taken:
        yield f"removed_at={table.removed_at!r} is a declared column, which files fill: give removed_at another name."
    if table.on_conflict == "history":
        yield "on_conflict='history' closes the version of a row that a snapshot removes: leave out removed_at."
    elif table.on_conflict == "keep":
        yield "removed_at is for tables that take snapshots: declare on_conflict='update'."
