"""The files that customer_ltv is timed with: as many rows as asked for, all clean, and their sums."""

from pathlib import Path

import pytest

from benchmarks.customer_ltv import data as customer_ltv_data
from benchmarks.customer_ltv.data import make_bench
from tests.kit.independent_ltv import count, orphans, totals

AS_OF = "2024-12-31"


@pytest.mark.parametrize(("customers", "orders", "payments"), [(200, 1_000, 1_200), (50, 300, 100), (1, 1, 1)])
def test_every_row_is_clean_and_the_sums_are_those_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, customers: int, orders: int, payments: int
) -> None:
    monkeypatch.setattr(customer_ltv_data, "STRETCH", 256)
    made = make_bench(tmp_path, customers, orders, payments, seed=3)
    people, bought = count("customers", made.customers), count("orders", made.orders)
    paid = count("payments", made.payments)
    more = count("payments", made.increment, paid.rows)
    assert people.books == (customers, customers, 0, 0)
    assert bought.books == (orders, orders, 0, 0)
    assert paid.books == (payments, payments, 0, 0)
    later = max(1, payments // 100)
    assert more.books == (later, later, 0, 0)
    first, second = list(paid.rows.values()), list(more.rows.values())
    assert totals(people.rows, bought.rows, first, AS_OF)["total_amount"] == str(made.paid)
    assert totals(people.rows, bought.rows, second, AS_OF)["total_amount"] == str(made.paid_more)
    assert set(orphans(people.rows, bought.rows, [*first, *second], AS_OF).values()) == {0}


def test_the_same_arguments_give_the_same_files_and_another_seed_gives_others(tmp_path: Path) -> None:
    made = [make_bench(tmp_path / str(n), 20, 100, 120, seed=seed) for n, seed in enumerate((1, 1, 2))]
    texts = [[path.read_text() for path in (one.orders, one.payments, one.increment)] for one in made]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_a_number_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^orders 0: give at least 1\.$"):
        make_bench(tmp_path, 1, 0, 1)
