"""preprocessed_data with as many rows as wanted: the table of unified_sales, every column filled by its type."""

from __future__ import annotations

from psycopg2 import sql

from sluice.engine.database.connection import drop_connection, transaction
from sluice.engine.tables.migrate import migrate
from sluice.pipelines import find

TABLE = "preprocessed_data"
_VALUES = {
    "bigint": "n % 5000",
    "smallint": "n % 90",
    "text": "case when n % 5 <> 0 then 'a word or two ' || n % 500 end",
    "date": "date '2022-01-01' + (n % 700)::int",
    "boolean": "n % 3 = 0",
    "numeric(14,2)": "case when n % 7 <> 0 then (n % 100000) / 100.0 end",
    "numeric(16,2)": "(n % 100000) / 100.0",
    "numeric(18,6)": "1 + (n % 1000) / 1000.0",
    "double precision": "(n % 1000) / 333.0",
}
_KEY = {"source": "case when n % 2 = 0 then 'sales' else 'transactions' end", "transaction_id": "n"}


def make_preprocessed(rows: int) -> int:
    """Make the table and fill it; half of the rows are of either source. Returns how many columns it has."""
    pipeline = find("unified_sales")
    migrate([pipeline])
    (table,) = [each for each in pipeline.derived if each.name == TABLE]
    values = [sql.SQL(_KEY.get(name) or _VALUES[pg_type]) for name, pg_type in table.columns.items()]
    fill = sql.SQL("insert into {table} ({columns}) select {values} from generate_series(1, {rows}) n order by 1, 2")
    with transaction() as cursor:
        cursor.execute(
            fill.format(
                table=sql.Identifier(TABLE),
                columns=sql.SQL(", ").join(map(sql.Identifier, table.columns)),
                values=sql.SQL(", ").join(values),
                rows=sql.Literal(rows),
            )
        )
        cursor.execute(sql.SQL("analyze {}").format(sql.Identifier(TABLE)))
    drop_connection()
    return len(table.columns)
