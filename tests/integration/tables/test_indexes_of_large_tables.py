"""Indexes that a declaration adds to a large table: made while loads go on; one that is broken off is made again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from sluice import Column, Files, Integer, Pipeline, Table
from sluice.engine.base.settings import settings
from sluice.engine.tables.changes import plan
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.preview import preview
from sluice.engine.tables.migrate import migrate
from tests.kit.in_process import InProcess
from tests.kit.stack import until

MADE = "Made an index of numbers on (kind), outside of a transaction."


def numbers(indexes: Sequence[Sequence[str]] = ()) -> Pipeline:
    columns = [Column("n", Integer(), required=True), Column("kind", Integer())]
    return Pipeline("numbers", Files("*.csv"), Table("numbers", key=("n",), columns=columns, indexes=indexes))


def indexes_of(engine: InProcess) -> list[tuple[object, ...]]:
    return engine.sql(
        "select x.relname::text, i.indisvalid from pg_index i join pg_class x on x.oid = i.indexrelid"
        " where i.indrelid = 'numbers'::regclass and not i.indisprimary and x.relname like '%kind%' order by 1"
    )


@pytest.fixture
def large(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    monkeypatch.setattr(plan, "LARGE", 0)
    migrate([numbers()])
    engine.sql("insert into numbers (n, kind, _input_id, _line) select g, g % 10, 1, g from generate_series(1, 5000) g")
    return engine


@pytest.fixture
def loading(large: InProcess) -> Iterator[Any]:
    """A load that has written to the table and not committed."""
    url = settings().database_url
    assert url is not None
    with closing(psycopg2.connect(url.get_secret_value())) as connection, connection.cursor() as cursor:
        cursor.execute("insert into numbers (n, kind, _input_id, _line) values (9999, 1, 2, 1)")
        yield connection


def test_the_plan_says_that_loads_go_on_and_what_it_costs(large: InProcess) -> None:
    large.sql("analyze numbers")
    (table,) = preview([numbers([("kind",)])], Allowed(rewrite=True)).tables
    (statement,) = table.statements
    assert statement.sql == 'create index concurrently "numbers_kind_idx" on "public"."numbers" ("kind")'
    assert statement.cost.startswith("reads ")
    assert statement.cost.endswith("kB, about 5,000 rows, twice; loads go on; waits for transactions that are open")


def test_it_is_made_once(large: InProcess) -> None:
    assert migrate([numbers([("kind",)])]) == [MADE]
    assert migrate([numbers([("kind",)])]) == []
    assert indexes_of(large) == [("numbers_kind_idx", True)]


def test_loads_go_on_while_it_is_made(large: InProcess, loading: Any) -> None:
    done: list[str] = []
    making = threading.Thread(target=lambda: done.extend(migrate([numbers([("kind",)])])))
    making.start()
    waits = "select count(*) from pg_stat_progress_create_index where phase like 'waiting%'"
    until(lambda: large.sql(waits) == [(1,)], 60, "the index to wait for the load")
    large.sql("set local lock_timeout = '5s'; insert into numbers (n, kind, _input_id, _line) values (10000, 1, 3, 1)")
    assert done == []
    loading.commit()
    making.join(60)
    assert done == [MADE]
    assert indexes_of(large) == [("numbers_kind_idx", True)]


def test_another_process_leaves_it_to_the_one_that_makes_it(large: InProcess, loading: Any) -> None:
    making = threading.Thread(target=migrate, args=([numbers([("kind",)])],))
    making.start()
    until(lambda: large.sql("select count(*) from pg_stat_progress_create_index") == [(1,)], 60, "the index under way")
    assert migrate([numbers([("kind",)])]) == ["numbers: Its new indexes are being made by another process."]
    loading.commit()
    making.join(60)
    assert indexes_of(large) == [("numbers_kind_idx", True)]


def test_one_that_was_broken_off_is_dropped_and_made_again(large: InProcess, loading: Any) -> None:
    url = settings().database_url
    assert url is not None
    with closing(psycopg2.connect(url.get_secret_value())) as other, other.cursor() as cursor:
        other.autocommit = True
        cursor.execute("set statement_timeout = '300ms'")
        with pytest.raises(psycopg2.errors.QueryCanceled):
            cursor.execute("create index concurrently numbers_kind_idx on numbers (kind)")
    assert indexes_of(large) == [("numbers_kind_idx", False)]
    loading.rollback()

    (table,) = preview([numbers([("kind",)])], Allowed(rewrite=True)).tables
    assert [each.sql for each in table.statements] == [
        'drop index concurrently "public"."numbers_kind_idx"',
        'create index concurrently "numbers_kind_idx" on "public"."numbers" ("kind")',
    ]
    assert migrate([numbers([("kind",)])]) == [f"{MADE} An invalid one was dropped: numbers_kind_idx."]
    assert indexes_of(large) == [("numbers_kind_idx", True)]


def test_where_it_cannot_be_made_that_is_said_and_it_is_tried_again(
    large: InProcess, loading: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sluice.engine.tables.changes import concurrent

    with monkeypatch.context() as patch:
        patch.setattr(concurrent, "_ROOM", "set lock_timeout = '200ms'")
        (sentence,) = migrate([numbers([("kind",)])])
    assert sentence == (
        "numbers: Its new indexes are not made, which loads do not need: PostgreSQL could not do it now (55P03):"
        " canceling statement due to lock timeout. Then: sluice migrate"
    )
    loading.commit()
    assert migrate([numbers([("kind",)])]) == [f"{MADE} An invalid one was dropped: numbers_kind_idx."]
    assert indexes_of(large) == [("numbers_kind_idx", True)]
