"""Whether a table still fits the declaration that its rows were read under: every load looks, under its lock.

A table may be changed while runs are open. What was read under an older declaration is then not loaded into it, but
read again under the newer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Computed, Table
from sluice.engine.tables.catalog import table_identifier
from sluice.engine.tables.changes.columns import differing
from sluice.engine.tables.changes.declared import Declared, derived, loaded
from sluice.engine.tables.changes.expressions import computed_otherwise
from sluice.engine.tables.changes.found import Found
from sluice.engine.tables.changes.key import is_key
from sluice.errors import PermanentError, TableChanged

query = statements(__name__)

_fitting: set[tuple[object, ...]] = set()  # tables and declarations that this process has compared
_MANY = 10_000


def refuse_changed(cursor: Cursor, tables: Sequence[Table | Computed]) -> None:
    """Raise TableChanged if a table has no room for rows of its declaration, or another key.

    The caller's lock of the table keeps the answer true.
    """
    for each in tables:
        declared = loaded(each) if isinstance(each, Table) else derived(each)
        cursor.execute(query("table_now"), place(declared.name))
        now = cursor.fetchone()
        if now is None:
            continue  # the statements of the load say that it is missing
        computed = declared.generated.items()
        compared = (*schema_and_name(declared.name), *declared.columns.items(), *computed, *declared.key, repr(now))
        if compared not in _fitting and _has_key(cursor, declared):
            if len(_fitting) > _MANY:
                _fitting.clear()
            _fitting.add(compared)


def _has_key(cursor: Cursor, declared: Declared) -> bool:
    """Whether the table has the index of the declared key, which a bulk load has dropped. Raises TableChanged."""
    found = Found(cursor, declared.name)
    why = _left_behind(declared, found)
    if why is not None:
        raise TableChanged(
            f"Table {declared.name} has {why} by now: it was changed since the run was registered, for a newer "
            "declaration or by hand. A worker with a newer declaration goes on. If there is none: sluice migrate --plan"
        )
    return any(set(each.columns) == set(declared.key) for each in found.uniques)


def is_left_behind(cursor: Cursor, table: str, columns: Mapping[str, str], key: Sequence[str]) -> bool:
    """Whether a table was changed since a declaration with these columns and this key."""
    found = Found(cursor, table)
    return bool(found.columns) and _left_behind(Declared(table, "loaded", columns, key), found) is not None


def _left_behind(declared: Declared, found: Found) -> str | None:
    gone = [name for name in declared.columns if name not in found.columns]
    if gone:
        return f"no column {gone[0]}"
    other = next(differing(declared, found), None)
    if other is not None:
        return f"another type of {other}"
    computed = next(computed_otherwise(declared, found, {}), None)
    if computed is not None:
        return f"another expression of the generated column {computed}"
    return None if is_key(declared, found, {}) else "another key"


def share_tables(cursor: Cursor, names: Sequence[str]) -> None:
    """Keep tables as they are until the transaction ends; others may read and load."""
    for name in sorted(names):
        cursor.execute(sql.SQL("lock table {} in access share mode").format(table_identifier(name)))


@contextmanager
def naming_changed(tables: Sequence[Table | Computed]) -> Iterator[None]:
    """What PostgreSQL refuses inside is a TableChanged if a table has been changed meanwhile."""
    try:
        yield
    except PermanentError:
        with transaction() as cursor:
            refuse_changed(cursor, tables)
        raise
