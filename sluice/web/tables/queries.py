"""The parameters of what is served: models of query strings and parameters of paths, made from declarations."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field, create_model

from sluice.engine.declare.served import Served, kind_of
from sluice.engine.declare.tables.computed import AS_OF
from sluice.web.access import FromDatabase
from sluice.web.http.values import LONGEST, USUAL, Cursor, Day, Limit, QueryModel, Word
from sluice.web.tables.describe import example_row
from sluice.web.tables.kinds import of_type
from sluice.web.tables.statement import parameters

_MEANS = {"=": "{}, exactly this.", ">=": "{}, at least this.", "<=": "{}, at most this.", "<": "{}, below this."}
_WHEN = {
    "=": "{}, exactly this.",
    ">=": "{}, then or later.",
    "<=": "{}, then or earlier.",
    "<": "{}, earlier than this.",
}
LONGEST_FIELDS = 10 * LONGEST


class ServedQuery(QueryModel):
    """A query string; filters have the names that the route gives to parameters."""

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that were given, by the names of their parameters."""
        values = self.model_dump(by_alias=True, exclude_none=True)
        return {name: value for name, value in values.items() if name not in ("fields", "limit", "cursor")}


def page_query(served: Served) -> type[ServedQuery]:
    """The query string of its pages."""
    made: dict[str, Any] = _filters(served) | _date(served)
    first = ",".join(served.fields[:3])
    made["fields"] = (
        Annotated[Word, Field(max_length=LONGEST_FIELDS)] | None,
        Field(None, description="Names of fields, separated by commas; without it all fields.", examples=[first]),
    )
    made["limit"] = (Limit, USUAL)
    made["cursor"] = (Cursor | None, Field(None, description="`next` of the page before, with the same filters."))
    return create_model("Query", __base__=ServedQuery, **made)


def row_query(served: Served) -> type[ServedQuery]:
    """The query string of one row."""
    return create_model("Query", __base__=ServedQuery, **_date(served))


def signature(query: type[ServedQuery], served: Served | None = None) -> inspect.Signature:
    """The parameters of a route, for FastAPI: `query`, `reads` and, of one row, its key as `key_<number>`."""
    found = {"query": Annotated[query, Query()], "reads": FromDatabase} | (_key(served) if served else {})
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature([inspect.Parameter(name, kind, annotation=each) for name, each in found.items()])


def key_names(served: Served) -> Mapping[str, str]:
    """What the key's parts are called here -> what they are called in the API."""
    return {f"key_{number}": name for number, name in enumerate(served.by)}


def _key(served: Served) -> dict[str, Any]:
    example = example_row(served)
    return {
        name: Annotated[
            of_type(served.columns[served.by[api_name]]).parameter,
            Path(
                alias=api_name,
                examples=[example.get(served.by[api_name], of_type(served.columns[served.by[api_name]]).example)],
            ),
        ]
        for name, api_name in key_names(served).items()
    }


def _date(served: Served) -> dict[str, Any]:
    if not served.dated:
        return {}
    as_of = Field(None, description="A date that was built; without it the newest.", examples=["2024-12-31"])
    return {AS_OF: (Day | None, as_of)}


def _filters(served: Served) -> dict[str, Any]:
    made: dict[str, Any] = {}
    example = example_row(served)
    for number, (name, column, operator) in enumerate(parameters(served)):
        kind = of_type(served.columns[column])
        values = served.serve.one_of.get(column, ())
        parameter = Literal[tuple(values)] if values and operator == "=" else kind.parameter
        shown = example.get(column)
        field = Field(
            None,
            alias=name,
            description=(_WHEN if kind_of(served.columns[column]) in ("day", "moment") else _MEANS)[operator].format(
                column
            ),
            examples=[kind.example if shown is None else shown],
        )
        made[f"filter_{number}"] = (parameter | None, field)
    return made
