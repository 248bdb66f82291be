"""The fields of an answer's rows: each with its PostgreSQL type and its JSON type.

Whole numbers are JSON numbers with all their digits (int64: beyond 2^53 a reader needs more than a double). Money and
other exact decimals are strings, so that no reader rounds them. NaN is null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from sluice.engine.declare.served import kind_of

_NUMERIC = re.compile(r"numeric\(\d+,\s*(\d+)\)")
_JSON_TYPES: dict[str, dict[str, str]] = {
    "bigint": {"type": "integer", "format": "int64"},
    "integer": {"type": "integer", "format": "int32"},
    "smallint": {"type": "integer", "format": "int32"},
    "double precision": {"type": "number", "format": "double"},
    "real": {"type": "number", "format": "double"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time without time zone": {"type": "string", "format": "partial-time"},
    "timestamptz": {"type": "string", "format": "date-time"},
    "timestamp with time zone": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "json": {},  # whatever it is
    "jsonb": {},
}


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
        if not self.required and "type" in found:
            found["type"] = [found["type"], "null"]
        return found | ({"description": self.text} if self.text else {})

    @property
    def column(self) -> sql.Composable:
        """Its column in a select list, converted for JSON."""
        name = sql.Identifier(self.name)
        kind = kind_of(self.pg_type)
        if kind == "exact":
            return sql.SQL("case when p.{0}::text !~ '[NI]' then p.{0}::text end as {0}").format(name)
        if kind == "double":
            finite = "case when p.{0} not in ('NaN', 'Infinity', '-Infinity') then p.{0} end as {0}"
            return sql.SQL(finite).format(name)
        return sql.SQL("p.{0}").format(name)


def example_of_other(pg_type: str) -> Any:
    """An example value of any other type."""
    return {"array": [], "string": "text"}.get(_json_type(pg_type).get("type", ""), {})


def _json_type(pg_type: str) -> dict[str, Any]:
    base = pg_type.lower().partition(" collate")[0]
    if base.endswith("[]"):
        return {"type": "array"}
    if kind_of(base) == "exact":
        scale = _NUMERIC.fullmatch(base)
        digits = r"(\.[0-9]+)?" if scale is None else rf"\.[0-9]{{{scale[1]}}}" if scale[1] != "0" else ""
        return {"type": "string", "pattern": rf"^-?[0-9]+{digits}$"}
    return dict(_JSON_TYPES.get(base, {"type": "string"}))


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
