"""Indexes that are declared in addition to the one of the key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare.names import LONGEST
from sluice.engine.tables.catalog import is_free, table_identifier

query = statements(__name__)


@dataclass(frozen=True)
class Missing:
    """An index to be made. `name` is empty where PostgreSQL chooses one. `left` are invalid ones in its place."""

    table: str
    name: str
    columns: Sequence[str]
    where: str = ""
    left: Sequence[str] = ()

    def statement(self, concurrently: str = "") -> sql.Composed:
        """The statement that makes it."""
        where = self.where.replace("{", "{{").replace("}", "}}")
        return sql.SQL("create index " + concurrently + "{} on {} ({})" + where).format(
            sql.Identifier(self.name) if self.name else sql.SQL(""),
            table_identifier(self.table),
            sql.SQL(", ").join(map(sql.Identifier, self.columns)),
        )

    def drops(self, concurrently: str = "") -> list[sql.Composed]:
        """The statements that drop what is left of it."""
        schema = schema_and_name(self.table)[0]
        return [sql.SQL("drop index " + concurrently + "{}").format(sql.Identifier(schema, each)) for each in self.left]


def create_indexes(cursor: Cursor, table: str, indexes: Sequence[Sequence[str]], key: Sequence[str] = ()) -> None:
    """Create one for each list of columns, followed by those of `key`. An existing one is left alone."""
    for missing in missing_indexes(cursor, table, indexes, key):
        cursor.execute(missing.statement())


def missing_indexes(
    cursor: Cursor, table: str, indexes: Sequence[Sequence[str]], key: Sequence[str] = ()
) -> Iterator[Missing]:
    """Those that are not there."""
    broken = invalid_indexes(cursor, table)
    listed = {(*index, *(each for each in key if each not in index)): "_".join(index) for index in reversed(indexes)}
    for columns, words in reversed(listed.items()):
        if not has_index(cursor, table, columns):  # `if not exists` would lock the table
            name = f"{schema_and_name(table)[1]}_{words}_idx"
            left = [each for each, of in broken.items() if of == list(columns)]
            own = len(name) <= LONGEST and (name in left or is_free(cursor, _beside(table, name)))
            yield Missing(table, name if own else "", columns, left=left)  # without: PostgreSQL chooses a free one


def create_rare_indexes(cursor: Cursor, table: str, rare: Mapping[str, str], key: Sequence[str]) -> None:
    """Create one of the rows that meet a condition, for each column, followed by those of `key`."""
    for missing in missing_rare_indexes(cursor, table, rare, key):
        cursor.execute(missing.statement())


def missing_rare_indexes(cursor: Cursor, table: str, rare: Mapping[str, str], key: Sequence[str]) -> Iterator[Missing]:
    """Those that are not there.

    Existing ones are known by their names: PostgreSQL words the condition in another way.
    """
    broken = invalid_indexes(cursor, table)
    for column, condition in rare.items():
        digest = hashlib.sha256(f"{table} {column} {condition}".encode()).hexdigest()[:8]
        name = f"{schema_and_name(table)[1]}_{column}"[: LONGEST - 13] + f"_{digest}_idx"
        if name in broken or is_free(cursor, _beside(table, name)):
            columns = [column, *(each for each in key if each != column)]
            yield Missing(table, name, columns, f" where {condition}", left=[name] if name in broken else ())


def has_index(cursor: Cursor, table: str, columns: Sequence[str]) -> bool:
    """Whether there is an index of exactly these columns, in their order."""
    cursor.execute(query("has_index"), place(table) | {"columns": list(columns)})
    return cursor.fetchone() == (True,)


def invalid_indexes(cursor: Cursor, table: str) -> dict[str, list[str]]:
    """Indexes that were not made to their end, by name, with their columns."""
    cursor.execute(query("invalid_indexes"), place(table))
    return dict(cursor.fetchall())


def _beside(table: str, name: str) -> str:
    """The name of a relation in the schema of the table."""
    return f"{schema_and_name(table)[0]}.{name}"
