"""Values by their kind: as parameters, in comparisons in SQL, and in a cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from sluice.engine.declare.served import Kind, kind_of
from sluice.web.http.pages import is_day, is_exact, is_flag, is_int64, is_moment, is_text, is_uuid
from sluice.web.http.values import Day, Exact, Flag, Moment, Real, Uuid, Whole, Word

_MOMENT = "case when isfinite({0}) then to_json({0} at time zone 'UTC') #>> '{{}}' || '+00:00' else {0}::text end"


@dataclass(frozen=True)
class ValueKind:
    """`parameter` is the type of a parameter in FastAPI, `value` a parameter in SQL, `spelled` a column in a cursor."""

    parameter: Any
    is_key: Callable[[object], bool]
    value: str = "{}"
    spelled: str = "{}"
    example: object = None
    has_nan: bool = False


_OF: dict[Kind, ValueKind] = {
    "whole": ValueKind(Whole, is_int64, example=1),
    "exact": ValueKind(Exact, is_exact, "cast({} as numeric)", "{}::text", "1.50", has_nan=True),
    "double": ValueKind(Real, is_exact, "cast({} as double precision)", example=1.5, has_nan=True),
    "text": ValueKind(Word, is_text, example="text"),
    "uuid": ValueKind(Uuid, is_uuid, "cast({} as uuid)", "{}::text", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
    "flag": ValueKind(Flag, is_flag, example=True),
    "day": ValueKind(Day, is_day, "cast({} as date)", "{}::text", "2024-12-31"),
    "moment": ValueKind(Moment, is_moment, "cast({} as timestamptz)", _MOMENT, "2024-12-31T12:30:00+00:00"),
}


def of_type(pg_type: str) -> ValueKind:
    """The kind of a column that a declaration may filter or go by. Raises KeyError for another one."""
    kind = kind_of(pg_type)
    if kind is None:
        raise KeyError(pg_type)
    return _OF[kind]


def value(pg_type: str, parameter: str) -> sql.Composable:
    """A parameter, to be compared with a column of the type."""
    return sql.SQL(of_type(pg_type).value).format(sql.Placeholder(parameter))


def spelled(pg_type: str, column: str) -> sql.Composable:
    """A column of `p` as a cursor has it."""
    return sql.SQL(of_type(pg_type).spelled).format(sql.Identifier("p", column))
