"""The lifespan by churn: of those who ordered in the year before last, the share who did not come back in the last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sluice.engine.declare import Pipeline
from tests.kit.in_process import InProcess
from tests.kit.ltv_shop import DAY, Shop, modes


def _by_churn(pipeline: Pipeline, **params: object) -> Pipeline:
    ltv, orphan = pipeline.derived
    churned = replace(ltv, params={**ltv.params, "by_churn": True, **params}, incremental_sql=None)
    return replace(pipeline, derived=[churned, orphan])


@pytest.fixture
def churn(engine: InProcess, tmp_path: Path) -> Shop:
    shop = Shop(engine, tmp_path)
    engine.use(_by_churn(engine.pipeline))
    return shop


def _buy(shop: Shop, *bought: tuple[int, str], status: str = "") -> list[Path]:
    """Everybody who orders anything, each order paid with 100.01 on its day."""
    everybody = sorted({customer for customer, _ in bought})
    return [
        shop.file("customers.csv", *(f"{n},,,,,," for n in everybody)),
        shop.file("orders.csv", *(f"{i},{who},{day},x," for i, (who, day) in enumerate(bought, 1))),
        shop.file("payments.csv", *(f"{i},,{i},{day},100.01,{status}," for i, (_, day) in enumerate(bought, 1))),
    ]


def _lifespans(shop: Shop) -> set[str | None]:
    return {row[4] for row in shop.ltv().values()}


# as of 2023-12-31: the year before last is 2022-01-01 to 2022-12-31, the last one 2023-01-01 to 2023-12-31
def test_one_of_four_lost_in_a_year_is_a_lifespan_of_four_years(churn: Shop) -> None:
    came_back = [(n, day) for n in (1, 2, 3) for day in ("2022-06-01", "2023-06-01")]
    churn.run(*_buy(churn, *came_back, (4, "2022-12-31"), (5, "2023-02-01")))

    assert _lifespans(churn) == {"4.0000"}
    # 578 days: 200.02 x 365.25 x 4 / 578 = 292,229.22 / 578 = 505.5869...
    row = ("2", "200.02", "100.01", "1.263841", "4.0000", "505.59", "2022-06-01", "2023-06-01", "0.00")
    assert churn.ltv()[1] == row
    # 365 days, less than a year: 100.01 x 4
    assert churn.ltv()[4][5] == "400.04"
    assert churn.ltv()[5][5] == "400.04"


def test_two_of_three_lost_is_exactly_one_and_a_half_years(churn: Shop) -> None:
    came_back, lost = [(1, "2022-01-01"), (1, "2023-01-01")], [(2, "2022-05-01"), (3, "2022-06-01")]
    churn.run(*_buy(churn, *came_back, *lost, (4, "2023-05-01")))
    assert _lifespans(churn) == {"1.5000"}
    # 100.01 x 1.5 = 150.015, and half a cent goes up
    assert churn.ltv()[4][5] == "150.02"


def test_where_nobody_was_lost_it_is_the_longest_there_is(churn: Shop) -> None:
    churn.run(*_buy(churn, (1, "2022-05-01"), (1, "2023-05-01")))
    assert _lifespans(churn) == {"20.0000"}


def test_it_is_never_longer_than_the_longest_there_is(churn: Shop) -> None:
    came_back = [(n, day) for n in range(1, 25) for day in ("2022-06-01", "2023-06-01")]
    paths = _buy(churn, *came_back, (25, "2022-06-01"))  # 1 of 25
    churn.run(*paths)
    assert _lifespans(churn) == {"20.0000"}
    churn.engine.use(_by_churn(churn.engine.pipeline, max_lifespan_years=30.0))
    churn.run()
    assert _lifespans(churn) == {"25.0000"}


def test_where_nobody_could_be_lost_yet_it_is_the_setting(churn: Shop) -> None:
    churn.run(*_buy(churn, (1, "2023-01-01"), (2, "2021-12-31")))
    assert _lifespans(churn) == {"3.0000"}


def test_orders_that_do_not_count_lose_and_keep_nobody(churn: Shop) -> None:
    # 2 comes back, but has not paid by as_of; 3 was there, but never paid: 2 of 2 customers, one of them lost
    lines = ["1,1,2022-05-01,x,", "2,1,2023-05-01,x,", "3,2,2022-05-01,x,", "4,2,2023-05-01,x,", "5,3,2022-05-01,x,"]
    payments = ["1,,1,2022-05-01,1,,", "2,,2,2023-05-01,1,,", "3,,3,2022-05-01,1,,", "4,,4,2024-01-01,1,,"]
    churn.run(
        churn.file("customers.csv", "1,,,,,,", "2,,,,,,", "3,,,,,,"),
        churn.file("orders.csv", *lines),
        churn.file("payments.csv", *payments, "5,,5,2022-05-01,1,failed,"),
    )
    assert _lifespans(churn) == {"2.0000"}


def test_one_new_order_may_move_every_row_so_all_of_them_are_computed(churn: Shop) -> None:
    churn.run(*_buy(churn, (1, "2022-05-01"), (1, "2023-05-01"), (2, "2022-05-01")))
    assert _lifespans(churn) == {"2.0000"}

    status = churn.run(
        churn.file("orders_2.csv", "50,2,2023-12-31,x,"), churn.file("payments_2.csv", "50,,50,2023-12-31,1.00,,")
    )

    assert modes(status) == ["full", "incremental"]
    assert _lifespans(churn) == {"20.0000"}
    assert churn.sql("select sum(total_amount)::text from customer_ltv where as_of = %s", DAY) == [("301.03",)]
