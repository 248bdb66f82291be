"""The sample of a shop: what is planted is what an independent count finds, and the bytes never change."""

import csv
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from sluice.samples.customer_ltv import make_customer_ltv
from sluice.samples.customer_ltv import sample as making
from sluice.samples.customer_ltv.rates import ONE_IN
from tests.kit.independent_ltv import Counted, count, orphans, totals

AS_OF = "2024-12-31"
SOURCES = {"customers": "customer_data.csv", "orders": "order_data.csv", "payments": "payment_data.csv"}
LATE = "late/payment_data_late.csv"


def books_of(found: dict[str, object]) -> tuple[object, ...]:
    return tuple(found[name] for name in ("read", "loaded", "duplicate", "rejected"))


def lines_of(found: dict[str, dict[str, object]]) -> dict[str, object]:
    return {code: rejects["lines"] for code, rejects in found["rejects"].items()}


def count_shop(folder: Path) -> dict[str, Counted]:
    return {source: count(source, folder / name) for source, name in SOURCES.items()}


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("customers", "seed"), [(1, 1), (2, 2), (3, 3), (12, 4), (40, 5), (999, 6), (1_001, 7), (8_000, 8)]
)
def test_the_record_of_what_was_planted_equals_an_independent_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, customers: int, seed: int
) -> None:
    monkeypatch.setattr(making, "BLOCK", 1_000)
    expected = make_customer_ltv(tmp_path, customers=customers, seed=seed)
    shop = count_shop(tmp_path)
    for found in expected["files"]:
        assert books_of(found) == shop[found["source"]].books
        assert lines_of(found) == shop[found["source"]].rejects
    people, orders, paid = (shop[source].rows for source in SOURCES)
    assert orphans(people, orders, list(paid.values()), AS_OF) == expected["orphans"]
    assert totals(people, orders, list(paid.values()), AS_OF) == expected["totals"]
    late = count("payments", tmp_path / LATE, paid)
    after = expected["after_late"]
    assert (late.books, late.rejects) == (books_of(after["files"][0]), lines_of(after["files"][0]))
    more = [*paid.values(), *late.rows.values()]
    assert orphans(people, orders, more, AS_OF) == after["orphans"]
    assert totals(people, orders, more, AS_OF) == after["totals"]


def test_as_many_customers_load_as_were_asked_for_with_five_orders_and_six_payments_each(tmp_path: Path) -> None:
    expected = make_customer_ltv(tmp_path, customers=5_000)
    loaded = {books["source"]: books["loaded"] for books in expected["files"]}
    assert loaded["customers"] == expected["totals"]["customers"] == 5_000
    assert 4.8 < loaded["orders"] / 5_000 < 5.2
    assert 5.8 < loaded["payments"] / 5_000 < 6.4
    counts = Counter(order["customer_id"] for order in records(tmp_path / "order_data.csv"))
    assert sum(number == 1 for number in counts.values()) > 1_000
    assert sum(number > 50 for number in counts.values()) > 20


def test_everything_is_planted_even_in_a_small_shop(tmp_path: Path) -> None:
    planted = make_customer_ltv(tmp_path, customers=12)["planted"]
    assert set(planted) == set(ONE_IN)
    assert min(planted.values()) >= 1


def test_about_one_percent_of_the_rows_are_dirty_in_every_way(tmp_path: Path) -> None:
    expected = make_customer_ltv(tmp_path, customers=5_000)
    assert 0.005 < (expected["duplicate"] + expected["rejected"]) / expected["read"] < 0.012
    codes = {books["source"]: set(books["rejects"]) for books in expected["files"]}
    assert codes == {
        "customers": {"missing", "not_integer", "bad_date"},
        "orders": {"missing", "not_integer", "bad_date", "not_money", "negative", "key_conflict"},
        "payments": {
            *("missing", "not_integer", "bad_date", "not_money", "too_precise", "currency", "key_conflict"),
        },
    }
    assert min(expected["orphans"].values()) >= 10
    late = expected["after_late"]["files"][0]
    assert late["loaded"] > 250
    assert (late["duplicate"], set(late["rejects"])) == (6, {"key_conflict"})


def test_late_payments_are_of_the_past_and_change_the_table(tmp_path: Path) -> None:
    expected = make_customer_ltv(tmp_path, customers=1_000)
    rows = records(tmp_path / LATE)
    assert max(row["payment_date"] for row in rows) <= AS_OF
    assert expected["after_late"]["totals"]["total_amount"] != expected["totals"]["total_amount"]
    assert 20 < expected["after_late"]["changed"] < expected["after_late"]["files"][0]["loaded"]


def test_what_a_wrong_join_trips_over_is_in_the_files(tmp_path: Path) -> None:
    make_customer_ltv(tmp_path, customers=2_000)
    people, orders, payments = (records(tmp_path / name) for name in SOURCES.values())
    names = Counter((row["first_name"], row["last_name"]) for row in people)
    assert names.most_common(1)[0][1] > 5
    for name in (("Sinéad", "O'Brien"), ("Nguyễn", "Thị Hà"), ("Robert", "Kim, Jr."), ('Anna "Annie"', "van der Berg")):
        assert names[name] >= 1
    dates = {row["order_id"]: row["order_date"] for row in orders}
    assert any(row["payment_date"] < dates.get(row["order_id"], "") for row in payments)
    assert any(row["payment_date"] > AS_OF for row in payments)
    assert any(row["order_date"] > AS_OF for row in orders)
    pieces = Counter(row["order_id"] for row in payments if not row["amount"].startswith("-"))
    assert {1, 2, 3} <= set(pieces.values())
    assert {row["status"].lower() for row in payments} == {
        *("", "settled", "paid", "completed", "succeeded", "pending", "failed"),
    }


def test_half_of_what_comes_twice_comes_at_the_end_of_its_file(tmp_path: Path) -> None:
    expected = make_customer_ltv(tmp_path, customers=2_000)
    for books in expected["files"][1:]:
        conflicts = books["rejects"]["key_conflict"]["lines"]
        end = books["read"] + 1 - books["duplicate"] - len(conflicts)
        assert sum(line > end for line in conflicts) >= len(conflicts) // 2


def test_the_same_arguments_give_the_same_bytes_with_every_numpy(tmp_path: Path) -> None:
    make_customer_ltv(tmp_path, customers=200, seed=42)
    content = b"".join((tmp_path / name).read_bytes() for name in (*SOURCES.values(), LATE, "expected.json"))
    assert hashlib.sha256(content).hexdigest() == "9b3a2473f93129cf865e3a8b235727bb434ff355349abb842e5bbae9987b193e"


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        make_customer_ltv(tmp_path / str(seed), customers=10, seed=seed)
    assert (tmp_path / "1" / "payment_data.csv").read_bytes() != (tmp_path / "2" / "payment_data.csv").read_bytes()


def test_expected_json_holds_what_the_call_returns(tmp_path: Path) -> None:
    expected = make_customer_ltv(tmp_path, customers=50)
    assert json.loads((tmp_path / "expected.json").read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"customers": 0}, "customers 0: give at least 1."),
        ({"customers": 5, "seed": -1}, "seed -1: give at least 0."),
    ],
)
def test_impossible_shops_are_refused(tmp_path: Path, arguments: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        make_customer_ltv(tmp_path, **arguments)
    assert not list(tmp_path.iterdir())


def test_the_committed_sample_is_what_the_generator_makes(tmp_path: Path) -> None:
    make_customer_ltv(tmp_path, customers=12, seed=883)
    committed = Path(__file__).parents[3] / "data" / "customer_ltv"
    for name in (*SOURCES.values(), LATE, "expected.json"):
        assert (tmp_path / name).read_bytes() == (committed / name).read_bytes()
