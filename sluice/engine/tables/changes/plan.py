"""A table compared with its declaration: what `sluice migrate` does about it, in order."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.tables.catalog import refuse_kind, table_identifier
from sluice.engine.tables.changes.adopt import adopted, is_foreign
from sluice.engine.tables.changes.change import Allowed, Change, TablePlan
from sluice.engine.tables.changes.columns import (
    added,
    differing,
    may_be_null,
    optional,
    renamed,
    renames,
    retyped,
    undeclared,
)
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.expressions import computed_otherwise, regenerated
from sluice.engine.tables.changes.found import Found
from sluice.engine.tables.changes.key import is_key, rekeyed
from sluice.engine.tables.indexes import Missing, missing_indexes, missing_rare_indexes
from sluice.errors import ConfigError

query = statements(__name__)

LARGE = 64 << 20  # bytes of a table from which its indexes are made without a lock that loads wait for


def is_as_declared(cursor: Cursor, declared: Declared) -> bool:
    """Whether nothing has to be changed before the table is loaded, by the catalog alone (of generated columns, by a
    temporary table without rows, once in a process)."""
    found = Found(cursor, declared.name)
    if not found.columns or not set(declared.wanted) <= set(found.columns):
        return False
    if any(differing(declared, found)) or not is_key(declared, found, {}):
        return False
    return not may_be_null(declared, found) and not any(computed_otherwise(declared, found, {}))


def plan_of(cursor: Cursor, declared: Declared, allowed: Allowed, *, counts: bool = False) -> TablePlan:
    """What to do about an existing table. With `counts` its rows are looked at for what is refused: that may take long.

    Raises ConfigError where the name belongs to something else.
    """
    refuse_kind(cursor, declared.name, "table")
    found, plan = Found(cursor, declared.name), TablePlan(declared.name)
    if declared.kind == "derived" and not set(declared.extra) <= set(found.columns):
        raise ConfigError(
            f"Table {declared.name} is in the database and was not made by Sluice: it has no "
            f"{', '.join(declared.extra)}. Rename it, or give the derived table another name."
        )
    if is_foreign(declared, found):
        plan.add(adopted(declared, found))
        if plan.refused:
            return plan
    names = renames(declared, found)
    plan.add(renamed(declared, found, names))
    plan.add(added(declared, found, names))
    plan.add(retyped(declared, found, names, counts=counts))
    plan.add(regenerated(declared, found, names))
    plan.add(rekeyed(declared, found, names, allowed, counts=counts))
    plan.add(optional(declared, found, names))
    plan.add(undeclared(declared, found, names, allowed))
    _with_view(cursor, declared, plan)
    plan.add(_indexed(cursor, declared, found))
    if plan.changes and not found.size.owned:
        plan.add([f"The table belongs to {found.size.owner}: that role must run `sluice migrate`, this one may not."])
    return plan


def _indexed(cursor: Cursor, declared: Declared, found: Found) -> Iterator[Change]:
    missing = [
        *missing_indexes(cursor, declared.name, declared.indexes, declared.index_key),
        *missing_indexes(cursor, declared.name, declared.lookups),
        *missing_rare_indexes(cursor, declared.name, declared.rare, declared.key),
    ]
    for each in missing:
        if found.size.bytes < LARGE:
            statements = [*each.drops(), each.statement()]
            yield Change(statements, "", f"reads {found.size}; writers wait meanwhile", is_index=True)
        else:
            yield _made_meanwhile(each, found)


def _made_meanwhile(missing: Missing, found: Found) -> Change:
    cost = f"reads {found.size}, twice; loads go on; waits for transactions that are open"
    words = f"Made an index of {missing.table} on ({', '.join(missing.columns)}), outside of a transaction."
    if missing.left:
        cost += "; what an index that was broken off has left is dropped first"
        words += f" An invalid one was dropped: {', '.join(missing.left)}."
    statements = [*missing.drops("concurrently "), missing.statement("concurrently ")]
    return Change(statements, words, cost, is_index=True, concurrent=True)


def _with_view(cursor: Cursor, declared: Declared, plan: TablePlan) -> None:
    """The view of the newest date has the table's columns: it is made again after they have changed."""
    if declared.view is None or not plan.changes:
        return
    if all(each.adds for each in plan.changes):  # they come last in the view, which can take them
        plan.changes.append(Change([latest_view(declared)], ""))
        return
    view = table_identifier(declared.view)
    cursor.execute(query("rights_of"), place(declared.view))
    rights = [sql.SQL(grant) for (grant,) in cursor.fetchall()]
    plan.changes.insert(0, Change([sql.SQL("drop view if exists {}").format(view)], ""))
    plan.changes.append(Change([latest_view(declared), *rights], ""))


def latest_view(declared: Declared) -> sql.Composed:
    """The statement that makes the view of the rows of the newest date."""
    text = query("latest_view")
    names = {"view": table_identifier(str(declared.view)), "table": table_identifier(declared.name)}
    return sql.SQL(text).format(**names)
