"""The sample gives its known answers: on any day, twice, and whatever the order and the number of its files."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import pytest

from sluice.engine.database.connection import drop_connection
from tests.kit.ltv_awkward import AS_OF, FILES
from tests.kit.ltv_shop import DAY, NOBODY, SAMPLE, Shop, dealt, facts, modes

ORIGINALS = Path(__file__).parents[4] / "shared" / "originals" / "customer_ltv"
ORDERS_OF_FILES = list(itertools.permutations(range(3)))
# less than a year: orders per year are 1, and 3 years are expected of everybody
TABLE = {
    1: ("1", "410.00", "410.00", "1.000000", "3.0000", "1230.00", "2023-02-01", "2023-02-01", "0.00"),
    2: ("1", "690.50", "690.50", "1.000000", "3.0000", "2071.50", "2023-02-02", "2023-02-02", "0.00"),
    3: ("1", "999.50", "999.50", "1.000000", "3.0000", "2998.50", "2023-02-03", "2023-02-03", "0.00"),
    4: ("1", "120.00", "120.00", "1.000000", "3.0000", "360.00", "2023-02-04", "2023-02-04", "0.00"),
    5: ("1", "330.00", "330.00", "1.000000", "3.0000", "990.00", "2023-02-05", "2023-02-05", "0.00"),
} | dict.fromkeys(range(6, 11), NOBODY)
SUMS = "select count(*), sum(total_orders), sum(total_amount)::text, sum(ltv)::text from customer_ltv where as_of = %s"


@pytest.mark.skipif(not ORIGINALS.exists(), reason="the original sample is third-party and not here")
def test_the_original_sample_gives_ten_rows_five_orders_and_2550(shop: Shop) -> None:
    status = shop.run(*(ORIGINALS / name for name in SAMPLE))

    assert (status["read"], status["loaded"]) == (20, 20)
    assert shop.sql(SUMS, DAY) == [(10, 5, "2550.00", "7650.00")]
    assert [n for n, row in shop.ltv().items() if row[0] == "1"] == [1, 2, 3, 4, 5]
    assert shop.ltv()[1] == ("1", "500.00", "500.00", "1.000000", "3.0000", "1500.00", *["2023-01-01"] * 2, "0.00")
    assert shop.ltv()[6] == NOBODY
    assert shop.orphans() == []


def test_ten_rows_five_with_one_order_and_2550_in_all(shop: Shop) -> None:
    status = shop.run(*shop.files(SAMPLE))

    assert shop.ltv() == TABLE
    assert shop.sql(SUMS, DAY) == [(10, 5, "2550.00", "7650.00")]
    names = ("mode", "rows", "recomputed", "added", "changed", "removed", "sum_before", "moves")
    assert facts(status, *names) == ("full", 10, 10, 10, 0, 0, None, [])
    assert [str(each["sum_after"]) for each in status["builds"]] == ["7650.00", "None"]


def test_twice_is_the_same_to_the_moment_it_was_built(shop: Shop) -> None:
    paths = shop.files(SAMPLE)
    shop.run(*paths)
    once = shop.sql("select * from customer_ltv order by customer_id")

    again = shop.run(*paths)
    assert {each["state"] for each in again["inputs"]} == {"already_loaded"}
    assert modes(again) == ["unchanged", "unchanged"]
    reloaded = shop.run(*paths, reload=True)
    assert facts(reloaded, "mode", "added", "changed", "removed") == ("full", 0, 0, 0)

    assert shop.sql("select * from customer_ltv order by customer_id") == once


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # never the same day there
def test_the_day_on_which_it_is_built_decides_nothing(shop: Shop, zone: str) -> None:
    paths = shop.files(SAMPLE)
    [(database,)] = shop.sql("select current_database()")
    shop.sql(f"alter database {database} set timezone to '{zone}'")
    drop_connection()
    shop.run(*paths)
    assert shop.sql("select reset_val, setting from pg_settings where name = 'TimeZone'") == [(zone, "UTC")]
    assert shop.ltv() == TABLE


def test_no_sql_of_the_pipeline_asks_the_clock(shop: Shop) -> None:
    clock = re.compile(r"\b(now|current_\w+|localtime\w*|\w+_timestamp|timeofday|today|age)\b", re.IGNORECASE)
    for derived in shop.engine.pipeline.derived:
        for text in (
            derived.sql,
            derived.incremental_sql or "",
            derived.changed_keys or "",
            *derived.explains.values(),
        ):
            assert clock.findall(re.sub(r"--.*", "", text)) == []


def test_another_as_of_is_another_table_and_leaves_the_first_as_it_was(shop: Shop) -> None:
    shop.run(*shop.files(SAMPLE))
    shop.run(as_of="2025-01-31")
    # 730 days after the first order: 410 x 365.25 x 3 / 730 = 449,257.5 / 730 = 615.421...
    row = ("1", "410.00", "410.00", "0.500342", "3.0000", "615.42", "2023-02-01", "2023-02-01", "0.00")
    assert shop.ltv("2025-01-31")[1] == row
    shop.run(as_of="2023-02-01")
    assert [n for n, row in shop.ltv("2023-02-01").items() if row != NOBODY] == [1]
    assert shop.ltv() == TABLE
    assert shop.sql("select distinct as_of::text from customer_ltv_latest") == [("2025-01-31",)]


@pytest.mark.parametrize("order", ORDERS_OF_FILES)
def test_the_three_files_in_any_order_give_the_same_table(shop: Shop, order: tuple[int, ...]) -> None:
    paths = shop.files(SAMPLE)
    shop.run(*(paths[place] for place in order))
    assert shop.built() == (TABLE, [])

    shop.forget_everything()
    for place in order:
        shop.run(paths[place])
    assert shop.built() == (TABLE, [])


@pytest.mark.parametrize("order", ORDERS_OF_FILES)
def test_awkward_files_in_any_order_give_the_same_table(shop: Shop, order: tuple[int, ...]) -> None:
    paths = shop.files(FILES)
    shop.run(*paths, as_of=AS_OF)
    expected = shop.built(AS_OF)
    assert expected == shop.by_the_book(AS_OF)

    shop.forget_everything()
    for place in order:
        shop.run(paths[place], as_of=AS_OF)
    assert shop.built(AS_OF) == expected


@pytest.mark.parametrize("seed", range(4))
def test_any_split_in_one_run_or_many_gives_the_same_table(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    whole = {name.partition(".")[0]: chance.sample(lines, len(lines)) for name, lines in FILES.items()}
    piles = {name: chance.choice([2, 3]) for name in whole} | {"customers": 2}
    pieces = {n: [shop.file(f"{n}_{i}.csv", *p) for i, p in enumerate(dealt(whole[n], piles[n]))] for n in whole}
    shop.run(*shop.files(FILES), as_of=AS_OF)
    expected = shop.built(AS_OF)

    shop.forget_everything()
    every = [path for paths in pieces.values() for path in paths]
    shop.run(*chance.sample(every, len(every)), as_of=AS_OF)
    assert shop.built(AS_OF) == expected

    shop.forget_everything()
    runs = [pieces["customers"], *([path] for name in ("orders", "payments") for path in pieces[name])]
    for paths in chance.sample(runs, len(runs)):  # customers are a snapshot: its two files come together
        shop.run(*paths, as_of=AS_OF)
    assert shop.built(AS_OF) == expected
