"""What may be asked of what is served: models of queries, and parameters of paths, made from declarations."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field as Said
from pydantic import create_model

from sluice.engine.declare.served import Served, kind_of
from sluice.engine.declare.tables.computed import AS_OF
from sluice.web.access import FromDatabase
from sluice.web.http.values import LONGEST, USUAL, Asked, Cursor, Day, Limit, Word
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


class Chosen(Asked):
    """A query by the names that its route gives to parameters."""

    @property
    def given(self) -> dict[str, Any]:
        """The filters that were given, by the names of their parameters."""
        named = self.model_dump(by_alias=True, exclude_none=True)
        return {name: value for name, value in named.items() if name not in ("fields", "limit", "cursor")}


def page_query(served: Served) -> type[Chosen]:
    """The query of its pages."""
    made: dict[str, Any] = _filters(served) | _date(served)
    first = ",".join(served.fields[:3])
    made["fields"] = (
        Annotated[Word, Said(max_length=LONGEST_FIELDS)] | None,
        Said(
            None, description="Names of the fields wanted, with commas between them; without it all.", examples=[first]
        ),
    )
    made["limit"] = (Limit, USUAL)
    made["cursor"] = (Cursor | None, Said(None, description="`next` of the page before, with the same filters."))
    return create_model("Query", __base__=Chosen, **made)


def row_query(served: Served) -> type[Chosen]:
    """The query of one row."""
    return create_model("Query", __base__=Chosen, **_date(served))


def signature(query: type[Chosen], served: Served | None = None) -> inspect.Signature:
    """What FastAPI is to give to a route: `asked`, `reads` and, of one row, its key as `key_<number>`."""
    found = {"asked": Annotated[query, Query()], "reads": FromDatabase} | (_key(served) if served else {})
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature([inspect.Parameter(name, kind, annotation=each) for name, each in found.items()])


def key_names(served: Served) -> Mapping[str, str]:
    """What the key's parts are called here -> what they are called in the API."""
    return {f"key_{number}": name for number, name in enumerate(served.by)}


def _key(served: Served) -> dict[str, Any]:
    example = example_row(served)
    return {
        name: Annotated[
            of_type(served.columns[served.by[said]]).asked,
            Path(alias=said, examples=[example.get(served.by[said], of_type(served.columns[served.by[said]]).example)]),
        ]
        for name, said in key_names(served).items()
    }


def _date(served: Served) -> dict[str, Any]:
    if not served.dated:
        return {}
    said = Said(None, description="A date that was built; without it the newest.", examples=["2024-12-31"])
    return {AS_OF: (Day | None, said)}


def _filters(served: Served) -> dict[str, Any]:
    made: dict[str, Any] = {}
    example = example_row(served)
    for number, (name, column, operator) in enumerate(parameters(served)):
        kind = of_type(served.columns[column])
        values = served.serve.one_of.get(column, ())
        asked = Literal[tuple(values)] if values and operator == "=" else kind.asked
        shown = example.get(column)
        said = Said(
            None,
            alias=name,
            description=(_WHEN if kind_of(served.columns[column]) in ("day", "moment") else _MEANS)[operator].format(
                column
            ),
            examples=[kind.example if shown is None else shown],
        )
        made[f"filter_{number}"] = (asked | None, said)
    return made
