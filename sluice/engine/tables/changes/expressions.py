"""Columns that PostgreSQL computes: whether it computes them by another expression than the declared one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg2 import sql

from sluice.engine.database.statements import statements
from sluice.engine.tables.changes.change import Change, Refusal, altered
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.found import Found

query = statements(__name__)


def regenerated(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[Change | Refusal]:
    """Generated columns with another type or expression: they are dropped and added, and so computed again."""
    both = [name for name in declared.generated if name in found.columns]
    for name, (spelled, expression) in zip(both, _as_postgres_words_them(declared, found, both), strict=True):
        here = found.columns[name]
        renamed_in = any(old in (here.expression or "") for old in names)
        if here.generated and (here.pg_type, here.expression) == (spelled, expression) and not renamed_in:
            continue
        if renamed_in and here.generated:
            continue  # PostgreSQL renames the column in the expression, too
        yield _again(declared, found, name)


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


def _as_postgres_words_them(declared: Declared, found: Found, names: list[str]) -> Iterator[tuple[str, str]]:
    """Types and expressions as the catalog would have them: by a table without rows that is made and dropped."""
    if not names:
        return
    columns = [sql.SQL("{} " + words).format(sql.Identifier(name)) for name, words in declared.columns.items()]
    for name in names:
        words = declared.wanted[name].replace("{", "{{").replace("}", "}}")
        columns.append(sql.SQL("{} " + words).format(sql.Identifier(name)))
    found.cursor.execute("savepoint words")
    made = sql.SQL("create temp table sluice_words ({}) on commit drop").format(sql.SQL(", ").join(columns))
    found.cursor.execute(made)
    found.cursor.execute(query("expressions_of"))
    worded = {name: (pg_type, expression) for name, pg_type, expression in found.cursor.fetchall()}
    found.cursor.execute("rollback to savepoint words")
    yield from (worded[name] for name in names)
