"""Sources that change between runs: increments by a watermark, snapshots, and answers that come again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sluice import PostgresQuery
from sluice.engine.declare import Pipeline
from sluice.errors import ConfigError, EarlierRunOpen
from tests.kit.in_process import InProcess
from tests.kit.source_shop import SETTING, Shop, products

ROWS = "select product_id, name from shop_product order by 1"
INCREMENTS = products(watermark="updated_at")


def _run(engine: InProcess, **options: Any) -> tuple[str, int]:
    """The state of the run's only input, and how many rows it brought."""
    (brought,) = engine.finish(engine.register(**options))["inputs"]
    return brought["state"], brought["read"]


def _noted(engine: InProcess) -> list[str | None]:
    return [reached for (reached,) in engine.sql("select noted->>'reached' from sluice.input order by id")]


def test_a_watermark_brings_what_came_since(engine: InProcess, shop: Shop) -> None:
    engine.use(INCREMENTS)
    assert _run(engine) == ("done", 3)
    shop.sql("insert into product values (4, 'milk', 1, '2026-01-02 00:00:00.000001+00')")
    shop.sql("update product set name = 'green tea', updated_at = '2026-02-01' where product_id = 1")
    assert _run(engine) == ("done", 2)
    assert engine.sql(ROWS) == [(1, "green tea"), (2, None), (3, None), (4, "milk")]
    assert _noted(engine) == ["2026-01-02 00:00:00+00", "2026-02-01 00:00:00+00"]


def test_nothing_new_is_no_failure_however_often(engine: InProcess, shop: Shop) -> None:
    engine.use(INCREMENTS)
    assert _run(engine) == ("done", 3)
    assert [_run(engine), _run(engine)] == [("already_loaded", 0), ("already_loaded", 0)]
    assert [each["same_as"] for each in engine.finish(engine.register())["inputs"]] == [1]
    shop.sql("insert into product values (4, 'milk', 1, '2026-03-01')")
    assert _run(engine) == ("done", 1)


def test_an_increment_of_which_nothing_loads_fails_and_moves_nothing(engine: InProcess, shop: Shop) -> None:
    engine.use(INCREMENTS)
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, '12026-03-01')")
    assert [_run(engine), _run(engine)] == [("failed", 1), ("failed", 0)]
    assert engine.sql("select distinct error_code from sluice.input where id > 1") == [("nothing_loaded",)]
    shop.sql("update product set updated_at = '2026-03-01' where product_id = 4")
    assert _run(engine) == ("done", 1)
    assert _run(engine) == ("already_loaded", 0)


def test_an_increment_that_was_refused_moves_nothing(engine: InProcess, shop: Shop) -> None:
    engine.use(INCREMENTS)
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, '12026-03-01')")
    refused = engine.register(max_rejects="0")
    engine.plan(refused)
    for step in engine.steps(refused, "extract"):
        engine.check(step)
    engine.settle(refused)
    assert engine.sql("select error_code, noted->>'reached' from sluice.input where id = 2") == [
        ("over_limit", "12026-03-01 00:00:00+00")
    ]
    shop.sql("update product set updated_at = '2026-03-01' where product_id = 4")
    assert _run(engine) == ("done", 1)
    assert engine.sql(ROWS)[3:] == [(4, "milk")]


def test_an_increment_whose_fetch_failed_moves_nothing(engine: InProcess, shop: Shop) -> None:
    engine.use(INCREMENTS)
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, '2026-03-01')")
    shop.sql("alter table product rename to hidden")
    assert _run(engine) == ("failed", 0)
    shop.sql("alter table hidden rename to product")
    assert _run(engine) == ("done", 1)


def test_rows_that_were_committed_late_come_by_the_overlap(engine: InProcess, shop: Shop) -> None:
    engine.use(products(watermark="updated_at", overlap=timedelta(hours=13)))
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, '2026-01-01 12:00+00')")  # older than what was loaded
    assert _run(engine) == ("done", 2)  # and the row of 2 January once more
    assert engine.sql(ROWS)[3:] == [(4, "milk")]
    assert _noted(engine) == ["2026-01-02 00:00:00+00", "2026-01-02 00:00:00+00"]


def test_a_number_may_be_the_watermark(engine: InProcess, shop: Shop) -> None:
    engine.use(products(watermark="product_id", overlap=1))
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, null)")
    assert _run(engine) == ("done", 2)
    assert _noted(engine) == ["3", "4"]


def test_everything_comes_again_after_a_reload_and_with_another_query(engine: InProcess, shop: Shop) -> None:
    engine.use(INCREMENTS)
    _run(engine)
    assert _run(engine, reload=True) == ("done", 3)
    engine.use(products("select * from product where true order by product_id", watermark="updated_at"))
    shop.sql("insert into product values (4, 'milk', 1, '2025-12-31')")
    assert _run(engine) == ("done", 4)


@pytest.mark.parametrize("pipeline", [products(), products(snapshot=True)], ids=["a query", "a snapshot"])
def test_an_answer_that_comes_back_is_what_the_table_has_again(
    engine: InProcess, shop: Shop, pipeline: Pipeline
) -> None:
    engine.use(pipeline)
    _run(engine)
    shop.sql("update product set name = 'coffee' where product_id = 1")
    assert _run(engine) == ("done", 3)
    shop.sql("update product set name = 'tea' where product_id = 1")
    assert _run(engine) == ("done", 3)
    assert engine.sql(ROWS) == [(1, "tea"), (2, None), (3, None)]
    assert _run(engine) == ("already_loaded", 0)


def test_a_snapshot_takes_away_what_it_does_not_have_and_brings_it_back(engine: InProcess, shop: Shop) -> None:
    engine.use(products(snapshot=True))
    _run(engine)
    shop.sql("delete from product where product_id = 2")
    assert engine.finish(engine.register())["gone"] == 1
    assert engine.sql(ROWS) == [(1, "tea"), (3, None)]
    shop.sql("insert into product values (2, null, 0.10, '2026-01-02')")
    assert _run(engine) == ("done", 3)
    assert engine.sql(ROWS) == [(1, "tea"), (2, None), (3, None)]
    shop.sql("delete from product")  # an empty answer is more often a mistake than a shop without products
    assert _run(engine) == ("failed", 0)
    assert engine.sql(ROWS) == [(1, "tea"), (2, None), (3, None)]


def test_of_two_runs_the_earlier_one_fetches_first_and_the_later_one_has_the_last_word(
    engine: InProcess, shop: Shop
) -> None:
    engine.use(products())
    earlier, later = engine.register(), engine.register()
    with pytest.raises(EarlierRunOpen, match=f"Run {earlier.id} came earlier, has the same file"):
        engine.plan_step(engine.steps(later, "plan")[0])
    engine.plan(earlier)
    shop.sql("update product set name = 'coffee' where product_id = 1")
    engine.sql("update sluice.step set state = 'due' where kind = 'plan' and run_id = %s returning 1", later.id)
    engine.plan(later)
    engine.load(engine.steps(later, "extract")[0])
    engine.load(engine.steps(earlier, "extract")[0])
    engine.settle(earlier)
    engine.settle(later)
    assert engine.sql(ROWS) == [(1, "coffee"), (2, None), (3, None)]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"watermark": "updated_at", "snapshot": True}, "a snapshot is always fetched whole"),
        ({"overlap": 1}, "declare its column, watermark='updated_at'"),
        ({"overlap": -1, "watermark": "id"}, "overlap must not be negative"),
        ({"overlap": timedelta(seconds=-1), "watermark": "id"}, "overlap must not be negative"),
        ({"overlap": True, "watermark": "id"}, "overlap must be a timedelta or a whole number"),
        ({"overlap": 0.5, "watermark": "id"}, "overlap must be a timedelta or a whole number"),
        ({"sql": "select 1 limit 5", "watermark": "id"}, "A query with a watermark must not have LIMIT"),
        ({"sql": " ; "}, "sql must not be empty"),
        ({"database": "postgresql://me:secret@db/shop"}, "database must be the name of a setting"),
        ({"statement_timeout_s": 0}, "statement_timeout_s must be a number of seconds greater than 0"),
    ],
)
def test_a_mistake_in_a_declaration_names_itself_and_shows_no_secret(declared: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as met:
        PostgresQuery(**{"sql": "select 1", "name": "products", "database": SETTING} | declared)
    assert "secret" not in str(met.value)
