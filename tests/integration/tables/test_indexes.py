"""Indexes that a derived table declares: with the key behind, and also for a table that is there already."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sluice import Column, Derived, Files, Integer, Pipeline, Table
from sluice.engine.tables.migrate import migrate
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess


def tens(indexes: Sequence[Sequence[str]] = ()) -> Pipeline:
    sums = Derived(
        "tens",
        key=("kind", "tens"),
        columns={"kind": "text", "tens": "bigint", "total": "bigint"},
        sql="select 'a' as kind, n / 10 as tens, sum(n) as total from {files} f group by 2",
        indexes=indexes,
    )
    table = Table("numbers", key=("n",), columns=[Column("n", Integer(), required=True)])
    return Pipeline("numbers", Files("*.csv"), table, derived=[sums])


def indexes_of(engine: InProcess) -> list[tuple[object, ...]]:
    return engine.sql(
        "select indexname, substring(indexdef from 'btree.*') from pg_indexes where tablename = 'tens' order by 1"
    )


KEY = ("tens_pkey", "btree (kind, tens)")
BY_TOTAL, BY_TENS = ("tens_total_idx", "btree (total, kind, tens)"), ("tens_tens_idx", "btree (tens, kind)")


def test_each_goes_on_with_the_key(engine: InProcess) -> None:
    migrate([tens([("total",), ("tens",)])])
    assert indexes_of(engine) == [KEY, BY_TENS, BY_TOTAL]


def test_a_table_that_is_there_already_gets_those_that_are_declared_since(engine: InProcess) -> None:
    migrate([tens()])
    assert indexes_of(engine) == [KEY]
    migrate([tens([("total",)])])
    assert indexes_of(engine) == [KEY, BY_TOTAL]


def test_an_index_of_a_column_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match=r"'tens': Column 'sum' is not among its columns"):
        tens([("sum",)])
