"""`GET /prices/products/` and `GET /products/{id}`: products, with no price that is none."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field as Said
from starlette.responses import Response

from sluice.web.access import FromDatabase
from sluice.web.documents import json_answer
from sluice.web.fields import Field
from sluice.web.pages import is_int64, page, page_of, read_cursor, write_cursor
from sluice.web.problems import Problem
from sluice.web.values import USUAL, Asked, Cursor, Limit, Whole

PRICES = "/prices/products/"
KEY = {"product_id": is_int64}
MADE_BY = "sluice migrate; sluice run unified_sales"
PRICE = (
    Field("id", "bigint", "The product's number.", required=True),
    Field("name", "text"),
    Field("price", "numeric", "Exact, never below 0.", required=True),
)
PRODUCT = (
    Field("id", "bigint", "The product's number.", required=True),
    Field("name", "text"),
    Field("category", "text"),
    Field("price", "numeric", "Exact; null where price_state is not ok."),
    Field("price_state", "text", "What the source says.", required=True, one_of=("ok", "missing", "negative")),
    Field("stock_available", "bigint"),
)
router = APIRouter(tags=["unified sales"])


class Pages(Asked):
    limit: Limit = USUAL
    cursor: Cursor | None = Said(None, description="`next` of the page before.")


@router.get(PRICES, summary="Prices of products", responses=json_answer("PricePage"))
def prices(asked: Annotated[Pages, Query()], reads: FromDatabase) -> Response:
    """Products in the order of their numbers, with name and price.

    Products whose price is missing or negative are left out, and `left_out` counts those of this page: items and
    left_out together are at most `limit`.
    """
    wanted = read_cursor(asked.cursor, PRICES, {}, KEY) | {"limit": asked.limit + 1}
    rows = reads.rows("prices_page", wanted, MADE_BY)
    shown, following = page_of(rows, asked.limit, lambda row: write_cursor(PRICES, {}, row[:1]))
    items = [text for _, left_out, text in shown if not left_out]
    return page(items, following, f',"left_out":{len(shown) - len(items)}')


@router.get("/products/{id}", summary="One product", responses=json_answer("Product"))
def product(number: Annotated[Whole, Path(alias="id", examples=[17])], reads: FromDatabase) -> Response:
    """One product by its number. A negative price is not served: it is null, and `price_state` says why."""
    rows = reads.rows("product", {"product_id": number}, MADE_BY)
    if not rows:
        raise Problem(404, "no_such_product", f"There is no product {number}.")
    return Response(rows[0][0].encode(), media_type="application/json")
