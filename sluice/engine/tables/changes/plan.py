"""A table compared with its declaration: what `sluice migrate` does about it, in order."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.tables.catalog import columns_of, refuse_kind, table_identifier
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
from sluice.engine.tables.changes.filled import is_kept_as_declared, kept_otherwise
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
    if not is_kept_as_declared(declared, found) or may_be_null(declared, found):
        return False
    return not any(computed_otherwise(declared, found, {}))


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
    plan.add(kept_otherwise(declared, found, names))
    plan.add(rekeyed(declared, found, names, allowed, counts=counts))
    plan.add(optional(declared, found, names))
    plan.add(undeclared(declared, found, names, allowed))
    _with_views(cursor, declared, plan)
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


def _with_views(cursor: Cursor, declared: Declared, plan: TablePlan) -> None:
    """Its views have the table's columns: they are made again after these have changed."""
    made = {view: statement for view, statement in declared.views.items() if statement is not None}
    if not plan.changes:
        for view, statement in made.items() if declared.kind == "loaded" else ():
            if columns_of(cursor, view) is None:
                plan.add([Change([statement], f"Created view {view}.")])
        return
    if all(each.adds for each in plan.changes) and declared.kind == "derived":
        plan.add(Change([statement], "") for statement in made.values())  # new ones come last in the view
        return
    if not made and all(each.adds or each.renamed for each in plan.changes):
        return  # the table that its views belong to changes, too
    for view in declared.views:
        cursor.execute(query("rights_of"), place(view))
        rights = [sql.SQL(grant) for (grant,) in cursor.fetchall()]
        plan.changes.insert(0, Change([sql.SQL("drop view if exists {}").format(table_identifier(view))], ""))
        plan.add([Change([made[view], *rights], "")] if view in made else [])
        if rights and view not in made:
            plan.notes.append(f"The view {view} is made anew: grant the rights on it again that others had.")
