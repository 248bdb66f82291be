"""Columns that PostgreSQL computes: whether it computes them by another expression than the declared one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg2 import sql

from sluice.engine.database.statements import statements
from sluice.engine.tables.changes.change import Change, Refusal, altered
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.found import Found

query = statements(__name__)


_worded: dict[tuple[object, ...], Mapping[str, tuple[str, str]]] = {}  # by declaration: asked once in a process
_MANY = 1_000


def regenerated(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[Change | Refusal]:
    """Generated columns with another type or expression: they are dropped and added, and so computed again."""
    yield from (_again(declared, found, name) for name in computed_otherwise(declared, found, names))


def computed_otherwise(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[str]:
    """The generated columns whose type or expression in the database is another than the declared one.

    None for a role that may not make temporary tables, which is how PostgreSQL's wording is found.
    """
    both = [name for name in declared.generated if name in found.columns]
    worded = _as_postgres_words_them(declared, found) if both else {}
    for name in both:
        here = found.columns[name]
        renamed_in = any(old in (here.expression or "") for old in names)
        if renamed_in and here.generated:
            continue  # PostgreSQL renames the column in the expression, too
        if worded and (not here.generated or (here.pg_type, here.expression) != worded[name]):
            yield name


def _again(declared: Declared, found: Found, name: str) -> Change | Refusal:
    if not found.columns[name].generated:
        return Refusal(
            f"Column {name} is generated in the declaration, and an ordinary one in the database.",
            f"Rename it in the database, or drop it: alter table {declared.name} drop column {name}.",
        )
    if views := found.views_on(name):
        return Refusal(
            f"Column {name} is computed in another way, and {', '.join(views)} uses it.",
            "Drop the view, run `sluice migrate`, and make the view again.",
        )
    drop = altered(declared.name, "drop column {name}", name=name)
    words = declared.wanted[name].replace("{", "{{").replace("}", "}}")
    add = altered(declared.name, "add column {name} " + words, name=name)
    cost = f"rewrites {found.size}; readers and writers wait meanwhile"
    return Change([drop, add], f"Column {name} of {declared.name} is computed anew.", cost, rewrites=True)


def _as_postgres_words_them(declared: Declared, found: Found) -> Mapping[str, tuple[str, str]]:
    """Types and expressions as the catalog would have them: by a table without rows that is made and dropped."""
    asked = (*declared.columns.items(), *declared.generated.items())
    if asked not in _worded:
        found.cursor.execute("select has_database_privilege(current_database(), 'temporary')")
        if found.cursor.fetchone() != (True,):
            return {}
        if len(_worded) > _MANY:
            _worded.clear()
        _worded[asked] = _ask(declared, found)
    return _worded[asked]


def _ask(declared: Declared, found: Found) -> Mapping[str, tuple[str, str]]:
    columns = [sql.SQL("{} " + words).format(sql.Identifier(name)) for name, words in declared.columns.items()]
    for name in declared.generated:
        words = declared.wanted[name].replace("{", "{{").replace("}", "}}")
        columns.append(sql.SQL("{} " + words).format(sql.Identifier(name)))
    found.cursor.execute("savepoint words")
    made = sql.SQL("create temp table sluice_words ({}) on commit drop").format(sql.SQL(", ").join(columns))
    found.cursor.execute(made)
    found.cursor.execute(query("expressions_of"))
    worded = {name: (pg_type, expression) for name, pg_type, expression in found.cursor.fetchall()}
    found.cursor.execute("rollback to savepoint words")
    return worded
