"""What a build does that does not follow new rows: nothing, or all of it anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sluice.engine.declare import Pipeline
from tests.kit.ltv_awkward import AS_OF, FILES, SUM
from tests.kit.ltv_shop import SAMPLE, Shop, facts, modes, moves


def test_nothing_new_is_unchanged(shop: Shop) -> None:
    paths = shop.files(FILES)
    shop.run(*paths, as_of=AS_OF)
    once = shop.sql("select * from customer_ltv order by customer_id")

    for status in (shop.run(as_of=AS_OF), shop.run(*paths, as_of=AS_OF)):
        assert modes(status) == ["unchanged", "unchanged"]
        assert facts(status, "rows", "recomputed", "added", "changed", "removed", "moves") == (12, 0, 0, 0, 0, [])
        assert [str(each) for each in facts(status, "sum_before", "sum_after")] == [SUM, SUM]
        assert facts(status, "rows", "counts", of="customer_ltv_orphan") == (
            2,
            {"payment_of_another_customer": 1, "payment_without_order": 1},
        )
    assert shop.sql("select * from customer_ltv order by customer_id") == once


def _with(shop: Shop, **params: object) -> Pipeline:
    ltv, orphan = shop.engine.pipeline.derived
    return replace(shop.engine.pipeline, derived=[replace(ltv, params={**ltv.params, **params}), orphan])


def test_another_definition_builds_all_of_it_anew(shop: Shop) -> None:
    shop.run(*shop.files(SAMPLE))
    shop.engine.use(_with(shop, lifespan_years=2.5))

    status = shop.run(shop.file("payment_2.csv", "6,5,5,2023-02-06,-30.00,,"))

    assert modes(status) == ["full", "incremental"]
    # every lifespan is another; 2550 - 30 = 2520 x 2.5
    assert facts(status, "added", "changed", "removed") == (0, 10, 0)
    assert [str(each) for each in facts(status, "sum_before", "sum_after")] == ["7650.00", "6300.00"]
    assert moves(status)[0] == (3, 2998.50, 2498.75)
    assert {row[4] for row in shop.ltv().values()} == {"2.5000"}
    assert modes(shop.run()) == ["unchanged", "unchanged"]


def test_another_column_to_sum_is_summed_from_what_is_there(shop: Shop) -> None:
    shop.run(*shop.files(SAMPLE))
    ltv, orphan = shop.engine.pipeline.derived
    shop.engine.use(replace(shop.engine.pipeline, derived=[replace(ltv, value="total_amount"), orphan]))

    status = shop.run(shop.file("payment_2.csv", "6,5,5,2023-02-06,-30.00,,"))

    assert facts(status, "mode", "value", "changed") == ("incremental", "total_amount", 1)
    assert [str(each) for each in facts(status, "sum_before", "sum_after")] == ["2550.00", "2520.00"]
    assert moves(status) == [(5, 330.0, 300.0)]
    assert [str(each) for each in facts(shop.run(), "sum_before", "sum_after")] == ["2520.00", "2520.00"]


def test_a_definition_that_changes_no_value_writes_no_row(shop: Shop) -> None:
    shop.run(*shop.files(SAMPLE))
    once = shop.sql("select * from customer_ltv order by customer_id")
    shop.engine.use(_with(shop, settled=["settled", "paid", "completed", "succeeded", "done"]))

    status = shop.run()

    assert facts(status, "mode", "recomputed", "changed", "moves") == ("full", 10, 0, [])
    assert shop.sql("select * from customer_ltv order by customer_id") == once


def test_a_file_that_is_loaded_again_builds_all_of_it_anew(shop: Shop) -> None:
    paths = shop.files(FILES)
    shop.run(*paths, as_of=AS_OF)
    before = shop.built(AS_OF)
    shop.sql("update payments set amount = 1 where payment_id = 3")

    status = shop.run(paths[2], as_of=AS_OF, reload=True)

    assert modes(status) == ["full", "full"]
    assert facts(status, "changed") == (0,)
    assert shop.built(AS_OF) == before


def test_rows_of_a_replaced_file_that_are_gone_are_gone_from_the_value(shop: Shop) -> None:
    paths = shop.files(FILES)
    shop.run(*paths, as_of=AS_OF)
    shop.sql("delete from payments where payment_id = 11")  # and the engine is not told

    assert modes(shop.run(as_of=AS_OF)) == ["unchanged", "unchanged"]
    status = shop.run(paths[1], as_of=AS_OF, reload=True)

    assert facts(status, "mode", "changed") == ("full", 1)
    assert shop.built(AS_OF) == shop.by_the_book(AS_OF)


@pytest.mark.parametrize("name", ["customer_ltv", "customer_ltv_orphan"])
def test_a_table_that_was_emptied_by_hand_is_filled_again(shop: Shop, name: str) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    before = shop.built(AS_OF)
    shop.sql(f"delete from {name}")

    status = shop.run(shop.file("payments_2.csv", "50,2,201,2023-05-01,0.00,,"), as_of=AS_OF)

    assert facts(status, "mode", of=name) == ("full",)
    assert sorted(modes(status)) == ["full", "incremental"]
    assert shop.built(AS_OF) == before


def test_one_date_that_was_emptied_by_hand_leaves_the_others_alone(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    shop.run(as_of="2023-08-01")
    shop.sql("delete from customer_ltv where as_of = %s", AS_OF)
    assert modes(shop.run(as_of="2023-08-01")) == ["unchanged", "unchanged"]
    assert modes(shop.run(as_of=AS_OF)) == ["full", "unchanged"]
    assert shop.built(AS_OF) == shop.by_the_book(AS_OF)


def test_more_new_rows_than_are_worth_looking_up_build_all_of_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluice.engine.derive.select.FEW", 2)
    shop.run(*shop.files(FILES), as_of=AS_OF)  # 45 rows: 5 % of them are 2
    lines = [f"{n},2,201,2023-05-01,1.00,," for n in range(50, 55)]

    assert modes(shop.run(shop.file("payments_2.csv", *lines[:2]), as_of=AS_OF)) == ["incremental", "incremental"]
    status = shop.run(shop.file("payments_3.csv", *lines[2:]), as_of=AS_OF)

    assert modes(status) == ["full", "full"]
    assert facts(status, "recomputed", "changed") == (12, 1)
    assert shop.built(AS_OF) == shop.by_the_book(AS_OF)
