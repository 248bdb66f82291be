"""`GET /customers/{id}/ltv`: what a customer is worth."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field as Said
from starlette.responses import Response

from sluice.web.access import Declared, FromDatabase
from sluice.web.documents import json_answer
from sluice.web.fields import select_list
from sluice.web.problems import Problem
from sluice.web.values import Asked, Day, Whole

MADE_BY = "sluice migrate; sluice run customer_ltv PATHS... --as-of YYYY-MM-DD"
router = APIRouter(tags=["customers"])


class Filters(Asked):
    as_of: Day | None = Said(None, description="A date that was built; without it the newest.", examples=["2024-12-31"])


@router.get("/customers/{id}/ltv", summary="A customer's lifetime value", responses=json_answer("CustomerLtv"))
def lifetime_value(
    number: Annotated[Whole, Path(alias="id", examples=[2676])],
    asked: Annotated[Filters, Query()],
    reads: FromDatabase,
    declared: Declared,
) -> Response:
    """The customer's row of `customer_ltv`, as of the date asked for."""
    wanted = {"customer_id": number, "as_of": asked.as_of}
    rows = reads.rows("customer_ltv", wanted, MADE_BY, fields=select_list(declared.ltv))
    if not rows:
        when = f"as of {asked.as_of}" if asked.as_of else "as of the newest date"
        raise Problem(404, "no_such_value", f"customer_ltv has no customer {number} {when}.")
    return Response(rows[0][0].encode(), media_type="application/json")
