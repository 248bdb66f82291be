"""`GET /call-logs`: calls by customer and time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field as Said
from starlette.responses import Response

from sluice.web.access import Declared, FromDatabase
from sluice.web.documents import json_answer
from sluice.web.fields import select_list
from sluice.web.pages import is_int64, is_moment, is_text, page, page_of, read_cursor, write_cursor
from sluice.web.values import USUAL, Asked, Cursor, Limit, Moment, Whole

ROUTE = "/call-logs"
KEY = {"call_date": is_moment, "customer_id": is_int64, "call_destination": is_text}
MADE_BY = "sluice migrate; sluice run call_logs PATHS..."
router = APIRouter(tags=["call logs"])


class Filters(Asked):
    customer_id: Whole | None = None
    time_from: Moment | None = Said(
        None, alias="from", description="call_date, then or later.", examples=["2024-01-01T00:00:00Z"]
    )
    time_to: Moment | None = Said(
        None, alias="to", description="call_date, earlier than this.", examples=["2024-02-01T00:00:00Z"]
    )
    limit: Limit = USUAL
    cursor: Cursor | None = Said(None, description="`next` of the page before, with the same filters.")


@router.get(ROUTE, summary="Call logs", responses=json_answer("CallPage"))
def call_logs(asked: Annotated[Filters, Query()], reads: FromDatabase, declared: Declared) -> Response:
    """Calls in the order of (call_date, customer_id, call_destination), oldest first."""
    filters = asked.filters
    wanted = filters | read_cursor(asked.cursor, ROUTE, filters, KEY) | {"limit": asked.limit + 1}
    rows = reads.rows("call_logs_page", wanted, MADE_BY, fields=select_list(declared.calls))
    shown, following = page_of(rows, asked.limit, lambda row: write_cursor(ROUTE, filters, row[:3]))
    return page([text for *_, text in shown], following)
