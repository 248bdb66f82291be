"""The schemas of the API's own answers, by the names that the OpenAPI document gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluice.web.openapi.fields import Field, page_schema, row_schema

_COUNT_NAMES = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")
_BOOKS = tuple(Field(name, "bigint", required=True) for name in _COUNT_NAMES)
_RUN = (
    Field("run", "bigint", "Its number.", required=True),
    Field("pipeline", "text", required=True),
    Field("state", "text", required=True, one_of=("running", "done", "failed")),
    Field("as_of", "date", "The date that derived tables were built for."),
    Field("inputs", "integer", "How many it has.", required=True),
    Field("planned", "bigint", "Records that were counted before any was read.", required=True),
    *_BOOKS,
    Field("created_at", "timestamptz", required=True),
    Field("finished_at", "timestamptz"),
)
_INPUT_STATES = ("registered", "attached", "loading", "loaded", "done", "already_loaded", "failed", "undone")
_INPUT = (
    Field("input", "bigint", "Its number.", required=True),
    Field("source", "text", required=True),
    Field("file", "text", "Its place below the inbox; of files from elsewhere the name.", required=True),
    Field("state", "text", required=True, one_of=_INPUT_STATES),
    Field("error_code", "text", "Why it failed, e.g. empty_file; nothing_loaded: every row of it was rejected."),
    Field("note", "text", "What is to be known of it although it was loaded."),
    Field("same_as_run", "bigint", "The run that loads, or has loaded, the same content."),
    *_BOOKS,
)
_BUILD = (
    Field("table", "text", required=True),
    Field("as_of", "date"),
    Field("mode", "text", required=True),
    *(Field(name, "bigint", required=True) for name in ("rows", "added", "changed", "removed")),
    Field("built_at", "timestamptz", required=True),
)
_OTHER = (
    Field("other_input", "bigint", "Of the row that the reason refers to; null where it refers to none."),
    Field("other_file", "text", "As `file`, of other_input."),
    Field("other_line", "bigint", "As `line`, of other_input."),
)
_REJECT = (
    Field("input", "bigint", required=True),
    Field("file", "text", required=True),
    Field("line", "bigint", "The first physical line of the record, counted from 1.", required=True),
    Field("column", "text"),
    Field("code", "text", "Stable, for programs.", required=True),
    Field("reason", "text", "In plain words, with the value that was refused.", required=True),
    *_OTHER,
)
_REASON = (
    Field("column", "text"),
    Field("code", "text", required=True),
    Field("rows", "bigint", "Rejects with this column and code.", required=True),
    Field("input", "bigint", "Of the first of them, as the fields below.", required=True),
    *_REJECT[1:3],
    *_REJECT[5:],
)
_NOTE = (
    Field("note", "text", required=True),
    Field("inputs", "bigint", "How many inputs have it.", required=True),
)
_WRONG = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("in", "name", "message")},
    "required": ["in", "name", "message"],
    "additionalProperties": False,
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "What the status means."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": _WRONG, "description": "Which parameters are wrong, and why."},
    },
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "additionalProperties": False,
}


def answer_schemas() -> dict[str, Mapping[str, Any]]:
    """Those of the API's own routes, each by its name in `#/components/schemas`."""
    return {
        "RunLine": row_schema(_RUN),
        "RunPage": page_schema("RunLine"),
        "Run": _run(),
        "QueuedRun": row_schema((_RUN[0], _RUN[1])),
        "Reject": row_schema(_REJECT),
        "RejectPage": page_schema("Reject"),
        "Alive": _always("alive"),
        "Ready": _always("ready"),
        "Problem": _PROBLEM,
    }


def _run() -> dict[str, Any]:
    counts = (
        Field("dead_steps", "bigint", "Steps that failed too often.", required=True),
        Field("inputs_failed", "bigint", "Inputs of which nothing could be loaded, or not all.", required=True),
    )
    whole = row_schema((*_RUN, *counts))
    for name, fields in (("first_inputs", _INPUT), ("notes", _NOTE), ("builds", _BUILD), ("reasons", _REASON)):
        whole["properties"][name] = {"type": "array", "items": row_schema(fields)}
        whole["required"].append(name)
    why = (
        "Rejects by column and code, most frequent first; null while the run is open. The first 1,000,000 are counted."
    )
    whole["properties"]["reasons"] |= {"type": ["array", "null"], "description": why}
    return whole


def _always(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"const": True}}, "required": [name], "additionalProperties": False}
