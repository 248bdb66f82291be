"""Kept rows are in a partition for each day, which is emptied at once; rows of an earlier version stay in place."""

from __future__ import annotations

import psycopg2
import pytest

from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.ledger import in_ledger, ledger_schema
from sluice.engine.ledger import schema
from sluice.engine.ledger.cleanup.purge import purge_kept
from sluice.engine.ledger.schema import ledger_files
from tests.integration.undo.shop import UndoShop
from tests.kit.roles import acting_as_loader, weakened_loader

PLACES = "select tableoid::regclass::text, kept_run, number, cardinality(rows) from sluice.replaced order by kept_run"
DAY = "extract(epoch from now())::bigint / 86400 % 40"
TODAY = f"'sluice.replaced_' || {DAY}"


def _rights() -> tuple[str, ...]:
    return (
        f"grant usage on schema {ledger_schema()} to {{role}}",
        f"grant select, insert, update, delete on all tables in schema {ledger_schema()} to {{role}}",
    )


def _today(shop: UndoShop) -> str:
    ((name,),) = shop.engine.sql(f"select {TODAY}")
    return str(name)


def _file_of_today(shop: UndoShop) -> object:
    return shop.engine.sql(f"select pg_relation_filenode({TODAY})")


def _replaced_twice(shop: UndoShop) -> tuple[int, int]:
    """Two runs that each replaced rows of the one before: 1 and 2."""
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a", "2,10,a"))
    first = shop.load(shop.file("b.csv", "1,20,b"))
    return first.id, shop.load(shop.file("c.csv", "1,30,c", "2,30,c")).id


def test_rows_of_an_earlier_version_stay_in_place_and_come_back_with_an_undo(
    shop: UndoShop, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "ledger_files", lambda: [name for name in ledger_files() if name < "035"])
        shop.engine.sql(f"drop schema {ledger_schema()} cascade")
        shop.declare()
    assert shop.engine.sql("select count(*) from pg_class where relname = 'replaced_40'") == [(0,)]
    # as its statements were
    shop.engine.sql("alter table sluice.replaced add column number integer")
    shop.load(shop.file("a.csv", "1,10,a", "2,10,a"))
    wrong = shop.load(shop.file("wrong.csv", "1,99,w", "2,99,w"))
    shop.engine.sql("alter table sluice.replaced drop column number")
    with weakened_loader(database_url) as loader:
        shop.declare()
        with autocommit(loader) as cursor:
            cursor.execute(in_ledger("delete from sluice.replaced where run_id = -1"))  # it has the rights that it had
    assert shop.engine.sql(PLACES) == [(in_ledger("sluice.replaced_40"), wrong.id, None, 2)]
    later = shop.load(shop.file("b.csv", "1,30,b"))
    assert shop.engine.sql(PLACES)[1] == (_today(shop), later.id, 1, 1)
    shop.undo(later)
    shop.undo(wrong)
    assert [row[:3] for row in shop.state()["table"]] == [(1, 10, "a"), (2, 10, "a")]


def test_a_day_all_of_whose_rows_may_go_is_emptied_at_once_by_a_role_that_may_not_truncate(
    shop: UndoShop, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replaced_twice(shop)
    before = _file_of_today(shop)
    shop.engine.sql("update sluice.run set undo_until = '2024-05-01'")
    with acting_as_loader(database_url, monkeypatch, _rights()):
        assert purge_kept() == 3
        assert _file_of_today(shop) != before
        assert shop.engine.sql("select count(*) from sluice.replaced") == [(0,)]


def test_of_a_day_with_rows_that_are_kept_for_longer_only_the_others_go(shop: UndoShop) -> None:
    first, second = _replaced_twice(shop)
    shop.engine.sql("update sluice.run set undo_until = '2024-05-01' where id = %s", first)
    assert purge_kept() == 1
    assert shop.engine.sql(PLACES) == [(_today(shop), second, 2, 2)]


def test_rows_whose_time_is_over_wait_for_those_of_their_day_that_follow_within_a_day(shop: UndoShop) -> None:
    first, second = _replaced_twice(shop)
    shop.engine.sql("update sluice.run set undo_until = now() - interval '2 hours' where id = %s", first)
    shop.engine.sql("update sluice.run set undo_until = now() + interval '2 hours' where id = %s", second)
    assert purge_kept() == 0
    shop.engine.sql("update sluice.run set undo_until = now() where id = %s", second)
    assert purge_kept() == 3


def test_a_partition_that_is_written_to_is_not_waited_for(shop: UndoShop, database_url: str) -> None:
    _replaced_twice(shop)
    shop.engine.sql("update sluice.run set undo_until = '2024-05-01'")
    other = psycopg2.connect(database_url)
    try:
        with other.cursor() as cursor:
            cursor.execute(in_ledger("insert into sluice.replaced (run_id, input_id, rows) values (9, 9, '{a}')"))
            before = _file_of_today(shop)
            assert purge_kept() == 3  # in batches
            assert _file_of_today(shop) == before
            other.commit()
    finally:
        other.close()
    assert shop.engine.sql("select run_id, kept_run from sluice.replaced") == [(9, None)]
    assert shop.engine.sql(f"select sluice.drop_kept(({DAY})::integer)") == [(None,)]  # it is of an open run
