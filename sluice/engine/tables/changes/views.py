"""The views that Sluice makes: of the newest date of a derived table, and of the versions of a table's rows."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg2 import sql

from sluice.engine.database.statements import statements
from sluice.engine.declare import LINEAGE, Computed, Table
from sluice.engine.tables.catalog import table_identifier

query = statements(__name__)


def latest_view(table: Computed) -> dict[str, sql.Composed]:
    """The view of the rows of the newest date, if the table is dated, and the statement that makes it."""
    if not table.dated:
        return {}
    view = table.relations[1]
    names = {"view": table_identifier(view), "table": table_identifier(table.name)}
    return {view: sql.SQL(query("latest_view")).format(**names)}


def version_views(table: Table) -> dict[str, sql.Composed]:
    """The views of all versions and of the newest ones, if the table keeps them, and the statements."""
    kinds = ("moment_versions", "moment_current") if table.versions_by else ("run_versions", "run_current")
    return {view: _of_versions(table, view, kind) for view, kind in zip(table.views, kinds, strict=False)}


def _of_versions(table: Table, view: str, kind: str) -> sql.Composed:
    declared = [each.name for each in table.columns] + [each.name for each in table.generated]
    return sql.SQL(query(kind)).format(
        view=table_identifier(view),
        table=table_identifier(table.name),
        history=table_identifier(table.closed_name or table.name),
        columns=_listed(declared),
        lineage=_listed(LINEAGE),
        key=_listed(table.key or ()),
        by=sql.Identifier(table.versions_by or table.valid_from),
        valid_from=sql.Identifier(table.valid_from),
        valid_to=sql.Identifier(table.valid_to),
    )


def _listed(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
