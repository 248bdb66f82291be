"""Problems: the API's errors, as in RFC 9457.

`code` is stable and for programs, `detail` is for people. Neither has text of the database or a value of a row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sluice.web.http.trace import REQUEST_ID

MEDIA_TYPE = "application/problem+json"
_SHOWN = 60
_CODES = {
    HTTPStatus.BAD_REQUEST: ("bad_request", "The request cannot be read."),
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this path: /openapi.json lists the routes."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "This route has no such method: see the header Allow."),
}


class Problem(HTTPException):
    """An answer that is not data. `errors` say which parameter or field of the body is wrong, and why."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.code = code
        self.errors = errors


class InvalidParameter(Problem):
    """A parameter does not match the OpenAPI document."""

    def __init__(self, name: str, message: str, where: str = "query") -> None:
        errors = [{"in": where, "name": name, "message": message}]
        super().__init__(422, "invalid_request", _sentence(name, message), errors=errors)


def answer(problem: Problem) -> Response:
    """The problem as a response."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": REQUEST_ID.get(),
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    return Response(json.dumps(body), problem.status_code, headers=problem.headers, media_type=MEDIA_TYPE)


def answer_in_problems(app: FastAPI) -> None:
    """Answer every exception of a route or the framework as a problem."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)


async def _of_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    if isinstance(error, Problem):
        return answer(error)
    code, detail = _CODES.get(HTTPStatus(error.status_code), ("refused", "The request was refused."))
    return answer(Problem(error.status_code, code, detail, headers=error.headers))


async def _of_validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    errors = [_wrong(each) for each in error.errors()]
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return answer(Problem(422, "invalid_request", _sentence(first["name"], first["message"]) + more, errors=errors))


def _wrong(error: Mapping[str, Any]) -> dict[str, str]:
    """Which parameter, and why: with the value, where one rule is all that it breaks. The log never has it."""
    where, *rest = [str(each) for each in error["loc"]]
    if error["type"] == "json_invalid":
        rest = []
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "there is no parameter or field of this name here: /openapi.json lists those there are"
    elif error["type"] == "literal_error":
        message = f"must be one of {error['ctx']['expected']}"
    if message.startswith("must ") and isinstance(value := error.get("input"), str | int | float):
        message += f", not {_shown(value)}"
    return {"in": where, "name": ".".join(rest)[:100] or where, "message": message}


def _shown(value: str | float) -> str:
    """A value in a message, cut to 60 characters."""
    if not isinstance(value, str):
        return json.dumps(value)[:_SHOWN]
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}...")


def _sentence(name: str, message: str) -> str:
    return f"{name} {message}" if message.startswith("must ") else f"{name}: {message}"
