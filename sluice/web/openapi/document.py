"""The OpenAPI document: what each route takes and gives, with an example of each answer, and every problem.

Answers are written by PostgreSQL and pass no model on their way out, so their schemas are stated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from sluice.web.http.edge import OPEN
from sluice.web.http.problems import MEDIA_TYPE
from sluice.web.http.trace import HEADER
from sluice.web.openapi.examples import EXAMPLES

_PROBLEMS = {
    400: "The request cannot be read: not UTF-8, a NUL, a body that is not JSON.",
    401: "No token, or one that is not known.",
    403: "The token may not do this.",
    404: "Not found.",
    413: "The request is too large.",
    422: "A parameter or the body does not match this document.",
    500: "A defect of the API.",
    503: "A server is away, all connections are busy, or a table was not built yet. Try again.",
    504: "The statement took too long.",
}
_ABOUT = """What Sluice loaded and built, as JSON.

* Whole numbers (`int64`) are JSON numbers with all their digits: beyond 2^53 read them with more than a double.
* Money and other exact decimals are strings of digits with a point. Dates are ISO 8601, times have their zone (UTC).
* Pages: `next` of one is `cursor` of the next one, with the same filters; rows that come in between move nothing.
* Errors are problems (RFC 9457): `code` is for programs, `detail` for people, `request_id` finds the line in the log.
"""
_TAGS = {
    "runs": "What was loaded, what was refused, and loading more.",
    "health": "For load balancers; without a token.",
}


def json_answer(schema: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """What a route gives when all is well."""
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    description = "The run is queued." if status == 202 else "Success."
    return {status: {"description": description, "content": {"application/json": content}}}


def document(
    app: FastAPI, schemas: Mapping[str, Any], examples: Mapping[str, Any], tags: Mapping[str, str]
) -> dict[str, Any]:
    """The whole document. `schemas` are those of the answers and `examples` an example of each, by name; `tags` say
    what routes of pipelines are about."""
    found = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
    found["tags"] = [{"name": name, "description": text} for name, text in {**tags, **_TAGS}.items()]
    components = found.setdefault("components", {})
    parts = components.setdefault("schemas", {})
    for made_by_framework in ("HTTPValidationError", "ValidationError"):
        parts.pop(made_by_framework, None)
    parts |= dict(schemas)
    components["securitySchemes"] = {
        name: {"type": "http", "scheme": "bearer", "description": f"A token that may {name}."}
        for name in ("read", "write")
    }
    components["responses"] = {str(status): _problem(status, text) for status, text in _PROBLEMS.items()}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation, examples)
    return found


def _problem(status: int, text: str) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": EXAMPLES["Problem"] | {"status": status}}
    id_header = {HEADER: {"schema": {"type": "string"}, "description": "The caller's, if it can be logged; else new."}}
    return {"description": text, "headers": id_header, "content": {MEDIA_TYPE: content}}


def _complete(path: str, method: str, operation: dict[str, Any], examples: Mapping[str, Any]) -> None:
    """Which tokens an operation takes, and which problems it may answer with."""
    may = {400, 413, 500, 503} if path == "/readyz" else {400, 413, 500} if path in OPEN else set(_PROBLEMS)
    if method == "get":
        may -= {403}
    if "{" not in path:
        may -= {404}
    operation["security"] = (
        [] if path in OPEN else [{"write": []}] if method == "post" else [{"read": []}, {"write": []}]
    )
    for parameter in operation.get("parameters", ()):
        _not_null(parameter)
    answers = operation["responses"]
    answers.pop("422", None)
    for answer in answers.values():
        for content in answer["content"].values():  # here, because the framework takes every null out of its examples
            content["example"] = examples[content["schema"]["$ref"].rpartition("/")[2]]
    answers |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(may)}


def _not_null(parameter: dict[str, Any]) -> None:
    """One that may be left out is not one that may be null: a query has no null."""
    schema = parameter["schema"]
    kinds = [each for each in schema.pop("anyOf", ()) if each != {"type": "null"}]
    for kind in kinds:
        schema |= kind
