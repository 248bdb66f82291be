"""Options of `sluice migrate` that name something that is not there, or that must not be dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from sluice.engine.database.connection import transaction
from sluice.engine.declare import Pipeline
from sluice.engine.tables.catalog import columns_of
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.declared import Declared, tables_of
from sluice.errors import ConfigError


def check_options(pipelines: Iterable[Pipeline], allowed: Allowed) -> None:
    """Raise ConfigError for a table that no pipeline declares, and for a column that is declared or not there."""
    if not allowed.drop and not allowed.rebuild:
        return
    tables = {each.name: each for each in tables_of(pipelines)}
    mistakes = [f"--rebuild-key {name}: {_unknown(name, tables)}" for name in allowed.rebuild if name not in tables]
    mistakes += [f"--drop-columns {named}: {why}" for named in allowed.drop for why in _mistakes(named, tables)]
    if mistakes:
        raise ConfigError(" ".join(mistakes))


def _mistakes(named: str, tables: dict[str, Declared]) -> Iterator[str]:
    table, dot, column = named.rpartition(".")
    if not dot or not column:
        yield "it must be TABLE.COLUMN."
    elif table not in tables:
        yield _unknown(table, tables)
    elif column in {*tables[table].wanted, *tables[table].others}:
        yield f"{column} is a column of the declaration: take it out of the pipeline's file first."
    else:
        with transaction() as cursor:
            there = columns_of(cursor, table) or {}
        if column not in there:
            yield f"{table} has no column {column}{_near(column, there)}"


def _unknown(table: str, tables: dict[str, Declared]) -> str:
    return f"no pipeline declares a table {table}{_near(table, tables)}"


def _near(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), 1)
    return f"; did you mean {near[0]}?" if near else "."
