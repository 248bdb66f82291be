"""A build that follows new rows computes what they touch, gives the table of a full build, and says what moved."""

from __future__ import annotations

import pytest

from tests.kit.ltv_awkward import AS_OF, FILES, SUM
from tests.kit.ltv_shop import Shop, facts, modes, moves

# new lines of orders, new lines of payments, and the customers whose row is another one then
CASES: dict[str, tuple[list[str], list[str], list[int]]] = {
    "one more payment of a paid order": ([], ["50,2,201,2023-05-01,20.00,,"], [2]),
    "all of it given back": ([], ["50,2,201,2023-05-01,-100.00,,"], [2]),
    "a new order and its payment": (["50,8,2023-06-01,x,5"], ["50,8,50,2023-06-01,5.00,,"], [8]),
    "a first order": (["50,4,2023-06-01,x,5"], ["50,4,50,2023-06-01,5.00,,", "51,4,50,2023-06-02,1.00,,"], [4]),
    "an order that was never paid is": ([], ["50,4,401,2023-06-30,9.00,,"], [4]),
    "a pending order is paid": ([], ["50,11,1101,2023-06-30,70.00,completed,"], [11]),
    "an order for a payment that came before it": (["599,5,2023-04-02,x,33"], [], [5]),
    "an order of somebody else for that payment": (["599,9,2023-04-02,x,33"], [], [9]),
    "that order, and another payment of it": (["599,5,2023-04-02,x,40"], ["50,5,599,2023-04-03,7.00,,"], [5]),
    "that order, after as_of": (["599,5,2023-07-02,x,33"], [], []),
    "an order that is not paid": (["50,3,2023-06-01,x,5"], [], []),
    "a payment after as_of": ([], ["50,2,201,2023-07-02,20.00,,"], []),
    "a payment that is pending": ([], ["50,2,201,2023-05-01,20.00,pending,"], []),
    "an order before the first one": (["50,10,2019-07-01,x,5"], ["50,10,50,2019-07-02,5.00,,"], [10]),
    "an order after the last one": (["50,2,2023-06-30,x,5"], ["50,2,50,2023-06-30,5.00,,"], [2]),
    "an order of nobody, paid": (["50,77,2023-06-01,x,5"], ["50,77,50,2023-06-01,5.00,,"], []),
    "a payment of another customer": ([], ["50,1,201,2023-05-01,20.00,,"], [2]),
    "another payment without an order": ([], ["50,1,598,2023-05-01,20.00,,"], []),
    "nothing but what was there": (["101,1,2022-07-01,Given back,80.00"], ["5,3,301,2023-03-01,25.50,,"], []),
    "nothing but what is refused or was there": (
        ["101,2,2022-07-01,Given back,80.00", "101,1,2022-07-01,Given back,80.00"],
        ["5,3,301,2023-03-01,99.00,,", "5,3,301,2023-03-01,25.50,,"],
        [],
    ),
    "a refund of nothing": ([], ["50,2,201,2023-05-01,0.00,,"], []),
    "everything at once": (
        ["599,5,2023-04-02,x,33", "50,8,2023-06-01,x,5", "51,77,2023-06-01,x,5", "52,2,2020-02-29,x,7"],
        ["50,8,50,2023-06-01,5.00,,", "51,2,201,2023-05-01,-1.00,,", "52,9,52,2023-05-01,7.77,Settled,USD"],
        [2, 5, 8],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_new_rows_touch_becomes_what_a_full_build_makes_of_it(shop: Shop, case: str) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    before = shop.ltv(AS_OF)
    orders, payments, changes = CASES[case]
    paths = [shop.file("orders_2.csv", *orders)] if orders else []
    paths += [shop.file("payments_2.csv", *payments)] if payments else []

    status = shop.run(*paths, as_of=AS_OF)

    assert modes(status) == ["incremental", "incremental"]
    found = shop.built(AS_OF)
    assert [customer for customer, row in found[0].items() if row != before[customer]] == changes
    assert facts(status, "rows", "added", "changed", "removed") == (12, 0, len(changes), 0)
    assert found == shop.by_the_book(AS_OF)
    assert found == shop.built_from_nothing(AS_OF)


def test_file_after_file_is_the_same_as_all_of_them_at_once(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    # the same ids come again with other values: those are refused
    files = [("orders", case[0]) for case in CASES.values()] + [("payments", case[1]) for case in CASES.values()]
    for number, (kind, lines) in enumerate(files):
        if lines:  # and one that was there, for a file of which every row is refused has failed
            known = "101,1,2022-07-01,Given back,80.00" if kind == "orders" else "5,3,301,2023-03-01,25.50,,"
            status = shop.run(shop.file(f"{kind}_{number}.csv", *dict.fromkeys((*lines, known))), as_of=AS_OF)
            assert set(modes(status)) <= {"incremental", "unchanged"}
            assert shop.built(AS_OF) == shop.by_the_book(AS_OF)
    assert shop.built(AS_OF) == shop.built_from_nothing(AS_OF)


def test_a_build_says_how_many_changed_the_sum_before_and_after_and_the_largest_moves(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    new = ["50,2,201,2023-05-01,20.00,,", "51,8,801,2023-05-01,-1.00,,", "52,9,901,2023-05-01,0.00,,"]

    status = shop.run(shop.file("payments_2.csv", *new), as_of=AS_OF)

    # 2: 120 x 1095.75 / 730 = 180.1232...; 8: 10 x 3 = 30; 9: the same as before
    names = ("mode", "rows", "recomputed", "added", "changed", "removed")
    assert facts(status, *names) == ("incremental", 12, 3, 0, 2, 0)
    assert moves(status) == [(2, 150.10, 180.12), (8, 33.00, 30.00)]
    # 597.75 + 30.02 - 3.00
    assert [str(each) for each in facts(status, "sum_before", "sum_after")] == [SUM, "624.77"]
    assert shop.sql("select sum(ltv)::text from customer_ltv") == [("624.77",)]
    ((rewritten,),) = shop.sql("select array_agg(customer_id order by 1) from customer_ltv where built_at > ("
                               "select max(built_at) from customer_ltv where customer_id = 1)")  # fmt: skip
    assert rewritten == [2, 8]


def test_of_many_moves_the_ten_largest_are_told_largest_first(shop: Shop) -> None:
    everybody = range(1, 13)
    shop.run(
        shop.file("customers.csv", *(f"{n},,,,,," for n in everybody)),
        shop.file("orders.csv", *(f"{n},{n},2023-06-01,x,1" for n in everybody)),
        shop.file("payments.csv", *(f"{n},{n},{n},2023-06-01,1.00,," for n in everybody)),
    )
    # customer n is paid n dollars more, those with an odd number get them back: 3 x 1 -> 3 x (1 + n) or 3 x (1 - n)
    more = [f"{n + 100},{n},{n},2023-06-02,{-n if n % 2 else n}.00,," for n in everybody]

    status = shop.run(shop.file("payments_2.csv", *more))

    assert facts(status, "mode", "recomputed", "changed") == ("incremental", 12, 12)
    told = [(n, 3.0, 3.0 * (1 - n) if n % 2 else 3.0 * (1 + n)) for n in range(12, 2, -1)]
    assert moves(status) == told
    # 36 + 3 x (2 - 1 + 4 - 3 + ... + 12 - 11)
    assert [str(each) for each in facts(status, "sum_before", "sum_after")] == ["36.00", "54.00"]


def test_an_orphan_finds_its_home_when_the_missing_order_comes(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    assert ("payment_without_order", 6) in shop.orphans(AS_OF)

    status = shop.run(shop.file("orders_2.csv", "599,5,2023-04-02,Found,33.00"), as_of=AS_OF)

    # 33 x 3 within the first year
    found = ("1", "33.00", "33.00", "1.000000", "3.0000", "99.00", "2023-04-02", "2023-04-02", "0.00")
    assert shop.ltv(AS_OF)[5] == found
    assert shop.orphans(AS_OF) == [("payment_of_another_customer", 18)]
    of = "customer_ltv_orphan"
    assert facts(status, "mode", "added", "removed", "counts", of=of) == (
        "incremental",
        0,
        1,
        {"payment_of_another_customer": 1},
    )
    assert moves(status) == [(5, 0.0, 99.0)]


def test_an_orphan_may_become_one_of_another_kind(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    shop.run(shop.file("orders_2.csv", "599,4,2023-04-02,Of somebody else,33.00"), as_of=AS_OF)
    assert shop.orphans(AS_OF) == [("payment_of_another_customer", 6), ("payment_of_another_customer", 18)]


def test_each_date_catches_up_with_what_came_since_it_was_built_itself(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    payment = shop.file("payments_2.csv", "50,2,201,2023-05-01,20.00,,")
    assert modes(shop.run(payment, as_of="2023-08-01")) == ["full", "full"]
    assert shop.ltv(AS_OF)[2][5] == "150.10"

    assert modes(shop.run(as_of=AS_OF)) == ["incremental", "incremental"]

    assert shop.ltv(AS_OF)[2][5] == "180.12"
    assert modes(shop.run(as_of="2023-08-01")) == ["unchanged", "unchanged"]


def test_a_run_that_is_still_open_is_in_no_value(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    open_run = shop.register(shop.file("payments_2.csv", "50,2,201,2023-05-01,20.00,,"), as_of=AS_OF)
    shop.engine.plan(open_run)
    shop.engine.load(shop.engine.steps(open_run, "extract")[0])
    assert shop.sql("select count(*) from payments where payment_id = 50") == [(1,)]

    other = shop.run(shop.file("payments_3.csv", "51,8,801,2023-05-01,1.00,,"), as_of=AS_OF)
    assert moves(other) == [(8, 33.0, 36.0)]
    assert shop.ltv(AS_OF)[2][5] == "150.10"
    shop.run(as_of="2023-08-01")
    assert shop.ltv("2023-08-01")[2][1] == "100.00"

    assert moves(shop.engine.finish(open_run)) == [(2, 150.10, 180.12)]
    assert shop.built(AS_OF) == shop.by_the_book(AS_OF)
    assert modes(shop.run(as_of="2023-08-01")) == ["incremental", "incremental"]
    assert shop.ltv("2023-08-01")[2][1] == "120.00"
