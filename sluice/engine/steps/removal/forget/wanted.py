"""What a user wants to forget: values of columns, read by the types of the columns as a file's are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import phonenumbers
import pyarrow as pa

from sluice.engine.declare import Column, Pipeline, Table
from sluice.engine.rows.contract.nulls import without_nulls
from sluice.engine.rows.rejects import HIDDEN
from sluice.engine.types.forgotten import can_identify, spelled
from sluice.engine.types.phone import Phone
from sluice.errors import ConfigError

LEAST = 6  # letters of a value that is looked for in texts; a shorter one would be found in texts about others


@dataclass(frozen=True)
class Wanted:
    """A value of a table's column, as it is stored, and as it was given."""

    table: Table
    column: Column
    text: str
    given: str

    @property
    def name(self) -> str:
        """The column with its table."""
        return f"{self.table.name}.{self.column.name}"


def wanted(pipeline: Pipeline, where: Sequence[tuple[str, str]], table: str | None = None) -> list[Wanted]:
    """The values in each table that has their column. Raises ConfigError, which never quotes a value."""
    tables = [*{flow.table.name: flow.table for flow in pipeline.flows}.values()]
    if table is not None:
        known = ", ".join(each.name for each in tables)
        tables = [each for each in tables if each.name == table]
        if not tables:
            raise ConfigError(f"--table {table}: {pipeline.name} loads into {known}.")
    found = [each for name, given in where for each in _in_tables(pipeline, tables, name, given)]
    return [*{(each.name, each.text): each for each in found}.values()]


def parse_cells(column: Column, cells: Sequence[str]) -> list[str | None]:
    """Cells of a file as the texts of what would be stored; None for one that is empty or refused."""
    parsed = column.type.parse(without_nulls(pa.array(cells, pa.string()), column.nulls))
    return spelled(parsed.values)


def pattern(values: Sequence[Wanted]) -> str | None:
    """A regular expression, for PostgreSQL and for Python, of how texts may spell the values; None for short ones."""
    found = list(dict.fromkeys(each for value in values for each in _spellings(value)))
    return "|".join(found) if found else None


def _in_tables(pipeline: Pipeline, tables: Sequence[Table], name: str, given: str) -> Iterator[Wanted]:
    having = [(table, column) for table in tables for column in table.columns if column.name == name]
    if not having:
        columns = ", ".join(dict.fromkeys(column.name for table in tables for column in table.columns))
        raise ConfigError(f"--where {name}=...: no table of {pipeline.name} has that column; they have {columns}.")
    for table, column in having:
        yield Wanted(table, column, _read(table, column, given), given)


def _read(table: Table, column: Column, given: str) -> str:
    """The value as it is stored."""
    where = f"--where {column.name}=...: the value"
    if not can_identify(column.type.arrow):
        raise ConfigError(f"{column.name} of {table.name} is {column.type!r}: a value of it names nobody.")
    parsed = column.type.parse(without_nulls(pa.array([given], pa.string()), column.nulls))
    for refused in parsed.refused:
        if refused.rows.any():
            why = refused.reason.replace("{value}", HIDDEN)
            raise ConfigError(f"{where} is not one that {table.name} could have: {why} Give it as a file would.")
    (text,) = spelled(parsed.values)
    if text is None:
        raise ConfigError(f"{where} is empty, and nobody is named by an empty value.")
    return text


def _spellings(value: Wanted) -> Iterator[str]:
    for text in dict.fromkeys((value.text, value.given.strip())):
        if len(text) >= LEAST:
            yield rf"(?<!\w){_escaped(text)}(?!\w)"
    if isinstance(value.column.type, Phone):
        yield _phone(value.text)


def _escaped(text: str) -> str:
    return "".join(each if each.isalnum() or each.isspace() else f"\\{each}" for each in text)


def _phone(e164: str) -> str:
    """A number with or without its country code, its digits apart or not."""
    number = phonenumbers.parse(e164)
    apart = r"[ ()./-]{0,3}"
    country, national = (apart.join(str(each)) for each in (number.country_code, number.national_number))
    return rf"(?<![0-9])\(?(\+|00)?({apart}{country}{apart})?0?{apart}{national}(?![0-9])"


def masked(text: str, spellings: str | None) -> str:
    """A text without the values, e.g. the name of a file."""
    return re.sub(spellings, HIDDEN, text) if spellings else text
