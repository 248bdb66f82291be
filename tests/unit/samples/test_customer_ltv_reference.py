"""The reference for lifetime value, against rows worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from sluice.samples.customer_ltv.reference import Order, Payment, Row, orphans, rows

AS_OF = date(2024, 12, 31)
ZERO = Decimal("0.00")


def paid(order: int, amount: str, day: date = date(2024, 6, 1), status: str | None = None) -> Payment:
    return Payment(100 + order, None, order, day, Decimal(amount), status)


def test_value_is_average_times_orders_a_year_times_three_years() -> None:
    # 2 orders of 150.00 on average, in 731 days, which are 2.001369 years
    orders = [Order(1, 7, date(2023, 1, 1)), Order(2, 7, date(2024, 3, 1))]
    found = rows([7], orders, [paid(1, "100.00"), paid(2, "200.00")], as_of=date(2025, 1, 1))
    assert found == {
        7: Row(
            2,
            Decimal("300.00"),
            Decimal("150.00"),
            Decimal("0.999316"),
            Decimal("449.69"),
            date(2023, 1, 1),
            date(2024, 3, 1),
            ZERO,
        )
    }


def test_less_than_a_year_counts_as_one() -> None:
    found = rows([7], [Order(1, 7, AS_OF)], [paid(1, "100.00", AS_OF)], as_of=AS_OF)
    assert found == {
        7: Row(1, Decimal("100.00"), Decimal("100.00"), Decimal("1.000000"), Decimal("300.00"), AS_OF, AS_OF, ZERO)
    }


def test_everybody_has_a_row_and_strangers_have_none() -> None:
    found = rows([7, 8], [Order(1, 9, AS_OF)], [paid(1, "5.00", AS_OF)], as_of=AS_OF)
    assert found == {n: Row(0, ZERO, ZERO, Decimal("0.000000"), ZERO, None, None, ZERO) for n in (7, 8)}


def test_two_payments_are_one_order_and_refunds_are_subtracted() -> None:
    first = date(2024, 2, 1)
    payments = [paid(1, "60.00"), paid(1, "40.00"), paid(1, "-30.00")]
    found = rows([7], [Order(1, 7, first)], payments, as_of=AS_OF)
    assert found == {
        7: Row(
            1,
            Decimal("70.00"),
            Decimal("70.00"),
            Decimal("1.000000"),
            Decimal("210.00"),
            first,
            first,
            Decimal("30.00"),
        )
    }


def test_an_order_that_was_given_back_whole_still_counts_and_more_than_whole_is_below_zero() -> None:
    orders = [Order(1, 7, AS_OF), Order(2, 8, AS_OF)]
    payments = [paid(1, "60.00"), paid(1, "-60.00"), paid(2, "10.00"), paid(2, "-10.01")]
    found = rows([7, 8], orders, payments, as_of=AS_OF)
    assert (found[7].total_orders, found[7].total_amount, found[7].ltv, found[7].refunds) == (
        1,
        ZERO,
        ZERO,
        Decimal("60.00"),
    )
    assert (found[8].avg_order_value, found[8].ltv) == (Decimal("-0.01"), Decimal("-0.03"))


@pytest.mark.parametrize("status", [None, "", "settled", "Paid", "COMPLETED", "succeeded"])
def test_settled_payments_count(status: str | None) -> None:
    found = rows([7], [Order(1, 7, AS_OF)], [paid(1, "5.00", AS_OF, status)], as_of=AS_OF)
    assert found[7].total_amount == Decimal("5.00")


@pytest.mark.parametrize("status", ["pending", "failed", "refused"])
def test_an_order_without_a_settled_payment_does_not_count(status: str) -> None:
    orders = [Order(1, 7, date(2024, 1, 1)), Order(2, 7, date(2024, 5, 1))]
    found = rows([7], orders, [paid(1, "5.00", AS_OF, status), paid(2, "8.00")], as_of=AS_OF)
    assert (found[7].total_orders, found[7].total_amount, found[7].first_order) == (
        1,
        Decimal("8.00"),
        date(2024, 5, 1),
    )


def test_what_comes_after_as_of_does_not_count_and_a_payment_may_come_before_its_order() -> None:
    tomorrow = date(2025, 1, 1)
    orders = [Order(1, 7, AS_OF), Order(2, 7, tomorrow), Order(3, 7, AS_OF)]
    payments = [paid(1, "5.00", tomorrow), paid(2, "6.00", AS_OF), paid(3, "7.00", date(2024, 12, 1))]
    found = rows([7], orders, payments, as_of=AS_OF)
    assert (found[7].total_orders, found[7].total_amount) == (1, Decimal("7.00"))


def test_the_customer_of_the_order_decides() -> None:
    payment = Payment(1, 8, 1, AS_OF, Decimal("5.00"), None)
    found = rows([7, 8], [Order(1, 7, AS_OF)], [payment], as_of=AS_OF)
    assert (found[7].total_amount, found[8].total_amount) == (Decimal("5.00"), ZERO)


@pytest.mark.parametrize(
    ("amount", "ltv", "thrice"),
    [
        ("0.04", "0.05", "0.14"),  # 974 days are 8/3 years: 9/8 of 0.04 are 0.045
        ("1.00", "1.13", "3.38"),  # 1.125
        ("-1.00", "-1.13", "-3.38"),
        ("1.01", "1.14", "3.41"),  # 1.13625
    ],
)
def test_a_value_on_a_tie_is_rounded_once_and_away_from_zero(amount: str, ltv: str, thrice: str) -> None:
    first = date(2022, 5, 2)
    assert (AS_OF - first).days == 974
    found = rows([7], [Order(1, 7, first)], [paid(1, amount)], as_of=AS_OF)
    assert found[7].ltv == Decimal(ltv)
    three = rows([7], [Order(n, 7, first) for n in (1, 2, 3)], [paid(n, amount) for n in (1, 2, 3)], as_of=AS_OF)
    assert three[7].ltv == Decimal(thrice)


def test_lifespan_and_least_years_can_be_others() -> None:
    found = rows(
        [7], [Order(1, 7, AS_OF)], [paid(1, "10.00")], as_of=AS_OF, lifespan=Decimal("2.5"), min_years=Decimal("0.5")
    )
    assert (found[7].orders_per_year, found[7].ltv) == (Decimal("2.000000"), Decimal("50.00"))


def test_orphans_are_what_belongs_to_nobody_by_as_of() -> None:
    tomorrow = date(2025, 1, 1)
    orders = [Order(1, 7, AS_OF), Order(2, 9, AS_OF), Order(3, 9, tomorrow)]
    payments = [
        Payment(11, 7, 1, AS_OF, Decimal(1)),
        Payment(12, 8, 1, AS_OF, Decimal(1)),
        Payment(13, None, 1, AS_OF, Decimal(1)),
        Payment(14, 7, 5, AS_OF, Decimal(1), "failed"),
        Payment(15, 7, 5, tomorrow, Decimal(1)),
        Payment(16, 8, 1, tomorrow, Decimal(1)),
    ]
    assert orphans({7, 8}, orders, payments, as_of=AS_OF) == {
        "payment_without_order": [14],
        "order_without_customer": [2],
        "payment_of_another_customer": [12],
    }
