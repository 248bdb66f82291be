"""`GET /runs`, `GET /runs/{id}` and its rejects; `POST /runs` queues one."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from psycopg2 import sql
from pydantic import Field, StrictBool
from starlette.responses import Response

from sluice.engine.base.settings import settings
from sluice.engine.database.statements import statements
from sluice.web.access import FromDatabase
from sluice.web.http.pages import is_int64, page, page_of, read_cursor, write_cursor
from sluice.web.http.problems import Problem
from sluice.web.http.values import USUAL, Cursor, Day, Limit, QueryModel, Whole, Word
from sluice.web.inbox import queue_run, shown_prefix
from sluice.web.openapi.document import json_answer

query = statements("sluice.web.routes")

RUNS, REJECTS = "/runs", "/runs/{id}/rejects"
MADE_BY = "sluice migrate"
MOST_INPUTS = 1_000
COUNTED = 1_000_000  # rejects that an answer counts: they take half a second
RunId = Annotated[Whole, Path(alias="id", examples=[7])]
router = APIRouter(tags=["runs"])


class RunFilters(QueryModel):
    pipeline: Word | None = Field(None, examples=["meters"])
    state: Literal["running", "done", "failed"] | None = None
    limit: Limit = USUAL
    cursor: Cursor | None = Field(None, description="`next` of the page before, with the same filters.")


class RejectFilters(QueryModel):
    code: Word | None = Field(None, description="Only rejects with this code.", examples=["key_conflict"])
    limit: Limit = USUAL
    cursor: Cursor | None = Field(None, description="`next` of the page before, with the same filters.")


class NewRun(QueryModel):
    pipeline: Word = Field(description="Its name.", examples=["meters"])
    files: list[Word] = Field(
        [],
        max_length=100,
        description="Files below the inbox, as `folder/name.csv`. With none, a pipeline fetches from its API and "
        "database sources, and builds from what is loaded.",
        examples=[["meters/readings_001.csv"]],
    )
    as_of: Day | None = Field(
        None, description="As-of date: the date for which derived tables are built.", examples=["2024-12-31"]
    )
    allow_future: StrictBool = Field(False, description="Allow an as-of date after tomorrow.")


@router.get(RUNS, summary="Runs, newest first", responses=json_answer("RunPage"))
def runs(chosen: Annotated[RunFilters, Query()], reads: FromDatabase) -> Response:
    """Runs with their books: read = loaded + updated + unchanged + duplicate + rejected + contested."""
    filters = chosen.filters
    params = filters | read_cursor(chosen.cursor, RUNS, filters, {"run": is_int64}) | {"limit": chosen.limit + 1}
    shown, next_cursor = page_of(
        reads.rows("runs_page", params, MADE_BY), chosen.limit, lambda row: write_cursor(RUNS, filters, row[:1])
    )
    return page([text for *_, text in shown], next_cursor)


@router.get("/runs/{id}", summary="One run", responses=json_answer("Run"))
def run(number: RunId, reads: FromDatabase) -> Response:
    """A run with its books, its inputs (the first 1,000), the tables it built, and when it has ended its rejects by
    column and code (the first 1,000,000 are counted), most frequent first."""
    params = {"run": number, "most": MOST_INPUTS, "counted": COUNTED, "inbox": shown_prefix(settings().inbox)}
    rows = reads.rows("run", params, MADE_BY, file=_file(), reasons=_reasons())
    if not rows:
        raise _no_such_run(number)
    return Response(rows[0][0].encode(), media_type="application/json")


@router.post(RUNS, status_code=202, summary="Queue a run", responses=json_answer("QueuedRun", 202))
def enqueue(request: NewRun) -> Response:
    """Register a run and queue it; workers take it. Needs a token that may write.

    Content that was loaded before is not loaded again, so queueing it twice does no harm.
    """
    number = queue_run(request.pipeline, request.files, request.as_of, allow_future=request.allow_future)
    body = {"run": number, "pipeline": request.pipeline}
    return Response(json.dumps(body), 202, {"Location": f"/runs/{number}"}, "application/json")


@router.get(REJECTS, summary="Rejects of a run", responses=json_answer("RejectPage"))
def rejects(number: RunId, chosen: Annotated[RejectFilters, Query()], reads: FromDatabase) -> Response:
    """Rows that were refused, by input and line. The reason quotes the value that was refused."""
    bound = chosen.filters | {"run": number}
    key = {"input": is_int64, "line": is_int64}
    params = bound | read_cursor(chosen.cursor, REJECTS, bound, key) | {"limit": chosen.limit + 1}
    rows = reads.rows("rejects_page", params | {"inbox": shown_prefix(settings().inbox)}, MADE_BY, file=_file())
    if not rows and not reads.rows("run_is_there", {"run": number}, MADE_BY):
        raise _no_such_run(number)
    shown, next_cursor = page_of(rows, chosen.limit, lambda row: write_cursor(REJECTS, bound, row[:2]))
    return page([text for *_, text in shown], next_cursor)


def _file() -> sql.Composable:
    return sql.SQL(query("file_name").partition("\n")[2])


def _reasons() -> sql.Composable:
    return sql.SQL(query("run_reasons").split("\n", 2)[2]).format(file=_file())


def _no_such_run(number: int) -> Problem:
    return Problem(404, "no_such_run", f"There is no run {number}.")
