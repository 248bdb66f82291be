"""What an answer's rows consist of: each field with its type as PostgreSQL has it, and as JSON gets it.

Whole numbers are JSON numbers with all their digits (int64: beyond 2^53 a reader needs more than a double). Money and
other exact decimals are strings, so that no reader rounds them. What is not a number (NaN) is null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

_NUMERIC = re.compile(r"numeric\(\d+,\s*(\d+)\)")
_WHOLE = {"bigint": "int64", "integer": "int32", "smallint": "int32"}
DOUBLE = "double precision"


@dataclass(frozen=True)
class Field:
    """One field. `required` ones are never null. `one_of` are all values that it can have."""

    name: str
    pg_type: str
    text: str = ""
    required: bool = False
    one_of: Sequence[str] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        found = _json_type(self.pg_type)
        if self.one_of:
            found["enum"] = [*self.one_of] if self.required else [*self.one_of, None]
        if not self.required:
            found["type"] = [found["type"], "null"]
        return found | ({"description": self.text} if self.text else {})

    @property
    def column(self) -> sql.Composable:
        """Its column in a select list, spelled as JSON gets it."""
        name = sql.Identifier(self.name)
        if self.pg_type.startswith("numeric"):
            return sql.SQL("p.{0}::text as {0}").format(name)
        if self.pg_type == DOUBLE:
            finite = "case when p.{0} between '-1e308' and '1e308' then p.{0} end as {0}"
            return sql.SQL(finite).format(name)
        return sql.SQL("p.{0}").format(name)


def _json_type(pg_type: str) -> dict[str, Any]:
    base = pg_type.lower().partition(" collate")[0]
    if base in _WHOLE:
        return {"type": "integer", "format": _WHOLE[base]}
    if base.startswith("numeric"):
        scale = _NUMERIC.fullmatch(base)
        digits = r"(\.[0-9]+)?" if scale is None else rf"\.[0-9]{{{scale[1]}}}" if scale[1] != "0" else ""
        return {"type": "string", "pattern": rf"^-?[0-9]+{digits}$"}
    if base == DOUBLE:
        return {"type": "number", "format": "double"}
    if base == "boolean":
        return {"type": "boolean"}
    formats = {"date": "date", "timestamptz": "date-time", "timestamp with time zone": "date-time"}
    return {"type": "string"} | ({"format": formats[base]} if base in formats else {})


def select_list(fields: Sequence[Field]) -> sql.Composable:
    """The columns of the fields, for the place {fields} of a statement."""
    return sql.SQL(", ").join(each.column for each in fields)


def row_schema(fields: Sequence[Field], *, chosen: bool = False) -> dict[str, Any]:
    """The schema of a row; where fields can be chosen, any may be absent."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {each.name: each.schema for each in fields},
        "additionalProperties": False,
    }
    return schema if chosen else schema | {"required": [each.name for each in fields]}


def page_schema(item: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The schema of a page of rows: `next` is the cursor of the page after it, null on the last one."""
    members = {
        "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{item}"}},
        "next": {"type": ["string", "null"], "description": "Give it as `cursor` for the next page; null: no more."},
    } | dict(more or {})
    return {"type": "object", "properties": members, "required": [*members], "additionalProperties": False}
