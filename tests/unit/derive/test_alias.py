"""A source in a derived table's SQL gets a name where it has none, and only there."""

from __future__ import annotations

import pytest

from sluice.engine.derive.alias import alias_for

NAMED = ' as "orders"'


@pytest.mark.parametrize(
    ("sql", "added"),
    [
        ("select * from {orders}", NAMED),
        ("SELECT * FROM {orders}", NAMED),
        ("select * from {orders};", NAMED),
        ("select * from\n  {orders}\nwhere id > 1", NAMED),
        ("select * from {orders} -- all of them\nwhere true", NAMED),
        ("select * from {orders} /* o */ group by 1", NAMED),
        ("select * from (select * from {orders}) x", NAMED),
        ("select * from a, {orders}, b", NAMED),
        ("select * from a join {orders} on true", NAMED),
        ("select * from a left join {orders} using (id)", NAMED),
        ("select * from {orders} left join b on true", NAMED),
        ("select * from ({orders} cross join b)", NAMED),
        ("select 1 from {orders} union all select 2", NAMED),
        ("select 1 from {orders} limit 1", NAMED),
        ("select * from -- which?\n{orders}", NAMED),
        ("select * from {orders} o", ""),
        ("select * from {orders} as o", ""),
        ("select * from {orders} AS o", ""),
        ('select * from {orders} "Order"', ""),
        ("select * from {orders} -- the\n o", ""),
        ("select * from {orders} orders where true", ""),
        ("select * from {orders} _o", ""),
        ("select * from {orders} onwards", ""),
        ("select 1 where exists {orders}", ""),
        ("select 1 where 1 in ({orders})", ""),
        ("{orders}", ""),
    ],
)
def test_a_table_gets_its_name_where_it_has_none(sql: str, added: str) -> None:
    start = sql.index("{orders}")
    assert alias_for(sql, start, start + len("{orders}"), "orders") == added
