"""The routes of what pipelines serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sluice.engine.declare.served import Served, kind_of
from sluice.engine.declare.tables.computed import AS_OF
from sluice.web.access import Reads
from sluice.web.http.pages import page, page_of, read_cursor, write_cursor
from sluice.web.http.problems import InvalidParameter, Problem
from sluice.web.openapi.document import json_answer
from sluice.web.tables.describe import made_by, page_name, row_name
from sluice.web.tables.kinds import of_type
from sluice.web.tables.queries import ServedQuery, key_names, page_query, row_query, signature
from sluice.web.tables.statement import key_types, page_parts, row_parts


def router_of(all_served: Sequence[Served]) -> APIRouter:
    """Routes for all that is served: pages first, so that no address with a key hides one without."""
    made = APIRouter()
    for served in all_served:
        if served.page_route is not None:
            _add(made, served, served.page_route, _page(served, served.page_route), page_name(served))
    for served in all_served:
        if served.row_route is not None:
            _add(made, served, _whole_tail(served, served.row_route), _row(served), row_name(served))
    return made


def tag_of(served: Served) -> str:
    """What its routes are listed under."""
    return served.pipeline.name.replace("_", " ")


def _add(router: APIRouter, served: Served, route: str, answer: Callable[..., Response], schema: str) -> None:
    serve, one = served.serve, schema == row_name(served)
    what = "One row" if one else "Rows"
    order = "" if one else f", in the order of ({', '.join(served.by.values())}), in pages"
    router.add_api_route(
        route,
        answer,
        summary=serve.summary or f"{what} of {serve.table}",
        description=serve.doc or f"{what} of `{serve.table}`{order}.",
        tags=[tag_of(served)],
        responses=json_answer(schema),
        name=schema,
        operation_id=None,
    )


def _whole_tail(served: Served, route: str) -> str:
    """The route, whose last part takes a / if it is a text."""
    last = list(served.by)[-1]
    is_text = kind_of(served.columns[served.by[last]]) == "text"
    return f"{route.removesuffix(f'{{{last}}}')}{{{last}:path}}" if is_text and route.endswith(f"{{{last}}}") else route


def _page(served: Served, route: str) -> Callable[..., Response]:
    types = key_types(served)
    checks = {name: of_type(pg_type).is_key for name, pg_type in types.items()}
    made = made_by(served)

    def answer(*, query: Any, reads: Reads) -> Response:
        filters = query.filters
        fields = _chosen(served, query.fields)
        key = read_cursor(query.cursor, route, filters, checks)
        parts = page_parts(served, filters, fields, goes_on=query.cursor is not None)
        rows = reads.rows("served_page", filters | key | {"limit": query.limit + 1}, made, **parts)
        shown, following = page_of(rows, query.limit, lambda row: write_cursor(route, filters, row[: len(types)]))
        items = [text for *_, left_out, text in shown if not left_out]
        return page(items, following, f',"left_out":{len(shown) - len(items)}' if served.serve.leave_out else "")

    answer.__signature__ = signature(page_query(served))  # type: ignore[attr-defined]
    return answer


def _row(served: Served) -> Callable[..., Response]:
    names = key_names(served)
    made = made_by(served)

    def answer(*, query: ServedQuery, reads: Reads, **key: Any) -> Response:
        row_key = {api_name: key[name] for name, api_name in names.items()}
        rows = reads.rows("served_row", row_key | query.filters, made, **row_parts(served, query.filters))
        if not rows:
            raise _missing(served, row_key, query.filters.get(AS_OF))
        return Response(rows[0][0].encode(), media_type="application/json")

    answer.__signature__ = signature(row_query(served), served)  # type: ignore[attr-defined]
    return answer


def _missing(served: Served, row_key: dict[str, Any], as_of: object) -> Problem:
    when = f"as of {as_of}" if as_of is not None else "as of the newest date" if served.dated else ""
    if served.serve.missing is None:
        shown = ", ".join(f"{name} {value}" for name, value in row_key.items())
        detail = f"{served.serve.table} has no row with {shown}{f' {when}' if when else ''}."
        return Problem(404, "no_such_row", detail)
    code, detail = served.serve.missing
    for name, value in (row_key | {"when": when}).items():
        detail = detail.replace(f"{{{name}}}", str(value))
    return Problem(404, code, detail)


def _chosen(served: Served, names: str | None) -> Sequence[str]:
    """The fields of the parameter `fields`. Raises InvalidParameter for a name that is not a field."""
    if names is None:
        return served.fields
    chosen = dict.fromkeys(names.split(","))
    unknown = [name for name in chosen if name not in served.fields]
    if unknown:
        what = f"unknown field{'s' if len(unknown) > 1 else ''} {', '.join(repr(name[:60]) for name in unknown[:5])}"
        raise InvalidParameter("fields", f"{what}; expected one of {', '.join(served.fields)}")
    return tuple(chosen)
