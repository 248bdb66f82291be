"""`sluice explain` and `sluice orphans`: the rows, files and lines behind a value, and what belongs to nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

from sluice.cli.main import app
from sluice.engine.derive.explain import explain, listed
from sluice.errors import ConfigError
from sluice.pipelines import find
from tests.kit.ltv_awkward import AS_OF, CUSTOMERS, FILES, VANISHES
from tests.kit.ltv_shop import SAMPLE, Shop


@pytest.fixture
def built(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.chdir(shop.folder)
    shop.run(*shop.files(FILES), as_of=AS_OF)
    return shop


def _sluice(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def _json(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_sluice(*words, "--json").stdout)
    return found


def test_a_value_is_traced_to_its_orders_payments_files_and_lines(built: Shop) -> None:
    found = explain(built.engine.pipeline, "7")

    assert (found["derived"], found["as_of"]) == ("customer_ltv", date(2023, 7, 1))
    assert (found["row"]["customer_id"], found["row"]["ltv"]) == (7, Decimal("60.00"))
    behind = {title: [tuple(map(str, row.values())) for row in rows] for title, rows in found["behind"].items()}
    customers, orders, payments = (str(built.folder / name) for name in FILES)
    assert behind == {
        "customer": [("7", "Mid", "Way", "mid@example.com", "Kenya", customers, "8")],
        "orders": [
            ("701", "2023-06-30", "Paid after as_of", "10.00", "0", "not paid", orders, "7"),
            ("702", "2023-07-01", "On the day", "20.00", "20.00", "counted", orders, "8"),
            ("703", "2023-07-02", "Ordered after as_of", "40.00", "40.00", "after as_of", orders, "9"),
        ],
        "payments": [
            ("10", "703", "2023-06-01", "40.00", "None", "after as_of", payments, "11"),
            ("9", "702", "2023-07-01", "20.00", "None", "counted", payments, "10"),
            ("8", "701", "2023-07-02", "10.00", "None", "after as_of", payments, "9"),
        ],
    }


@pytest.mark.parametrize(
    ("customer", "orders", "payments"),
    [
        (1, {101: "counted"}, {1: "counted", 2: "refund"}),
        (4, {401: "not paid"}, {}),
        (5, {}, {}),
        (11, {1101: "not paid", 1102: "counted"}, {16: "not settled", 17: "counted"}),
        (12, {1201: "counted"}, {18: "counted"}),  # the money is the order's customer's
    ],
)
def test_each_row_says_what_it_is(built: Shop, customer: int, orders: dict[int, str], payments: dict[int, str]) -> None:
    behind = explain(built.engine.pipeline, str(customer))["behind"]
    assert {row["order_id"]: row["what"] for row in behind["orders"]} == orders
    assert {row["payment_id"]: row["what"] for row in behind["payments"]} == payments


def test_revenues_of_counted_orders_are_the_total_of_each_customer(built: Shop) -> None:
    for customer, row in built.ltv(AS_OF).items():
        orders = explain(built.engine.pipeline, str(customer), date.fromisoformat(AS_OF))["behind"]["orders"]
        counted = [order["revenue"] for order in orders if order["what"] == "counted"]
        assert (str(len(counted)), sum(counted)) == (row[0], Decimal(str(row[1])))


def test_who_has_no_row_any_more_is_explained_by_what_is_loaded(built: Shop) -> None:
    built.run(built.file("customers_2.csv", *(line for line in CUSTOMERS if line != VANISHES)), as_of=AS_OF)
    found = explain(built.engine.pipeline, "6")
    assert found["row"] is None
    assert {title: len(rows) for title, rows in found["behind"].items()} == {"customer": 0, "orders": 1, "payments": 1}
    told = _sluice("explain", "customer_ltv", "6")
    assert told.stdout.startswith("customer_ltv as of 2023-07-01 has no row 6; what is loaded of it:\n")


def test_the_newest_date_is_explained_unless_another_is_named(built: Shop) -> None:
    built.run(as_of="2023-08-01")
    assert explain(built.engine.pipeline, "7")["as_of"] == date(2023, 8, 1)
    assert explain(built.engine.pipeline, "7", date(2023, 7, 1))["row"]["total_orders"] == 1
    assert _json("explain", "customer_ltv", "7", "--as-of", "2023-07-01")["row"]["ltv"] == "60.00"
    assert _json("explain", "customer_ltv", "7")["row"]["total_orders"] == 3


def test_explain_prints_the_row_and_what_is_behind_it(built: Shop) -> None:
    told = _sluice("explain", "customer_ltv", "2")
    assert (told.exit_code, told.stderr) == (0, "")
    built_at = f"{built.sql('select built_at from customer_ltv where customer_id = 2')[0][0]}"
    assert told.stdout == (
        "customer_ltv as of 2023-07-01:\n"
        "  as_of            2023-07-01\n"
        "  customer_id      2\n"
        "  total_orders     1\n"
        "  total_amount     100.00\n"
        "  avg_order_value  100.00\n"
        "  orders_per_year  0.500342\n"
        "  lifespan_years   3.0000\n"
        "  ltv              150.10\n"
        "  first_order      2021-07-01\n"
        "  last_order       2021-07-01\n"
        "  refunds          0.00\n"
        f"  built_at         {built_at}\n"
        "\n"
        "customer: 1\n"
        "  customer_id  first_name  last_name  email            country  file\n"
        "  2            Tom         Twice      tom@example.com  Kenya    customers.csv:3\n"
        "\n"
        "orders: 1\n"
        "  order_id  order_date  product      price   revenue  what     file\n"
        "  201       2021-07-01  Paid in two  100.00  100.00   counted  orders.csv:3\n"
        "\n"
        "payments: 2\n"
        "  payment_id  order_id  payment_date  amount  status  what     file\n"
        "  3           201       2021-07-01    60.00           counted  payments.csv:4\n"
        "  4           201       2021-08-01    40.00           counted  payments.csv:5\n"
    )


def test_explain_for_programs_is_one_object(built: Shop) -> None:
    found = _json("explain", "customer_ltv", "2")
    assert (found["derived"], found["as_of"], found["row"]["customer_id"]) == ("customer_ltv", "2023-07-01", 2)
    assert found["behind"]["payments"][1] == {
        "payment_id": 4,
        "order_id": 201,
        "payment_date": "2021-08-01",
        "amount": "40.00",
        "status": None,
        "what": "counted",
        "file": str(built.folder / "payments.csv"),
        "line": 5,
    }


def test_orphans_are_counted_by_kind_and_listed_with_file_and_line(built: Shop) -> None:
    told = _sluice("orphans", "customer_ltv")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout == (
        "customer_ltv_orphan as of 2023-07-01: 2 rows\n"
        "  payment_of_another_customer: 1\n"
        "  payment_without_order: 1\n"
        "\n"
        "2 of 2:\n"
        "  kind                         id  order_id  customer_id  amount  on_date     file\n"
        "  payment_of_another_customer  18  1201      4            44.00   2023-05-05  payments.csv:19\n"
        "  payment_without_order        6   599       5            33.00   2023-04-01  payments.csv:7\n"
    )


def test_orphans_of_one_kind_and_a_few_of_many(built: Shop) -> None:
    lines = [f"{n},77,{n},2023-05-01,{n}.00,," for n in range(2000, 2030)]
    built.run(built.file("payments_2.csv", *lines), as_of=AS_OF)

    found = _json("orphans", "customer_ltv")
    counts = {"payment_of_another_customer": 1, "payment_without_order": 31}
    assert (found["counts"], len(found["rows"])) == (counts, 20)
    found = _json("orphans", "customer_ltv", "--kind", "payment_without_order", "--limit", "2")
    assert [(row["kind"], row["id"], row["line"]) for row in found["rows"]] == [
        ("payment_without_order", 6, 7),
        ("payment_without_order", 2000, 2),
    ]
    assert found["counts"] == counts


def test_without_orphans_there_is_none_to_list(built: Shop) -> None:
    built.run(as_of="2019-01-01")
    assert _json("orphans", "customer_ltv", "--as-of", "2019-01-01") == {
        "derived": "customer_ltv_orphan",
        "as_of": "2019-01-01",
        "counts": {},
        "rows": [],
    }


def test_the_newest_date_may_have_no_orphans_though_an_older_one_has(shop: Shop) -> None:
    shop.run(*shop.files({**SAMPLE, "payment_2.csv": ["6,5,6,2023-03-01,1.00,,"]}), as_of="2023-10-31")
    shop.run(shop.file("order_2.csv", "6,5,2023-03-01,Ring,1.00"), as_of="2023-11-30")
    assert _json("orphans", "customer_ltv", "--as-of", "2023-10-31")["counts"] == {"payment_without_order": 1}
    assert _sluice("orphans", "customer_ltv").stdout == "customer_ltv_orphan as of 2023-11-30: 0 rows\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("explain", "customer_ltv", "999"),
            "customer_id 999 was not found: neither in customer_ltv nor in the loaded rows.",
        ),
        (("explain", "customer_ltv", "seven"), "customer_id must be an integer, not 'seven'."),
        (("explain", "customer_ltv", "7.5"), "customer_id must be an integer, not '7.5'."),
        (
            ("explain", "customer_ltv", "7", "--as-of", "2023-06-30"),
            "customer_ltv was not built for 2023-06-30 yet: sluice run customer_ltv --as-of 2023-06-30",
        ),
        (
            ("orphans", "customer_ltv", "--as-of", "2023-06-30"),
            "customer_ltv_orphan was not built for 2023-06-30 yet: sluice run customer_ltv --as-of 2023-06-30",
        ),
        (
            ("orphans", "customer_ltv", "--kind", "strays"),
            (
                "Unknown kind 'strays' as of 2023-07-01; expected one of payment_of_another_customer, "
                "payment_without_order."
            ),
        ),
        (("explain", "call_logs", "7"), "call_logs declares no derived table that explains anything."),
        (("orphans", "call_logs"), "call_logs declares no derived table that lists anything."),
        (
            ("explain", "nothing", "7"),
            (
                "Unknown pipeline 'nothing'. Known are call_logs, customer_ltv, unified_sales. "
                "Put your own into a folder of SLUICE_PIPELINES."
            ),
        ),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_sentence(built: Shop, words: tuple[str, ...], message: str) -> None:
    told = _sluice(*words)
    assert (told.exit_code, told.stdout, told.stderr) == (2, "", f"error: {message}\n")
    assert _json(*words) == {"error": {"kind": "ConfigError", "message": message}}


@pytest.mark.parametrize("ask", ["explain", "orphans"])
def test_before_anything_was_built_that_is_what_is_said(shop: Shop, ask: str) -> None:
    with pytest.raises(ConfigError) as caught:
        explain(find("customer_ltv"), "7") if ask == "explain" else listed(find("customer_ltv"), None, None, 20)
    table = "customer_ltv" if ask == "explain" else "customer_ltv_orphan"
    assert str(caught.value) == f"{table} was not built yet: sluice run customer_ltv --as-of YYYY-MM-DD"


def test_a_key_that_is_text_is_taken_as_it_is(shop: Shop) -> None:
    ltv, orphan = shop.engine.pipeline.derived
    texts = {**ltv.columns, "customer_id": "text"}
    sql = {title: text.replace("%(key)s::bigint", "%(key)s::text::bigint") for title, text in ltv.explains.items()}
    own = replace(ltv, name="ltv_by_text", columns=texts, incremental_sql=None, explains=sql)
    shop.engine.use(replace(shop.engine.pipeline, derived=[own, orphan], serves=()))
    shop.run(*shop.files(FILES), as_of=AS_OF)
    assert explain(shop.engine.pipeline, "7")["row"]["customer_id"] == "7"
