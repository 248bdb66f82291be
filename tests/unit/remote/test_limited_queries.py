"""A query with a watermark gives all rows that there are, or is refused where it is declared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice import PostgresQuery
from sluice.engine.declare.sources.sql_text import limits_rows
from sluice.errors import ConfigError

LIMITED = [
    ("select * from t order by id limit 10", "limit"),
    ("select * from t order by id\nLIMIT\n10", "limit"),
    ("select * from t limit(10)", "limit"),
    ("select * from t limit 1+1", "limit"),
    ("select * from t limit /* all */ 10", "limit"),
    ("select * from t limit 'all'::int", "limit"),
    ("select * from t order by id Fetch First 10 Rows Only", "fetch"),
    ("select * from t fetch next row with ties", "fetch"),
    ("select * from t order by id offset 5", "offset"),
    ("select * from t order by id offset 5 rows fetch first row only", "offset"),
    ("select * from t offset 0 limit 5", "limit"),
    ("select * from t offset 00", "offset"),
    ("table t limit 5", "limit"),
    ("values (1, 'limit 1'), (2, 'x') limit 1", "limit"),
    ("(select * from t limit 5)", "limit"),
    ("((select * from t) limit 5)", "limit"),
    ("select * from t union all (select * from u order by id limit 5)", "limit"),
    ("(select * from t limit 5) union select * from u", "limit"),
    ("select 1 except distinct (select 2 limit 1)", "limit"),
    ("with a as (select 1) select * from a limit 5", "limit"),
    ("with a as (select 1) (select * from a limit 5)", "limit"),
    ("select '--' as x, t.* from t limit 5", "limit"),
    ("select '/*' as x, t.* from t limit 5", "limit"),
    ("select 'it''s' as x from t limit 5", "limit"),
    (r"select 'a\' as x from t limit 5 --'", "limit"),
    (r"select E'a\'b' as x from t limit 5", "limit"),
    ('select "a""b" from t limit 5', "limit"),
    ("select $$ $ ' $$ from t limit 5", "limit"),
    ("select $a$ $$ $b$ $a$ from t limit 5", "limit"),
    ("select a$b$c from t limit 5 -- $b$", "limit"),
    ("select 1 /* a /* nested */ comment */ from t limit 5", "limit"),
    ("select a[1] from t where (x) limit 5;", "limit"),
    ("select x from t -- where\rlimit 5", "limit"),
]

WHOLE = [
    "select * from t",
    "select * from t order by id",
    "select * from t limit all",
    "select * from t limit null offset 0",
    "select * from t offset 0 rows",
    "select 'limit 10' as x from t",
    "select E'\\' limit 10' as x from t",
    "select $$ limit 10 $$ from t",
    "select $x$ limit 10 $$ limit 5 $x$ from t",
    "select * from t -- limit 10",
    "select * from t /* limit 10 /* offset 5 */ fetch first */",
    'select "limit", "offset" from t',
    "select x as limit, t.offset, a.fetch from t a",
    "select limits, limit_ from t",
    "select (select max(x) from u limit 1) from t",
    "select * from t where id in (select id from u order by id limit 10)",
    "select * from t where id = all (select id from u limit 10)",
    "select * from t, lateral (select * from u where u.id = t.id limit 1) l",
    "select * from t join (select * from u limit 1) l on true",
    "with a as (select * from u limit 10) select * from t join a using (id)",
    "select array(select x from u limit 3)[1] from t",
    "select count(*) filter (where x) over (order by y rows 1 preceding) from t",
]


@pytest.mark.parametrize(("sql", "clause"), LIMITED)
def test_a_clause_that_limits_the_rows_is_found(sql: str, clause: str) -> None:
    assert limits_rows(sql) == clause


@pytest.mark.parametrize("sql", WHOLE)
def test_what_limits_nothing_or_only_a_subquery_is_none(sql: str) -> None:
    assert limits_rows(sql) is None


def test_it_is_refused_with_a_watermark_and_only_then() -> None:
    said = {"name": "orders", "database": "SHOP_DATABASE_URL"}
    limited = "select * from orders order by changed limit 1000"
    with pytest.raises(ConfigError, match=r"^PostgresQuery 'orders': A query with a watermark must not have LIMIT"):
        PostgresQuery(limited, watermark="changed", **said)
    PostgresQuery(limited, **said)
    PostgresQuery(f"select * from ({limited}) as newest", watermark="changed", **said)


@given(st.text("'\"$-/*() \nlimtoE\\x", max_size=40))
def test_any_text_is_read(text: str) -> None:
    assert limits_rows(text) in {None, "limit"}
