"""What is to be done about a table: changes with their cost, what is refused, and notes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from psycopg2 import sql

from sluice.engine.tables.catalog import table_identifier

MOMENT = "no rewrite; locks the table for a moment"


@dataclass(frozen=True)
class Change:
    """Statements that change a table, and a sentence about them for when they are done.

    `rewrites`: all its rows are written again. `settled`: it waits until open runs have settled what
    they settle by columns and key. `adds` a column, and does no more.
    """

    statements: Sequence[sql.Composable]
    done: str
    cost: str = MOMENT
    rewrites: bool = False
    settled: bool = False
    adds: bool = False
    renamed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Refusal:
    """A difference that is not changed, and what to do about it."""

    sentence: str
    todo: str


@dataclass(frozen=True)
class Allowed:
    """What a person has allowed: columns to drop (TABLE.COLUMN), tables that get another key, and rewrites."""

    drop: Collection[str] = ()
    rebuild: Collection[str] = ()
    rewrite: bool = False


@dataclass(frozen=True)
class TablePlan:
    """All about one table, in order."""

    table: str
    changes: list[Change] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, found: Iterable[Change | Refusal | str]) -> None:
        """Sort what was found into the plan."""
        for each in found:
            if isinstance(each, Change):
                self.changes.append(each)
            elif isinstance(each, Refusal):
                self.refused.append(each)
            else:
                self.notes.append(each)

    @property
    def is_open(self) -> bool:
        """Whether something is to be changed, or refused."""
        return bool(self.changes or self.refused)

    @property
    def sentence(self) -> str:
        """What is refused, as one message."""
        found = " ".join(each.sentence for each in self.refused)
        return f"Table {self.table}: {found} {' '.join(dict.fromkeys(each.todo for each in self.refused))}".rstrip()


def altered(table: str, words: str, **names: str | sql.Composable) -> sql.Composed:
    """`alter table TABLE words`, in which {name} is an identifier."""
    fields = {name: sql.Identifier(each) if isinstance(each, str) else each for name, each in names.items()}
    return sql.SQL("alter table {table} ").format(table=table_identifier(table)) + sql.SQL(words).format(**fields)
