"""A table that is in the database already, and that its declaration has left behind since."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from sluice import Column, Decimal, Derived, Files, Integer, Pipeline, Table, Text
from sluice.engine.database.connection import transaction
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess


def shop(scale: int = 2, key: tuple[str, ...] = ("id",), total: str = "numeric(14,2)", by: str = "name") -> Pipeline:
    columns = [
        Column("id", Integer(), required=True),
        Column("name", Text(), required=True),
        Column("amount", Decimal(12, scale)),
    ]
    sums = Derived(
        "shop_sums",
        key=(by,),
        columns={"name": "text", "first": "bigint", "total": total},
        indexes=[("total",)],
        sql="select name, min(id) as first, sum(amount) as total from {files} f group by name",
    )
    return Pipeline("shop", Files("*.csv"), Table("shop", key=key, columns=columns), derived=[sums])


LEFT_BEHIND = [
    (
        shop(scale=3),
        "Table shop: Column amount is numeric(12,2) in the database and numeric(12,3) in the declaration.",
    ),
    (
        shop(key=("id", "name")),
        "Table shop: The key is (id, name) in the declaration, and no primary key or unique index in the database.",
    ),
    (
        shop(total="numeric(9,2)", by="first"),
        "Table shop_sums: The key is (first) in the declaration, and no primary key or unique index in the database.",
    ),
    (
        shop(total="text"),
        "Table shop_sums: Column total is numeric(14,2) in the database and text in the declaration.",
    ),
]


@pytest.mark.parametrize(("now", "sentence"), LEFT_BEHIND, ids=["type", "key", "derived key", "derived type"])
def test_another_type_or_key_is_refused_with_a_sentence(engine: InProcess, now: Pipeline, sentence: str) -> None:
    migrate([shop()])
    engine.sql("insert into shop values (1, 'a', 1, 1, 1); insert into shop_sums values ('a', 1, 1)")
    assert not is_current(now)
    with pytest.raises(ConfigError) as caught:
        migrate([now])
    assert str(caught.value).startswith(sentence)
    assert "alter it by hand" in str(caught.value) or "sluice migrate --rebuild-key shop" in str(caught.value)
    assert is_current(shop())


def test_other_spellings_of_a_type_are_the_same_type(engine: InProcess) -> None:
    migrate([shop()])
    assert is_current(shop(total="DECIMAL( 14 , 2 )"))
    assert migrate([shop(total="DECIMAL( 14 , 2 )")]) == []


def test_a_table_of_ones_own_may_have_its_key_as_a_unique_index(engine: InProcess) -> None:
    migrate([shop()])
    with transaction() as cursor:
        cursor.execute("alter table shop drop constraint shop_pkey; create unique index on shop (id)")
    assert is_current(shop())


def test_a_table_that_somebody_has_locked_holds_nobody_up(engine: InProcess, database_url: str) -> None:
    migrate([shop()])
    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("lock table shop, shop_sums in access exclusive mode")
        with transaction() as ours:
            ours.execute("set lock_timeout = '1s'")
        assert is_current(shop())
        assert migrate([shop()]) == []
