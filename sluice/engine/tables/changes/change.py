"""What is to be done about a table: changes with their cost, what is refused, and notes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from psycopg2 import sql

from sluice.engine.tables.catalog import table_identifier

BY_HAND = (
    "Sluice makes only changes that lose nothing: alter it by hand ({statements}), or give the declared table another "
    "name."
)
MOMENT = "no rewrite; locks the table for a moment"


@dataclass(frozen=True)
class Change:
    """Statements that change a table, and a sentence about them for when they are done.

    `rewrites`: all its rows are written again. `settled`: it waits until open runs have settled what
    they settle by columns and key. `adds` a column, and does no more. `concurrent`: an index, made outside of
    transactions.
    """

    statements: Sequence[sql.Composable]
    done: str
    cost: str = MOMENT
    rewrites: bool = False
    settled: bool = False
    adds: bool = False
    is_index: bool = False
    concurrent: bool = False
    renamed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Refusal:
    """A difference that is not changed, and what to do about it; or the statement that changes it `by_hand`."""

    sentence: str
    todo: str = ""
    by_hand: str = ""


@dataclass(frozen=True)
class Allowed:
    """What a person has allowed: columns to drop (TABLE.COLUMN), tables that get another key, and rewrites."""

    drop: Collection[str] = ()
    rebuild: Collection[str] = ()
    rewrite: bool = False


@dataclass(frozen=True)
class TablePlan:
    """All about one table, in order. `left`: what could not be done now, and is tried again."""

    table: str
    changes: list[Change] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

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
        return f"Table {self.table}: {refused_in_words(self.refused)}"


def refused_in_words(refused: Sequence[Refusal]) -> str:
    """What is refused, then what to do."""
    statements = "; ".join(each.by_hand for each in refused if each.by_hand)
    todo = [BY_HAND.format(statements=statements)] if statements else []
    return " ".join([*(each.sentence for each in refused), *todo, *(each.todo for each in refused if each.todo)])


def altered(table: str, words: str, **names: str | sql.Composable) -> sql.Composed:
    """`alter table TABLE words`, in which {name} is an identifier."""
    fields = {name: sql.Identifier(each) if isinstance(each, str) else each for name, each in names.items()}
    return sql.SQL("alter table {table} ").format(table=table_identifier(table)) + sql.SQL(words).format(**fields)
