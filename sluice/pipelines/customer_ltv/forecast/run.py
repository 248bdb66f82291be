"""A forecast in one transaction: either the new one is complete, or the old one remains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.tables.migrate import make_own_tables
from sluice.errors import ConfigError, TransientError

from .fit import fit
from .history import History
from .library import scipy
from .prediction import Horizon, predict
from .store import Store

query = statements(__name__)

# history is summed in memory, and the server is idle during the search for parameters
_ROOM = (
    "set local work_mem = '128MB'; set local statement_timeout = '6h';set local idle_in_transaction_session_timeout = 0"
)


def forecast(pipeline: Pipeline, as_of: date, paid: Sequence[str], horizon: Horizon | None = None) -> dict[str, Any]:
    """Fill customer_ltv_forecast and customer_ltv_fit for `as_of` from the rows that customer_ltv has for that date.

    `paid` names, in lower case, the statuses of payments that count, besides payments without a status.

    Returns the parameters, log-likelihoods, numbers of customers and totals. Raises ConfigError where scipy or the
    build of that date is missing, DataError where the data cannot carry a forecast (see `fit`), TransientError while
    another forecast is being made.
    """
    horizon = horizon or Horizon()
    scipy("optimize")  # checked now, not after minutes of SQL
    with transaction() as cursor:
        _refuse_unbuilt(cursor, as_of)
    make_own_tables(pipeline)
    with transaction() as cursor:
        cursor.execute(_ROOM)
        _lock(cursor)
        cursor.execute(query("keep_date"))
        _refuse_unbuilt(cursor, as_of)
        history = History(cursor, pipeline, as_of, paid)
        fitted, store = fit(history), Store(cursor, as_of)
        number, noted = store.replace(fitted, history.customers, history.repeat_customers, horizon)
        for batch in history.batches():
            store.add(batch, predict(fitted, batch, horizon), number)
        return {"fit": number} | asdict(noted) | asdict(store.totals())


def _refuse_unbuilt(cursor: Cursor, as_of: date) -> None:
    cursor.execute("select to_regclass('customer_ltv') is not null")
    if cursor.fetchone() == (True,):
        cursor.execute(query("has_build"), {"as_of": as_of})
        if cursor.fetchone() == (True,):
            return
    raise ConfigError(
        f"The value of customers was not built as of {as_of}, and a forecast starts from there. Build it: "
        f"sluice run customer_ltv --as-of {as_of}"
    )


def _lock(cursor: Cursor) -> None:
    cursor.execute(query("lock"))
    if cursor.fetchone() != (True,):
        raise TransientError("Another forecast is being made: this one can be when that is done.")
