"""The sample of unified_sales: what is planted is what an independent count finds, and the bytes never change."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from sluice.samples.unified_sales import FILES, make_unified_sales
from tests.kit.independent_unified import Recount, array, day, records

DATA = Path(__file__).parents[3] / "data" / "unified_sales"


def planted(folder: Path, source: str) -> dict[str, int]:
    expected = json.loads((folder / "expected.json").read_text())
    found: dict[str, int] = expected["sources"][source]["planted"]
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sample")
    make_unified_sales(made, rows=2_000, seed=3)
    return made


@pytest.mark.parametrize(("rows", "seed"), [(80, 1), (81, 2), (200, 3), (1_000, 4), (5_000, 5)])
@pytest.mark.parametrize(("currency", "tolerance_days"), [("USD", 7), ("EUR", 3), ("JPY", 30)])
def test_the_record_of_what_was_planted_equals_an_independent_count(
    tmp_path: Path, rows: int, seed: int, currency: str, tolerance_days: int
) -> None:
    expected = make_unified_sales(tmp_path, rows=rows, seed=seed)
    found = Recount(tmp_path)

    noted = {
        source: {name: value for name, value in books.items() if name != "planted"}
        for source, books in expected["sources"].items()
    }
    assert noted == found.sources()
    assert expected["standardized_data"] == found.standardized(currency=currency, tolerance_days=tolerance_days)
    assert expected["preprocessed_data"] == found.preprocessed()
    for name in ("read", "loaded", "duplicate"):
        assert expected[name] == sum(books[name] for books in noted.values())
    assert expected["rejected"] == sum(sum(books["rejected"].values()) for books in noted.values())


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_defect_is_planted_even_in_the_smallest_sample(tmp_path: Path, seed: int) -> None:
    expected = make_unified_sales(tmp_path, rows=80, seed=seed)

    assert {source: set(books["planted"]) for source, books in expected["sources"].items()} == {
        "sales": {
            *("date_slash", "date_dash", "date_empty", "date_reads_either_way", "price_negative", "price_empty"),
            *("quantity_minus_1", "quantity_0", "quantity_1000", "entered_again"),
        },
        "customers": {
            *("age_null", "age_empty", "gender_empty", "gender_odd", "gender_unlisted"),
            *("location_unknown", "location_empty", "date_joined_empty"),
        },
        "rates": {"rate_null", "rate_negative", "date_empty", "day_with_several"},
        "products": {"price_negative", "price_empty", "stock_negative"},
        "transactions": {"total_negative", "total_empty", "total_with_float_noise", "date_empty", "entered_again"},
    }
    table = expected["standardized_data"]
    assert min(*table["rate_states"].values(), *table["flags"].values()) >= 1
    assert min(expected["preprocessed_data"][name] for name in ("duplicate", "quarantined", "age_was_missing")) >= 1
    assert min(table["product_unknown"], table["customer_unknown"], expected["duplicate"]) >= 1


def test_sales_are_as_branches_write_them(folder: Path) -> None:
    found, counts = Recount(folder), planted(folder, "sales")

    assert all((folder / name).read_bytes().count(b"\r\n") == 1_001 + 10 * n for n, name in enumerate(FILES[:2]))
    texts = [row["Transaction_Date"] for row in found.sales]
    swapped = [t for t in texts if re.match(r"\d\d[/-]", t) and (d := day(t)) and d.day <= 12 and d.day != d.month]
    assert sum("/" in text for text in texts) == counts["date_slash"] > 500
    assert sum(text[2:3] == "-" for text in texts) == counts["date_dash"] > 400
    assert len(swapped) == counts["date_reads_either_way"] > 300
    assert texts.count("") == counts["date_empty"] > 50
    assert sum(row["Price"].startswith("-") for row in found.sales) == counts["price_negative"] > 200
    assert Counter(row["Quantity"] for row in found.sales)["1000"] == counts["quantity_1000"] == 14
    assert len(found.lines) - len(found.sales) == 10
    assert {int(row["Product_ID"]) for row in found.sales} - set(map(int, found.products)) == set(range(501, 506))


def test_the_same_event_under_another_id_stands_behind_the_first(folder: Path) -> None:
    found = Recount(folder)
    for source, rows in (("sales", found.sales), ("transactions", found.transactions)):
        events = [tuple(row.values())[1:] for row in sorted(rows, key=lambda row: int(next(iter(row.values()))))]
        again = sum(event == before for before, event in pairwise(events))
        assert again == planted(folder, source)["entered_again"] == 20


def test_customers_are_as_the_api_answers_them(folder: Path) -> None:
    customers, counts = array(folder / "customers.json"), planted(folder, "customers")

    ages = [each["Age"] for each in customers]
    assert (ages.count(None), ages.count("")) == (counts["age_null"], counts["age_empty"]) == (12, 8)
    assert {0, 17, 18, 30, 31, 100, 101, 120} <= {age for age in ages if isinstance(age, int)}
    assert len({each["Customer_Name"] for each in customers}) == 6
    assert {each["Gender"] for each in customers} == {
        "Female",
        "Male",
        "Non-binary",
        "",
        "female",
        "MALE",
        "F",
        "m",
        "Femle",
    }
    assert Counter(each["Location"] for each in customers)["Unknown"] == counts["location_unknown"] == 83
    assert [each["Date_Joined"] for each in customers].count("") == counts["date_joined_empty"] == 8


def test_rates_have_bad_ones_on_days_without_a_good_one_and_good_ones_several_times(folder: Path) -> None:
    rates, counts = array(folder / "exchange_rates.json"), planted(folder, "rates")

    values = [each["Exchange_Rate"] for each in rates]
    good = Counter(
        (each["Currency_Code"], each["Date"])
        for each in rates
        if each["Exchange_Rate"] is not None and each["Exchange_Rate"] > 0 and each["Date"]
    )
    bad = {(each["Currency_Code"], each["Date"]) for each in rates if not (each["Exchange_Rate"] or -1) > 0}
    assert {code for code, _ in good} == {"AUD", "EUR", "GBP", "JPY", "USD"}
    assert (values.count(None), sum(value is not None and value < 0 for value in values)) == (30, 100)
    assert sum(count > 1 for count in good.values()) == counts["day_with_several"] == 50
    assert len(bad - set(good)) > 40
    assert [each["Date"] for each in rates].count("") == counts["date_empty"] == 15


def test_totals_are_as_floating_point_leaves_them_and_right_to_the_cent(folder: Path) -> None:
    texts = [row["total_amount"] for row in records(folder / "transactions.csv")]
    noisy = [text for text in texts if re.fullmatch(r"-?\d+\.\d{3,}", text)]

    assert len(noisy) == planted(folder, "transactions")["total_with_float_noise"] > 200
    assert all(abs(float(text) - round(float(text), 2)) < 1e-9 for text in noisy)


def test_the_same_arguments_give_the_same_bytes_on_every_python(tmp_path: Path) -> None:
    make_unified_sales(tmp_path, rows=300, seed=42)
    content = b"".join((tmp_path / name).read_bytes() for name in (*FILES, "expected.json"))
    assert hashlib.sha256(content).hexdigest() == "702f2c1b45265099ae23c4ab73a958ae79a3a1be21065ad797d8affb837934ef"


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        make_unified_sales(tmp_path / str(seed), rows=80, seed=seed)
    for name in FILES:
        assert (tmp_path / "1" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()


def test_expected_json_holds_what_the_call_returns(tmp_path: Path) -> None:
    expected = make_unified_sales(tmp_path, rows=80)
    assert json.loads((tmp_path / "expected.json").read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [({"rows": 79}, "rows 79: give at least 80."), ({"rows": 80, "seed": -1}, "seed -1: give at least 0.")],
)
def test_impossible_samples_are_refused(tmp_path: Path, arguments: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        make_unified_sales(tmp_path, **arguments)
    assert not list(tmp_path.iterdir())


def test_the_committed_sample_is_what_the_generator_makes(tmp_path: Path) -> None:
    make_unified_sales(tmp_path, rows=80, seed=11)
    for name in (*FILES, "expected.json"):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()
