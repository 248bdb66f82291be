"""`GET /preprocessed`: the rows of preprocessed_data, filtered, in pages by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from psycopg2 import sql
from pydantic import Field as Said
from starlette.responses import Response

from sluice.web.access import Declared, FromDatabase
from sluice.web.documents import json_answer
from sluice.web.fields import Field, select_list
from sluice.web.pages import is_int64, is_text, page, page_of, read_cursor, write_cursor
from sluice.web.problems import InvalidParameter
from sluice.web.values import USUAL, Asked, Cursor, Day, Flag, Limit, Whole, Word

ROUTE = "/preprocessed"
KEY = {"source": is_text, "transaction_id": is_int64}
INDEXED = ("customer_id", "product_id", "location", "category")  # of the table: each goes on with the key
MADE_BY = "sluice migrate; sluice run unified_sales"
router = APIRouter(tags=["unified sales"])


class Filters(Asked):
    source: Literal["sales", "transactions"] | None = None
    customer_id: Whole | None = None
    product_id: Whole | None = None
    category: Word | None = Said(None, description="Exactly this category.")
    location: Word | None = Said(None, description="Exactly this location.")
    rate_state: Literal["ok", "stale", "missing", "no_date"] | None = None
    date_from: Day | None = Said(None, description="transaction_date, this day or later.", examples=["2022-01-01"])
    date_to: Day | None = Said(None, description="transaction_date, this day or earlier.", examples=["2022-12-31"])
    quarantined: Flag | None = None
    is_abnormal: Flag | None = None
    is_duplicate: Flag | None = None
    fields: Word | None = Said(
        None,
        max_length=2_000,
        description="Names of the fields wanted, with commas between them; without it all.",
        examples=["transaction_id,transaction_date,revenue"],
    )
    limit: Limit = USUAL
    cursor: Cursor | None = Said(None, description="`next` of the page before, with the same filters.")


@router.get(ROUTE, summary="Preprocessed rows", responses=json_answer("PreprocessedPage"))
def preprocessed(asked: Annotated[Filters, Query()], reads: FromDatabase, declared: Declared) -> Response:
    """Rows of `preprocessed_data` in the order of (source, transaction_id).

    A page begins after the last key of the one before it: rows that were there all the time are met once each,
    however many come in between.
    """
    fields = _chosen(declared.preprocessed, asked.fields)
    filters = asked.filters
    wanted = filters | read_cursor(asked.cursor, ROUTE, filters, KEY) | {"limit": asked.limit + 1}
    rows = reads.rows("preprocessed_page", wanted, MADE_BY, fields=select_list(fields), after=after(filters))
    shown, following = page_of(rows, asked.limit, lambda row: write_cursor(ROUTE, filters, row[:2]))
    return page([text for *_, text in shown], following)


def after(filters: Mapping[str, object]) -> sql.Composable:
    """The condition that a row comes after the cursor's, in the words of the index that finds the rows.

    PostgreSQL takes (source, transaction_id) > ... for next to no rows, since it looks at the source alone. Beside
    customer_id = 7 it would read on from there by the key, past everybody else's rows. The value that is asked for
    in front says the same, and only the index of that column can begin there.
    """
    found_by = [name for name in INDEXED if filters[name] is not None][:1]
    return sql.SQL("({}) > ({})").format(
        sql.SQL(", ").join(sql.Identifier("p", name) for name in (*found_by, *KEY)),
        sql.SQL(", ").join(sql.Placeholder(name) for name in (*found_by, *(f"after_{name}" for name in KEY))),
    )


def _chosen(known: Sequence[Field], names: str | None) -> Sequence[Field]:
    """The fields that were asked for, in the table's order. Raises InvalidParameter for a name that is none."""
    if names is None:
        return known
    wanted = set(names.split(","))
    found = [each for each in known if each.name in wanted]
    if len(found) < len(wanted):
        raise InvalidParameter("fields", f"known are {', '.join(each.name for each in known)}, with commas between")
    return found
