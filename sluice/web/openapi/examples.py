"""An example of each of the API's own answers. A test checks them against the schemas."""

from __future__ import annotations

from typing import Any

NEXT = "WyI1ZDQxNDAyYWJjNGIyYTc2Yjk3MSIsNDNd"
_BOOKS = {"read": 1000, "loaded": 990, "updated": 0, "unchanged": 0, "duplicate": 4, "rejected": 6, "contested": 0}
_RUN = {
    "run": 7,
    "pipeline": "meters",
    "state": "done",
    "as_of": None,
    "inputs": 1,
    "planned": 1000,
    **_BOOKS,
    "created_at": "2024-12-31T02:00:00.123456+00:00",
    "finished_at": "2024-12-31T02:00:01.5+00:00",
}
_INPUT = {
    "input": 12,
    "source": "files",
    "file": "meters/readings_001.csv",
    "state": "done",
    "error_code": None,
    "note": "Columns that the pipeline does not know were ignored: fax.",
    "same_as_run": None,
    **_BOOKS,
}
_REJECT = {
    "input": 12,
    "file": "meters/readings_001.csv",
    "line": 18,
    "column": None,
    "code": "key_conflict",
    "reason": "The same key (meter 4) has other values in line 4 of readings_000.csv, which comes first.",
    "other_input": 11,
    "other_file": "meters/readings_000.csv",
    "other_line": 4,
}
EXAMPLES: dict[str, Any] = {
    "RunPage": {"items": [_RUN], "next": None},
    "Run": _RUN
    | {
        "dead_steps": 0,
        "inputs_failed": 0,
        "first_inputs": [_INPUT],
        "notes": [{"note": _INPUT["note"], "inputs": 1}],
        "reasons": [_REJECT | {"rows": 6}],
        "builds": [],
    },
    "QueuedRun": {"run": 8, "pipeline": "meters"},
    "RejectPage": {"items": [_REJECT], "next": None},
    "Alive": {"alive": True},
    "Ready": {"ready": True},
    "Problem": {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "no_such_run",
        "detail": "There is no run 7.",
        "request_id": "9f86d081884c7d65",
    },
}
