"""What `sluice migrate` would do, with the cost of each statement; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.declare import Pipeline
from sluice.engine.ledger import schema
from sluice.engine.tables.catalog import columns_of, missing_home_schema, missing_schema, refuse_elsewhere, refuse_kind
from sluice.engine.tables.changes.change import Allowed, TablePlan, refused_in_words
from sluice.engine.tables.changes.declared import names_of, tables_of
from sluice.engine.tables.changes.options import check_options
from sluice.engine.tables.changes.plan import plan_of


@dataclass(frozen=True)
class Statement:
    """SQL, and what it costs."""

    sql: str
    cost: str


@dataclass(frozen=True)
class Shown:
    """What would happen to a table. `refused` are differences that would stay, `notes` what else there is to know."""

    table: str
    statements: list[Statement]
    refused: list[str]
    notes: list[str]


@dataclass(frozen=True)
class Preview:
    """Files of the ledger that are due, tables and schemas that would be made, and changes of other tables."""

    ledger: list[str]
    made: list[str]
    tables: list[Shown]
    schemas: list[str] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether something would be refused."""
        return any(each.refused for each in self.tables)

    def json(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


def preview(pipelines: Sequence[Pipeline], allowed: Allowed) -> Preview:
    """What would be done. Rows are read, to count what does not fit. Raises ConfigError."""
    check_options(pipelines, allowed)
    made: list[str] = []
    tables: list[Shown] = []
    with transaction() as cursor:
        names = [name for pipeline in pipelines for name in names_of(pipeline)]
        found = [missing_home_schema(cursor), *(missing_schema(cursor, name) for name in names)]
        schemas = dict.fromkeys(each for each in found if each)
        for declared in tables_of(pipelines):
            refuse_kind(cursor, declared.name, "table")
            if columns_of(cursor, declared.name) is None:
                refuse_elsewhere(cursor, declared.name)
                made += [declared.name] if declared.name not in made else []
                continue
            plan = plan_of(cursor, declared, allowed, counts=True)
            if plan.is_open or plan.notes:
                tables.append(_shown(cursor, plan))
        return Preview(schema.due_files(cursor), made, tables, [*schemas])


def _shown(cursor: Cursor, plan: TablePlan) -> Shown:
    statements = [Statement(each.as_string(cursor), one.cost) for one in plan.changes for each in one.statements]
    return Shown(plan.table, statements, [refused_in_words([each]) for each in plan.refused], plan.notes)
