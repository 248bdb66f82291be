"""An example of each answer. A test holds them against the schemas."""

from __future__ import annotations

from typing import Any

_NEXT = "WyI1ZDQxNDAyYWJjNGIyYTc2Yjk3MSIsNDNd"
_BOOKS = {"read": 1000, "loaded": 990, "updated": 0, "unchanged": 0, "duplicate": 4, "rejected": 6, "contested": 0}
_RUN = {
    "run": 7,
    "pipeline": "call_logs",
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
    "file": "call_logs/call_logs_001.csv",
    "state": "done",
    "error_code": None,
    "note": "Columns that the pipeline does not know were ignored: fax.",
    "same_as_run": None,
    **_BOOKS,
}
_REJECT = {
    "input": 12,
    "file": "call_logs/call_logs_001.csv",
    "line": 18,
    "column": "call_duration_s",
    "code": "bad_duration",
    "reason": "call_duration_s: '00:75:00' is not a duration (HH:MM:SS).",
}
_CALL = {
    "customer_id": 42,
    "call_cost_usd": "0.3500",
    "call_destination": "Kigali",
    "call_date": "2024-01-15T09:30:00+00:00",
    "call_duration_s": 130,
    "call_duration_min": "2.1666666666666667",
}
_ROW = {
    "source": "transactions",
    "transaction_id": 17,
    "transaction_date": "2022-04-11",
    "customer_id": 5,
    "category": "Books",
    "quantity": 2,
    "total_amount": "31.80",
    "rate_state": "ok",
}
EXAMPLES: dict[str, Any] = {
    "PreprocessedPage": {"items": [_ROW], "next": _NEXT},
    "PricePage": {"items": [{"id": 17, "name": "Desk lamp", "price": "24.90"}], "next": None, "left_out": 1},
    "Product": {
        "id": 17,
        "name": "Desk lamp",
        "category": "Home",
        "price": "24.90",
        "price_state": "ok",
        "stock_available": 12,
    },
    "CustomerLtv": {
        "as_of": "2024-12-31",
        "customer_id": 2676,
        "total_orders": 4,
        "total_amount": "210.00",
        "avg_order_value": "52.50",
        "orders_per_year": "2.000000",
        "lifespan_years": "3.0000",
        "ltv": "315.00",
        "first_order": "2023-01-02",
        "last_order": "2024-11-30",
        "refunds": "0.00",
    },
    "CallPage": {"items": [_CALL], "next": _NEXT},
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
    "QueuedRun": {"run": 8, "pipeline": "call_logs"},
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
