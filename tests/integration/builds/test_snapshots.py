"""Customers are a snapshot: who is not in the newest one is gone, and half a snapshot takes nothing away."""

from __future__ import annotations

from pathlib import Path

from tests.kit.ltv_shop import DAY, Shop, facts, modes

ADA, BEN, CLEO = "1,Ada,A,,,,", "2,Ben,B,,,,", "3,Cleo,C,,,,"
ORDERS = ["10,1,2023-05-01,x,5", "20,2,2023-05-01,x,6", "30,3,2023-05-01,x,7"]
PAYMENTS = ["100,1,10,2023-05-01,5,,", "200,2,20,2023-05-01,6,,", "300,3,30,2023-05-01,7,,"]


def _first(shop: Shop, *customers: str) -> Path:
    path = shop.file("customers.csv", *customers)
    shop.run(path, shop.file("orders.csv", *ORDERS), shop.file("payments.csv", *PAYMENTS))
    return path


def _customers(shop: Shop) -> list[int]:
    (listed,) = shop.sql("select array_agg(customer_id order by customer_id) from customers")
    assert list(shop.ltv()) == listed[0]
    return list(listed[0])


def test_who_is_gone_is_counted_and_their_orders_belong_to_nobody(shop: Shop) -> None:
    _first(shop, ADA, BEN, CLEO)

    status = shop.run(shop.file("customers_2.csv", ADA, CLEO.replace("Cleo", "Chloe")))

    assert {n: status[n] for n in ("read", "loaded", "updated", "unchanged", "gone")} == {
        "read": 2,
        "loaded": 0,
        "updated": 1,
        "unchanged": 1,
        "gone": 1,
    }
    assert _customers(shop) == [1, 3]
    assert shop.orphans() == [("order_without_customer", 20)]
    assert facts(status, "mode", "removed", "changed") == ("full", 1, 0)
    assert shop.built() == shop.by_the_book()


def test_who_is_gone_and_comes_back_is_as_before(shop: Shop) -> None:
    path = _first(shop, ADA, BEN, CLEO)
    before = shop.built()
    assert shop.run(shop.file("customers_2.csv", BEN))["gone"] == 2

    status = shop.run(path)  # the very file of the first day

    assert [each["state"] for each in status["inputs"]] == ["done"]
    assert (status["gone"], status["loaded"], status["unchanged"]) == (0, 2, 1)
    assert shop.built() == before
    again = shop.run(shop.file("customers_3.csv", BEN))  # and the second day's content again
    assert (again["gone"], again["inputs"][0]["state"]) == (2, "done")
    assert _customers(shop) == [2]
    assert shop.run(path)["gone"] == 0
    assert shop.built() == before


def test_the_newest_snapshot_again_has_nothing_to_do(shop: Shop) -> None:
    path = _first(shop, ADA, BEN)
    status = shop.run(path)
    assert (status["inputs"][0]["state"], status["gone"], modes(status)) == (
        "already_loaded",
        0,
        ["unchanged", "unchanged"],
    )
    assert shop.run(path, reload=True)["gone"] == 0
    assert _customers(shop) == [1, 2]


def test_half_a_snapshot_takes_nobody_away(shop: Shop) -> None:
    _first(shop, ADA, BEN)
    other = shop.folder / "customers_3.csv"
    other.write_text("customer_id,first_name\n")  # without a row: it is refused

    status = shop.run(shop.file("customers_2.csv", ADA, BEN.replace("Ben", "Benjamin"), CLEO), other)

    assert [each["state"] for each in status["inputs"]] == ["done", "failed"]
    assert {n: status[n] for n in ("loaded", "updated", "unchanged", "gone")} == {
        "loaded": 1,
        "updated": 1,
        "unchanged": 1,
        "gone": 0,
    }
    assert _customers(shop) == [1, 2, 3]
    # nor does a later run that has nothing to do with it
    assert shop.run(shop.file("orders_2.csv", "40,1,2023-05-01,x,5"))["gone"] == 0
    assert _customers(shop) == [1, 2, 3]
    # the next whole one counts again
    assert shop.run(shop.file("customers_4.csv", BEN, CLEO))["gone"] == 1
    assert _customers(shop) == [2, 3]


def test_the_whole_snapshot_again_after_half_of_another_one_is_all_there_is(shop: Shop) -> None:
    path = _first(shop, ADA, BEN)
    broken = shop.folder / "customers_3.csv"
    broken.write_text("customer_id,first_name\n")
    shop.run(shop.file("customers_2.csv", BEN.replace("Ben", "Benjamin"), CLEO), broken)
    assert _customers(shop) == [1, 2, 3]

    status = shop.run(path)

    assert (status["inputs"][0]["state"], status["updated"], status["unchanged"], status["gone"]) == ("done", 1, 1, 1)
    assert shop.sql("select customer_id, first_name from customers order by 1") == [(1, "Ada"), (2, "Ben")]
    assert _customers(shop) == [1, 2]


def test_a_first_half_that_was_changed_since_is_loaded_again_with_the_whole(shop: Shop) -> None:
    first, second = shop.file("customers.csv", ADA, BEN), shop.file("customers_2.csv", BEN.replace("Ben", "Benjamin"))
    broken = shop.folder / "customers_3.csv"
    broken.write_text("customer_id,first_name\n")
    shop.run(first, broken)
    shop.run(second, broken)
    assert shop.run(first)["gone"] == 0
    assert shop.sql("select customer_id, first_name from customers order by 1") == [(1, "Ada"), (2, "Ben")]


def test_the_other_half_makes_it_whole(shop: Shop) -> None:
    _first(shop, ADA, BEN)
    good, broken = shop.file("customers_2.csv", CLEO), shop.folder / "customers_3.csv"
    broken.write_text("customer_id,first_name\n")
    shop.run(good, broken)
    status = shop.run(good, shop.file("customers_3.csv", BEN))
    assert [each["state"] for each in status["inputs"]] == ["already_loaded", "done"]
    assert status["gone"] == 1
    assert _customers(shop) == [2, 3]


def test_a_snapshot_in_two_files_is_one_snapshot(shop: Shop) -> None:
    _first(shop, ADA, BEN)
    halves = shop.file("customers_2.csv", CLEO), shop.file("customers_3.csv", ADA)
    assert shop.run(*halves)["gone"] == 1
    assert _customers(shop) == [1, 3]
    # half of it with another half: it is applied again, since another file came after it
    status = shop.run(halves[0], shop.file("customers_4.csv", BEN))
    assert [(each["state"], each["unchanged"]) for each in status["inputs"]] == [("done", 1), ("done", 0)]
    assert status["gone"] == 1
    assert _customers(shop) == [2, 3]


def test_a_snapshot_over_its_limit_of_rejects_takes_nobody_away(shop: Shop) -> None:
    _first(shop, ADA, BEN)
    run = shop.register(shop.file("customers_2.csv", CLEO, "x,,,,,,", "y,,,,,,"), max_rejects="1")
    shop.engine.plan(run)
    for step in shop.engine.steps(run, "extract"):
        shop.engine.check(step)
    shop.engine.settle(run)
    status = run.status().json()
    assert (status["state"], status["inputs"][0]["error_code"], status["gone"]) == ("failed", "over_limit", 0)
    assert _customers(shop) == [1, 2]


def test_runs_without_customers_take_nobody_away(shop: Shop) -> None:
    _first(shop, ADA, BEN, CLEO)
    assert shop.run(shop.file("orders_2.csv", "40,1,2023-05-01,x,5"))["gone"] == 0
    assert shop.run()["gone"] == 0
    assert _customers(shop) == [1, 2, 3]


def test_orders_and_payments_are_increments(shop: Shop) -> None:
    _first(shop, ADA, BEN, CLEO)
    shop.run(shop.file("orders_2.csv", "40,1,2023-06-01,x,5"), shop.file("payments_2.csv", "400,1,40,2023-06-01,5,,"))
    assert shop.sql("select count(*) from orders") == [(4,)]
    # 5 + 5, twice within the first year: 10 x 3
    assert shop.ltv()[1][:6] == ("2", "10.00", "5.00", "2.000000", "3.0000", "30.00")
    assert shop.sql("select sum(ltv)::text from customer_ltv where as_of = %s", DAY) == [("69.00",)]


def test_a_refused_row_is_not_in_the_snapshot(shop: Shop) -> None:
    _first(shop, ADA, BEN)
    status = shop.run(shop.file("customers_2.csv", ADA, "2,Ben,B,,,,31/12/1990"))
    assert (status["rejected"], status["gone"]) == (1, 1)
    assert _customers(shop) == [1]
    assert shop.run(shop.file("customers_3.csv", ADA, "2,Ben,B,,,,1990-12-31"))["loaded"] == 1
    assert _customers(shop) == [1, 2]
