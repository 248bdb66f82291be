"""Open runs that are cancelled: nothing of them stays, and what they had replaced is back."""

from __future__ import annotations

from collections import Counter

import pytest

from sluice.engine.base import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import retry
from sluice.engine.steps.build import build_run
from sluice.engine.steps.waiting_inputs import resolve_waiting
from sluice.errors import ConfigError, LostClaim, PermanentError
from sluice.tasks.removal.cancel import cancel
from sluice.tasks.removal.undo import undo as take_back
from tests.integration.undo.shop import UndoShop

LEFT = """
    select (select count(*) from sluice.part where input_id in (select id from sluice.input where run_id = %(run)s)),
           (select count(*) from sluice.contender where run_id = %(run)s),
           (select count(*) from sluice.replaced where run_id = %(run)s or kept_run = %(run)s),
           (select count(*) from sluice.step where run_id = %(run)s and state <> 'done')
"""


def _left(shop: UndoShop, run: int) -> tuple[object, ...]:
    return shop.engine.sql(LEFT.replace("%(run)s", str(run)))[0]


@pytest.mark.parametrize("on_conflict", ["update", "keep"])
def test_a_run_that_has_loaded_half_of_its_files_leaves_nothing(shop: UndoShop, on_conflict: str) -> None:
    shop.declare(on_conflict)
    shop.load(shop.file("a.csv", "1,10,a", "2,10,a"))
    before = shop.state()
    run = shop.engine.register(shop.file("b.csv", "2,20,b", "3,20,b"), shop.file("c.csv", "2,30,c", "4,30,c"))
    shop.engine.plan(run)
    first, *_ = shop.engine.steps(run, "extract")
    shop.engine.load(first)
    assert len(shop.state()["table"]) == 3

    assert cancel(run.id).inputs == 2

    assert {**shop.state(), "books": []} == {**before, "books": []}
    status = run.status().json()
    assert (status["state"], status["read"], status["loaded"]) == ("failed", 0, 0)
    assert status["error"].startswith("Cancelled by `sluice cancel`")
    assert [(each["state"], each["error_code"], each["read"]) for each in status["inputs"]] == [
        ("failed", "cancelled", 0)
    ] * 2
    assert _left(shop, run.id) == (0, 0, 0, 0)


def test_all_parts_are_loaded_and_the_run_is_not_settled_yet(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a", "2,10,a"))
    before = shop.state()
    run = shop.engine.register(shop.file("b.csv", "1,20,b", "3,20,b"), shop.file("c.csv", "1,30,c", "3,30,c"))
    shop.engine.plan(run)
    for step in shop.engine.steps(run, "extract"):
        shop.engine.load(step)
    cancel(run.id)
    assert shop.state()["table"] == before["table"]
    assert _left(shop, run.id) == (0, 0, 0, 0)


def test_a_task_that_goes_on_after_the_cancel_finds_its_fence_gone(shop: UndoShop) -> None:
    shop.declare()
    run = shop.engine.register(shop.file("a.csv", "1,10,a"))
    shop.engine.plan(run)
    (step,) = shop.engine.steps(run, "extract")
    claimed = steps.claim("extract", {"step": step})
    cancel(run.id)
    with pytest.raises(LostClaim):
        steps.claim("transform", claimed.message)
    with pytest.raises(LostClaim):
        steps.claim("extract", {"step": step})


def test_a_second_cancel_says_so_and_an_ended_run_is_for_undo(shop: UndoShop) -> None:
    shop.declare()
    run = shop.engine.register(shop.file("a.csv", "1,10,a"))
    assert not cancel(run.id).before
    assert cancel(run.id).before
    done = shop.load(shop.file("b.csv", "1,10,a"))
    with pytest.raises(ConfigError, match=f"`sluice undo {done.id}` takes back"):
        cancel(done.id)
    with pytest.raises(ConfigError, match="There is no run 999"):
        cancel(999)


def test_rows_that_a_cancelled_reload_had_deleted_come_back(shop: UndoShop) -> None:
    shop.declare("keep")
    path = shop.file("a.csv", "1,10,a", "2,10,a")
    first = shop.load(path)
    before = shop.state()
    run = shop.engine.register(path, reload=True)
    shop.engine.plan(run)
    for step in shop.engine.steps(run, "extract"):
        shop.engine.load(step)
    ids = shop.engine.sql("select distinct _input_id from prices")
    assert shop.engine.sql("select run_id from sluice.input where id = %s", *ids[0]) == [(run.id,)]
    cancel(run.id)
    assert shop.state()["table"] == before["table"]
    (row,) = shop.engine.sql("select distinct i.run_id from prices p join sluice.input i on i.id = p._input_id")
    assert row == (first.id,)


def test_the_files_of_a_cancelled_run_are_loaded_when_they_are_given_again(shop: UndoShop) -> None:
    shop.declare()
    path = shop.file("a.csv", "1,10,a")
    run = shop.engine.register(path)
    shop.engine.plan(run)
    cancel(run.id)
    again = shop.load(path)
    assert [each["state"] for each in again.status().json()["inputs"]] == ["done"]
    assert [row[:3] for row in shop.state()["table"]] == [(1, 10, "a")]
    assert retry(run.id) == 0


def test_of_a_run_that_builds_only_the_build_is_given_up(shop: UndoShop) -> None:
    shop.declare()
    run = shop.engine.register(shop.file("a.csv", "1,10,a"))
    shop.engine.plan(run)
    for step in shop.engine.steps(run, "extract"):
        shop.engine.load(step)
    shop.engine.settle(run)
    (build,) = shop.engine.steps(run, "build")
    claim = steps.claim("build", {"step": build})
    assert cancel(run.id).only_built
    with pytest.raises(LostClaim):
        build_run(claim, shop.engine.pipeline)
    status = run.status().json()
    assert (status["state"], status["loaded"]) == ("failed", 1)
    assert retry(run.id) == 1
    shop.engine.finish(run)
    assert shop.state()["derived"] == [("a", 10, 1)]


def test_a_run_that_began_a_bulk_load_leaves_the_table_with_its_index(
    shop: UndoShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", "1")
    shop.declare("keep")
    run = shop.engine.register(shop.file("a.csv", "1,10,a", "1,20,a"))
    shop.engine.plan(run)
    for step in shop.engine.steps(run, "extract"):
        shop.engine.load(step)
    assert shop.engine.sql("select count(*) from sluice.bulk") == [(1,)]
    cancel(run.id)
    assert shop.engine.sql("select count(*) from sluice.bulk") == [(0,)]
    assert shop.engine.sql("select count(*) from prices") == [(0,)]
    shop.load(shop.file("b.csv", "1,30,b"))
    assert [row[:3] for row in shop.state()["table"]] == [(1, 30, "b")]


def test_content_that_an_open_run_waited_for_is_loaded_by_that_run(shop: UndoShop) -> None:
    shop.declare("keep")
    first = shop.engine.register(shop.file("a.csv", "1,10,a"))
    shop.engine.plan(first)
    second = shop.engine.register(shop.file("copy.csv", "1,10,a"))
    shop.engine.plan(second)
    assert [each["state"] for each in second.status().json()["inputs"]] == ["attached"]
    cancel(first.id)
    with transaction() as cursor:
        resolve_waiting(cursor)
    shop.engine.finish(second)
    assert [each["state"] for each in second.status().json()["inputs"]] == ["done"]
    assert [row[:3] for row in shop.state()["table"]] == [(1, 10, "a")]


def test_an_open_undo_is_not_cancelled(shop: UndoShop) -> None:
    shop.declare("keep")
    wrong = shop.load(shop.file("wrong.csv", "1,99,w"))
    shop.load(shop.file("a.csv", "1,10,a", "2,10,a"))
    by = take_back(wrong.id).by or 0
    with pytest.raises(ConfigError, match=f"Run {by} undoes run {wrong.id}"):
        cancel(by)


@pytest.mark.parametrize("point", ["cancel.deleted", "cancel.before_commit"])
def test_a_cancel_that_fails_half_way_has_changed_nothing(
    shop: UndoShop, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a"))
    run = shop.engine.register(shop.file("b.csv", "1,20,b", "2,20,b"))
    shop.engine.plan(run)
    for step in shop.engine.steps(run, "extract"):
        shop.engine.load(step)
    loaded = shop.state()
    with monkeypatch.context() as patch:
        patch.setitem(failpoint._points, point, (1, "raise"))
        patch.setattr(failpoint, "_counts", Counter())
        with pytest.raises(PermanentError, match=f"Failpoint {point}"):
            cancel(run.id)
    assert shop.state() == loaded
    assert shop.engine.finish(run)["state"] == "done"
