"""preprocessed_data with as many rows as wanted: every column that the API serves, filled by its type."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql

from sluice.engine.ledger.connection import transaction
from sluice.web.fields import Field

_VALUES = {
    "bigint": "n % 5000",
    "smallint": "n % 90",
    "text": "'a word or two ' || n % 500",
    "date": "date '2022-01-01' + (n % 700)::int",
    "boolean": "n % 3 = 0",
    "numeric(14,2)": "(n % 100000) / 100.0",
    "numeric(16,2)": "(n % 100000) / 100.0",
    "numeric(18,6)": "1 + (n % 1000) / 1000.0",
    "double precision": "(n % 1000) / 333.0",
}
_KEY = {"source": "case when n % 2 = 0 then 'sales' else 'transactions' end", "transaction_id": "n"}


def make_preprocessed(fields: Sequence[Field], rows: int) -> None:
    """Make the table and fill it; half of the rows are of either source."""
    columns = sql.SQL(", ").join(sql.SQL("{} " + each.pg_type).format(sql.Identifier(each.name)) for each in fields)
    values = sql.SQL(", ").join(sql.SQL(_KEY.get(each.name) or _VALUES[each.pg_type]) for each in fields)
    key = sql.SQL(", ").join(map(sql.Identifier, _KEY))
    with transaction() as cursor:
        cursor.execute(sql.SQL("create table preprocessed_data ({})").format(columns))
        fill = sql.SQL("insert into preprocessed_data select {} from generate_series(1, {}) n")
        cursor.execute(fill.format(values, sql.Literal(rows)))
        cursor.execute(sql.SQL("alter table preprocessed_data add primary key ({})").format(key))
        cursor.execute("analyze preprocessed_data")
