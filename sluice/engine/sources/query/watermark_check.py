"""Checks of watermarks: a value far ahead would exclude all later rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.declare import Pipeline, PostgresQuery
from sluice.engine.ledger.inputs.shared import last_noted
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.kind import SourceWarning
from sluice.engine.sources.query.watermark import DAY, KINDS, NUMBER, TIME, is_finite
from sluice.errors import SluiceError

AHEAD = timedelta(days=1)  # tolerance for clocks and zones
_LARGEST = {"smallint": "32767", "integer": "2147483647", "bigint": "9223372036854775807"}
_DATE = re.compile(r"(\d{4,})-(\d\d)-(\d\d)(?!\d).*", re.DOTALL)
_DIGITS_OF_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_LAST_OF_ALL = re.compile(r"9{5,}(\.9*)?")
_LAST_TEXT = re.compile("9{5,}|[zZ~\x7f\xff\uffff\U0010ffff]+")  # values that people use to sort a row last
_ADVICE = "Leave such rows out in the SELECT, or correct them in the source and load once with --reload."


def check_watermark(pipeline: Pipeline, source: PostgresQuery, of: str) -> Iterator[SourceWarning]:
    """Check the watermark of a source, whose column is of the type `of`. Without a ledger there are no warnings."""
    if KINDS[of] == DAY and source.overlap is None:
        yield SourceWarning(
            "watermark",
            f"{source.watermark} is a date: rows of a day that come after a fetch of that day are missed",
            "Declare overlap=1, unless the rows of a day come all at once.",
        )
    why = far_ahead(reached, of, datetime.now(UTC)) if (reached := _reached(pipeline, source)) else None
    if why:
        yield SourceWarning(
            "watermark",
            f"it stands at {source.watermark} = {reached}, which {why}: no row below it comes any more",
            _ADVICE,
        )


def far_ahead(reached: str, of: str, now: datetime) -> str | None:
    """Why later rows are unlikely to exceed a value of a type; None if the value looks normal."""
    kind = KINDS[of]
    if not is_finite(reached):
        return "nothing is greater than"
    if kind == NUMBER:
        if reached == _LARGEST.get(of):
            return f"is the greatest {of}"
        dated = _DIGITS_OF_DATE.fullmatch(reached)
        if _LAST_OF_ALL.fullmatch(reached) or (dated and dated[0].startswith("9999")):
            return "looks like a mark for the end"
        return None
    if kind not in (DAY, TIME) and _LAST_TEXT.fullmatch(reached):
        return "looks like a mark for the end"
    return "lies in the future" if _is_ahead(reached, now + AHEAD) else None


def _is_ahead(text: str, limit: datetime) -> bool:
    """Whether a text begins with a date after the day of the limit."""
    match = _DATE.fullmatch(text)
    if match is None or text.endswith(" BC"):
        return False
    year, month, day = (int(each) for each in match.groups())
    return (year, month, day) > (limit.year, limit.month, limit.day)


def _reached(pipeline: Pipeline, source: PostgresQuery) -> str | None:
    flow = pipeline.flow(source.name)
    contract = Contract(flow.table, flow.transform, flow.source).version
    with suppress(SluiceError), transaction() as cursor:  # other checks report errors of the ledger
        cursor.execute(in_ledger("select to_regclass('sluice.input') is not null"))
        if cursor.fetchone() != (True,):
            return None
        row = last_noted(cursor, pipeline.name, source.name, contract)
        return None if row is None else row[4].get("reached", row[4].get("since"))
    return None
