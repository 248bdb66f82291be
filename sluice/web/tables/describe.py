"""Served tables in the OpenAPI document: fields, schemas, examples, and the command that creates a missing table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sluice.engine.declare.served import Served, kind_of
from sluice.web.openapi.examples import NEXT
from sluice.web.openapi.fields import Field, example_of_other, page_schema, row_schema
from sluice.web.tables.kinds import of_type

_LEFT_OUT = {"left_out": {"type": "integer", "minimum": 0, "description": "Rows of this page that are not served."}}
_SCALE = re.compile(r"numeric\(\d+,\s*(\d+)\)")


def fields_of(served: Served) -> Sequence[Field]:
    """The fields of its rows."""
    serve = served.serve
    return [
        Field(
            name,
            served.columns[name],
            serve.describe.get(name, ""),
            served.is_never_null(name),
            tuple(serve.one_of.get(name, ())),
        )
        for name in served.fields
    ]


def row_name(served: Served) -> str:
    """The name of the schema of its rows."""
    return served.serve.called or "".join(map(str.capitalize, served.serve.table.replace(".", "_").split("_"))) + "Row"


def page_name(served: Served) -> str:
    """The name of the schema of its pages."""
    return row_name(served).removesuffix("Row") + "Page"


def schemas_of(served: Served) -> dict[str, Mapping[str, Any]]:
    """Its schemas by name. Rows of pages have the fields that the request names."""
    paged = served.page_route is not None
    found: dict[str, Mapping[str, Any]] = {row_name(served): row_schema(fields_of(served), chosen=paged)}
    if paged:
        found[page_name(served)] = page_schema(row_name(served), _LEFT_OUT if served.serve.leave_out else None)
    return found


def examples_of(served: Served) -> dict[str, Any]:
    """An example of each of its schemas, by name."""
    row = example_row(served)
    found: dict[str, Any] = {row_name(served): row}
    if served.page_route is not None:
        found[page_name(served)] = {"items": [row], "next": NEXT} | ({"left_out": 1} if served.serve.leave_out else {})
    return found


def example_row(served: Served) -> dict[str, Any]:
    """An example row: that of the declaration, or one made from the columns' types."""
    return {each.name: served.serve.example.get(each.name, _example(each)) for each in fields_of(served)}


def made_by(served: Served) -> str:
    """The command that creates and fills its table."""
    pipeline = served.pipeline
    paths = "" if pipeline.remote else " PATHS..."
    date = " --as-of YYYY-MM-DD" if pipeline.dated else ""
    return f"sluice migrate; {served.filled_by or f'sluice run {pipeline.name}{paths}{date}'}"


def _example(field: Field) -> Any:
    if field.one_of:
        return field.one_of[0]
    kind = kind_of(field.pg_type)
    if kind is None:
        return example_of_other(field.pg_type)
    scale = _SCALE.fullmatch(field.pg_type.lower())
    if kind == "exact" and scale is not None:
        return f"1.{'0' * int(scale[1])}".rstrip(".")
    return of_type(field.pg_type).example
