"""Twelve awkward customers, whose rows were worked out by hand."""

from __future__ import annotations

from tests.kit.ltv_awkward import AS_OF, CUSTOMERS, FILES, ORPHANS, SUM, SUM_WITHOUT_6, TABLE, VANISHES
from tests.kit.ltv_shop import Shop, facts, moves

SUM_OF = "select sum(ltv)::text from customer_ltv where as_of = %s"


def test_twelve_awkward_customers_have_the_rows_worked_out_by_hand(shop: Shop) -> None:
    status = shop.run(*shop.files(FILES), as_of=AS_OF)

    assert shop.ltv(AS_OF) == TABLE
    assert shop.orphans(AS_OF) == ORPHANS
    assert shop.sql(SUM_OF, AS_OF) == [(SUM,)]
    assert facts(status, "counts", of="customer_ltv_orphan") == (
        {"payment_of_another_customer": 1, "payment_without_order": 1},
    )
    assert shop.by_the_book(AS_OF) == (TABLE, ORPHANS)


def test_a_customer_who_is_not_in_the_next_snapshot_has_no_row_and_their_order_nobody(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    second = shop.file("customers_2.csv", *(line for line in CUSTOMERS if line != VANISHES))

    status = shop.run(second, as_of=AS_OF)

    assert shop.ltv(AS_OF) == {customer: row for customer, row in TABLE.items() if customer != 6}
    assert shop.orphans(AS_OF) == [("order_without_customer", 601), *ORPHANS]
    assert shop.sql(SUM_OF, AS_OF) == [(SUM_WITHOUT_6,)]
    assert status["gone"] == 1
    assert facts(status, "mode", "rows", "added", "changed", "removed") == ("full", 11, 0, 0, 1)
    assert [str(each) for each in facts(status, "sum_before", "sum_after")] == [SUM, SUM_WITHOUT_6]
    assert moves(status) == [(6, 20.07, None)]


def test_a_day_later_counts_what_came_that_day(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of=AS_OF)
    shop.run(as_of="2023-07-02")
    # 701 is paid now and 703 is ordered: 10 + 20 + 40 in 3 orders, 23.333... each, within 2 days: 70 x 3
    row = ("3", "70.00", "23.33", "3.000000", "3.0000", "210.00", "2023-06-30", "2023-07-02", "0.00")
    assert shop.ltv("2023-07-02")[7] == row
    # one day more: 365.25 / 731 = 0.4996580..., 109,575 / 731 = 149.8974...
    assert shop.ltv("2023-07-02")[2][3:6] == ("0.499658", "3.0000", "149.90")
    assert shop.built("2023-07-02") == shop.by_the_book("2023-07-02")
    assert shop.ltv(AS_OF) == TABLE


def test_days_before_anything_happened_have_customers_and_no_money(shop: Shop) -> None:
    shop.run(*shop.files(FILES), as_of="2020-06-30")
    assert shop.sql("select count(*), sum(total_orders), sum(ltv)::text from customer_ltv") == [(12, 0, "0.00")]
    assert shop.orphans("2020-06-30") == []
