"""A parameter, or a field of a body, that is given twice is refused: of two values one would be ignored in silence."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request

from sluice.web.http.problems import InvalidParameter

_TWICE = "it is given twice; give one value"


async def each_once(request: Request) -> None:
    """A dependency of every route: no parameter of a query is a list. Raises InvalidParameter."""
    seen = set()
    for name, _ in request.query_params.multi_items():
        if name in seen:
            raise InvalidParameter(name[:100], _TWICE)
        seen.add(name)
    if body := await request.body():
        try:
            json.loads(body, object_pairs_hook=_object)
        except ValueError:
            pass  # it is no JSON: the route refuses it


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidParameter(name[:100], _TWICE, "body")
        found[name] = value
    return found
