"""What depends on an undone run: derived tables of several dates, what a fetch noted, and what was kept for it."""

from __future__ import annotations

from collections import Counter

import pytest

from sluice.engine.base import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.cleanup.purge import purge_kept
from sluice.engine.ledger.inputs.shared import last_noted
from sluice.engine.ledger.runs import Run
from sluice.errors import ConfigError, PermanentError
from sluice.tasks.removal.undo import undo as take_back
from tests.integration.undo.shop import UndoShop

BY_DATE = "select as_of::text, name, articles from by_date order by as_of, name"


def test_derived_tables_are_built_again_for_each_date_that_had_the_rows(shop: UndoShop) -> None:
    shop.declare("keep", dated=True)
    shop.load(shop.file("a.csv", "1,10,a"), as_of="2024-01-01")
    wrong = shop.load(shop.file("wrong.csv", "2,99,w"), as_of="2024-01-02")
    shop.load(shop.file("c.csv", "3,30,c"), as_of="2024-01-03")
    assert len(shop.engine.sql(BY_DATE)) == 6
    done = shop.undo(wrong)
    assert [str(day) for day in done.found.dates] == ["2024-01-02", "2024-01-03"]
    assert shop.engine.sql(BY_DATE) == [
        ("2024-01-01", "a", 1),
        ("2024-01-02", "a", 1),
        ("2024-01-02", "c", 1),
        ("2024-01-03", "a", 1),
        ("2024-01-03", "c", 1),
    ]


def test_what_a_fetch_noted_counts_no_more(shop: UndoShop) -> None:
    """A watermark or an ETag: the next fetch begins where the one before had ended."""
    shop.declare("keep")
    first, second = (shop.load(shop.file(f"{n}.csv", f"{n},10,a")) for n in (1, 2))
    note = "update sluice.input set noted = jsonb_build_object('watermark', run_id) where true"
    shop.engine.sql(note)
    (contract,) = shop.engine.sql("select contract from sluice.input limit 1")[0]

    def noted() -> object:
        with transaction() as cursor:
            found = last_noted(cursor, "prices", "prices", contract)
        return None if found is None else found[4]["watermark"]

    assert noted() == second.id
    shop.undo(second)
    assert noted() == first.id
    shop.undo(first)
    assert noted() is None


@pytest.mark.parametrize("point", ["undo.deleted", "undo.before_commit"])
def test_an_undo_that_fails_half_way_has_changed_nothing(
    shop: UndoShop, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a"))
    wrong = shop.load(shop.file("wrong.csv", "1,99,w", "2,99,w"))
    state = shop.state()
    with monkeypatch.context() as patch:
        patch.setitem(failpoint._points, point, (1, "raise"))
        patch.setattr(failpoint, "_counts", Counter())
        with pytest.raises(PermanentError, match=f"Failpoint {point}"):
            take_back(wrong.id)
    assert shop.state() == state
    assert shop.engine.sql("select count(*) from sluice.run") == [(2,)]
    shop.undo(wrong)
    assert [row[:3] for row in shop.state()["table"]] == [(1, 10, "a")]


def test_after_its_days_what_was_kept_is_purged_and_the_undo_is_refused(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a"))
    run = shop.load(shop.file("b.csv", "1,20,b"))
    assert purge_kept() == 0
    shop.engine.sql("update sluice.run set undo_until = '2024-05-01'")
    assert purge_kept() == 1
    assert shop.engine.sql("select count(*) from sluice.replaced") == [(0,)]
    with pytest.raises(ConfigError, match="kept until 2024-05-01"):
        shop.undo(run)


def test_rows_that_an_older_worker_did_not_keep_are_in_the_way(shop: UndoShop) -> None:
    """It settles without a date until when they are kept, and deletes rows of a reload without keeping them."""
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a"))
    run = shop.load(shop.file("b.csv", "1,20,b"))
    shop.engine.sql("update sluice.run set undo_until = null")
    with pytest.raises(ConfigError, match="settled by an earlier version"):
        shop.undo(run)
    path = shop.file("c.csv", "5,50,c")
    shop.load(path)
    again = shop.load(path, reload=True)
    shop.engine.sql("update sluice.input set kept = false")
    with pytest.raises(ConfigError, match="A worker of an earlier version has deleted rows"):
        shop.undo(again)


def test_an_undo_itself_is_not_undone_and_books_of_the_undone_run_stay(shop: UndoShop) -> None:
    shop.declare()
    run = shop.load(shop.file("a.csv", "1,10,a"))
    done = shop.undo(run)
    with pytest.raises(ConfigError, match=f"is itself an undo, of run {run.id}"):
        take_back(done.by or 0)
    status = run.status().json()
    assert (status["state"], status["loaded"], status["undone_by"]) == ("done", 1, done.by)
    assert [(each["state"], each["note"]) for each in status["inputs"]] == [("undone", f"Undone by run {done.by}.")]
    undoing = Run(done.by or 0).status().undoes
    assert (undoing["run"], undoing["rows_deleted"], undoing["rows_restored"]) == (run.id, 1, 0)


def test_a_key_that_is_needed_elsewhere_is_an_error_and_nothing_changes(shop: UndoShop) -> None:
    shop.declare()
    run = shop.load(shop.file("a.csv", "1,10,a"))
    shop.engine.sql("create table orders (price_id bigint references prices (id))")
    shop.engine.sql("insert into orders values (1)")
    state = shop.state()
    with pytest.raises(PermanentError, match="orders"):
        shop.undo(run)
    assert shop.state() == state


def test_columns_that_the_table_lacks_now_and_another_key_are_refused(shop: UndoShop) -> None:
    shop.declare()
    run = shop.load(shop.file("a.csv", "1,10,a"))
    with transaction() as cursor:
        cursor.execute("alter table prices rename column name to title")
    with pytest.raises(ConfigError, match="lacks columns that run"):
        shop.undo(run)


def test_a_file_is_named_by_its_name_or_address_and_a_wrong_one_is_refused(shop: UndoShop) -> None:
    shop.declare("keep")
    first = shop.file("a.csv", "1,10,a")
    run = shop.load(first, shop.file("b.csv", "2,10,b"))
    with pytest.raises(ConfigError, match=r"has no input c\.csv; it has 2, such as .*a\.csv"):
        shop.undo(run, "c.csv")
    shop.undo(run, str(first))
    assert [row[:3] for row in shop.state()["table"]] == [(2, 10, "b")]
    assert run.status().undone_by is None
    assert shop.undo(run, "a.csv").by is None
    shop.undo(run, "b.csv")
    assert run.status().undone_by is not None
