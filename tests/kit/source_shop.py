"""Another PostgreSQL, with a few tables of a shop, for queries as sources."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2

from sluice import Column, Flow, Integer, Pipeline, PostgresQuery, Table, Text, Timestamp

SETTING = "SLUICE_SHOP_DATABASE_URL"
TABLES = """
create table product (product_id bigint primary key, name text, price numeric(10, 2), updated_at timestamptz);
insert into product values (1, 'tea', 2.50, '2026-01-01 10:00+02'), (2, null, 0.10, '2026-01-02'), (3, '', -1, null);
"""


class Shop:
    """The database of a shop, by its URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sql(TABLES)

    def sql(self, statement: str, *values: Any) -> None:
        with closing(psycopg2.connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)


def products(sql: str = "select * from product order by product_id", **declared: Any) -> Pipeline:
    """A pipeline of one query."""
    source = PostgresQuery(sql, name="products", database=SETTING, **declared)
    return Pipeline("shop", flows=[Flow(source, product_table())])


def product_table() -> Table:
    columns = [
        Column("product_id", Integer(), required=True),
        Column("name", Text()),
        Column("price", Text()),
        Column("updated_at", Timestamp(*PostgresQuery.TIMES)),
    ]
    return Table("shop_product", key=("product_id",), columns=columns, on_conflict="update")
