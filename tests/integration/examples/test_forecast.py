"""Forecasts against a real PostgreSQL: which orders count, what is written, and what replaces what."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from sluice.engine.export import ExportRequest, Form, export_tables, find_table
from sluice.engine.tables.migrate import make_own_tables
from sluice.errors import ConfigError, DataError, TransientError
from sluice.pipelines.customer_ltv import pipeline
from sluice.pipelines.customer_ltv.forecast import history
from sluice.pipelines.customer_ltv.forecast.prediction import Horizon
from sluice.pipelines.customer_ltv.forecast.run import forecast as forecast_with
from tests.kit.in_process import InProcess
from tests.kit.order_book import AS_OF, CROWD, OPEN, ORDERS, VALUES, Order, Paid, Shop
from tests.kit.stack import until


def forecast(as_of: date, horizon: Horizon | None = None) -> dict[str, Any]:
    return forecast_with(pipeline, as_of, ("settled", "paid", "completed", "succeeded"), horizon)


@pytest.fixture
def shop(engine: InProcess) -> Shop:
    made = Shop(engine)
    made.crowd()
    return made


def test_the_crowds_parameters_come_back_with_a_forecast_for_each_customer(shop: Shop) -> None:
    facts = forecast(AS_OF)

    assert facts["customers"] == facts["fitted_customers"] == CROWD
    assert facts["r"] == pytest.approx(ORDERS.r, rel=0.3)
    assert facts["alpha"] == pytest.approx(ORDERS.alpha, rel=0.4)
    assert facts["q"] == pytest.approx(VALUES.q, rel=0.3)
    assert shop.rows("count(*), min(customer_id), max(customer_id), count(distinct fit_id)") == [(CROWD, 1, CROWD, 1)]
    assert shop.rows(
        "count(*)", "(mean_value is null) <> (frequency = 0) or probability_alive not between 0 and 1"
    ) == [(0,)]
    assert facts["predicted_ltv"] == shop.rows("sum(predicted_ltv)")[0][0]


def test_the_fit_is_noted(shop: Shop) -> None:
    facts = forecast(AS_OF, Horizon(6, 0.02))

    names = ("id", "as_of", "customers", "repeat_customers", "r", "alpha", "a", "b", "p", "q", "v")
    names += ("orders_log_likelihood", "values_log_likelihood", "correlation", "notes", "months", "discount")
    assert shop.sql(f"select {', '.join(names)} from customer_ltv_fit") == [
        tuple(facts["fit" if name == "id" else name] for name in names)
    ]
    assert (facts["months"], facts["discount"], facts["notes"]) == (6, 0.02, [])


def test_a_history_is_that_of_paid_order_days(shop: Shop) -> None:
    shop.buys(5001, Order("2024-06-16", Paid("10")), Order("2024-06-16", Paid("20")))
    shop.buys(5002, Order("2024-06-02", Paid("10")), Order("2024-06-16", Paid("20"), Paid("-5")), Order("2024-06-16"))
    shop.buys(
        5003,
        Order("2024-05-12", Paid("10", status="PAID"), Paid("70", status="failed")),
        Order("2024-05-26", Paid("40", status="")),
        Order("2024-06-09", Paid("50", status="Completed", day="2024-06-30")),
        Order("2024-06-23", Paid("90", status="pending")),
    )
    shop.buys(5004, Order("2024-06-30", Paid("10")))
    shop.buys(5005, Order("2024-06-02", Paid("10")), Order("2024-06-09", Paid("30"), Paid("-40")))

    forecast(AS_OF)

    columns = "customer_id, frequency, recency, t, mean_value::text"
    assert shop.rows(columns, "customer_id > 5000 order by 1") == [
        (5001, 0, 0.0, 2.0, None),  # two orders on a day are one order day
        (5002, 1, 2.0, 4.0, "15.00"),  # what was paid twice, and an order that was not paid
        (5003, 2, 4.0, 7.0, "45.00"),  # by status, whatever its case
        (5004, 0, 0.0, 0.0, None),  # since today
        (5005, 1, 1.0, 4.0, "-10.00"),  # more back than paid
    ]
    assert shop.rows("probability_alive", "customer_id = 5004") == [(1.0,)]


def test_what_comes_after_the_date_or_may_be_taken_back_does_not_count(shop: Shop) -> None:
    paid = Order("2024-06-02", Paid("10"))
    shop.buys(5001, paid, Order("2024-07-01", Paid("10")))
    shop.buys(5002, paid, Order("2024-06-09", Paid("10", day="2024-07-01")))
    shop.buys(5003, paid, Order("2024-06-09", Paid("10"), source=OPEN))
    shop.buys(5004, paid, Order("2024-06-09", Paid("10", source=OPEN)))
    shop.buys(5005, Order("2024-07-01", Paid("10")))

    forecast(AS_OF)

    assert shop.rows("customer_id, frequency", "customer_id > 5000 order by 1") == [
        (5001, 0),
        (5002, 0),
        (5003, 0),
        (5004, 0),
    ]


def test_customers_that_the_build_does_not_have_are_not_forecast(shop: Shop) -> None:
    shop.sql("delete from customer_ltv where customer_id <= 100")

    assert forecast(AS_OF)["customers"] == CROWD - 100
    assert shop.rows("min(customer_id)") == [(101,)]


def test_a_month_without_discount_is_orders_times_value(shop: Shop) -> None:
    forecast(AS_OF, Horizon(1, 0.0))

    # money is rounded to cents, once each
    assert shop.rows(
        "count(*)", "abs(predicted_ltv - expected_orders * expected_value) > 0.0051 * (1 + expected_orders)"
    ) == [(0,)]


def test_again_is_the_same_and_replaces_what_was_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = "customer_id, expected_orders, probability_alive, expected_value, predicted_ltv"
    first = forecast(AS_OF)
    before = shop.rows(columns, "true order by 1")
    monkeypatch.setattr(history, "AT_ONCE", 77)
    again = forecast(AS_OF)

    assert shop.rows(columns, "true order by 1") == before
    assert shop.rows("distinct fit_id") == [(again["fit"],)]
    assert shop.sql("select count(*) from customer_ltv_fit") == [(1,)]
    assert again == first | {"fit": again["fit"]}


def test_each_date_has_its_own_forecast(shop: Shop) -> None:
    earlier = AS_OF - timedelta(days=7)
    shop.sql("insert into customer_ltv select %s, customer_id from customer_ltv", earlier)
    forecast(AS_OF)
    fewer = forecast(earlier)

    assert fewer["as_of"] == earlier
    assert shop.rows("as_of, count(*)", "true group by 1 order by 1") == [(earlier, fewer["customers"]), (AS_OF, CROWD)]


def test_of_very_many_customers_a_share_is_fitted_and_all_are_forecast(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_FITTED", 700)
    facts = forecast(AS_OF)

    assert 500 < facts["fitted_customers"] < 700
    assert shop.rows("count(*)") == [(CROWD,)]


def test_a_date_that_was_not_built_is_refused(shop: Shop) -> None:
    with pytest.raises(
        ConfigError, match=r"was not built as of 2024-06-29, .*: sluice run customer_ltv --as-of 2024-06-29"
    ):
        forecast(date(2024, 6, 29))


def test_a_database_without_the_build_is_refused(engine: InProcess) -> None:
    with pytest.raises(ConfigError, match="was not built as of 2024-06-30"):
        forecast(AS_OF)


def test_customers_who_seldom_come_back_are_refused(shop: Shop) -> None:
    shop.sql("delete from orders o using orders earlier where o.customer_id = earlier.customer_id"
             " and earlier.order_id < o.order_id and o.customer_id > 99")  # fmt: skip

    with pytest.raises(DataError, match=r"^\d\d customers came back to order on another day; a forecast needs 100"):
        forecast(AS_OF)


def test_a_refusal_leaves_the_forecast_before_it_alone(shop: Shop) -> None:
    before = forecast(AS_OF)
    shop.sql("delete from payments where order_id > 500")

    with pytest.raises(DataError):
        forecast(AS_OF)
    assert shop.rows("count(*), min(fit_id)") == [(CROWD, before["fit"])]


def test_spend_that_grows_with_the_orders_is_refused(engine: InProcess) -> None:
    shop = Shop(engine)
    shop.crowd(spend_more=0.5)

    with pytest.raises(DataError, match=r"order more often spend more an order: the correlation is 0\.\d\d") as e:
        forecast(AS_OF)
    assert e.value.code == "correlated_spend"


def test_the_date_that_a_forecast_starts_from_is_not_withdrawn_meanwhile(shop: Shop, database_url: str) -> None:
    make_own_tables(pipeline)
    found: list[BaseException] = []

    def late() -> None:
        try:
            forecast(AS_OF)
        except ConfigError as error:
            found.append(error)

    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("lock table customer_ltv_fit in share row exclusive mode")  # as `sluice unbuild` does
        thread = threading.Thread(target=late)
        thread.start()
        until(
            lambda: shop.sql("select count(*) from pg_locks where locktype = 'relation' and not granted") == [(1,)],
            60,
            "the forecast that waits",
        )
        cursor.execute("delete from customer_ltv")
        other.commit()
        thread.join(60)
    assert ["was not built as of 2024-06-30" in str(each) for each in found] == [True]
    assert shop.rows("count(*)") == [(0,)]


def test_two_forecasts_at_once_do_not_mix(shop: Shop, database_url: str) -> None:
    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('customer_ltv_forecast', 7))")

        with pytest.raises(TransientError, match="Another forecast is being made"):
            forecast(AS_OF)


def test_tables_are_made_once(shop: Shop) -> None:
    made = ["Created table customer_ltv_fit.", "Created table customer_ltv_forecast."]
    assert make_own_tables(pipeline) == made
    assert make_own_tables(pipeline) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_was_forecast_is_exported_by_name(shop: Shop, tmp_path: Path, kind: Literal["csv", "parquet"]) -> None:
    names = ("customer_ltv_forecast", "customer_ltv_fit")
    wanted = [ExportRequest(name, find_table([pipeline], name), f"{tmp_path}/{name}.out") for name in names]
    with pytest.raises(
        ConfigError, match="no table customer_ltv_forecast yet: `sluice migrate` makes it, `sluice run`"
    ):
        export_tables(wanted, Form(kind))
    forecast(AS_OF)
    assert [each.rows for each in export_tables(wanted, Form(kind))] == [CROWD, 1]


def test_a_role_that_may_only_fill_the_tables_is_enough(
    shop: Shop, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast(AS_OF)
    role = f"loader_{os.getpid()}"
    ((schema,),) = shop.sql("select current_schema()")
    shop.sql(f"create role {role} login password 'made-up'; alter role {role} set search_path = {schema}")
    try:
        shop.sql(f"grant usage on schema {schema}, sluice to {role}")
        shop.sql(f"grant select, insert, delete on all tables in schema {schema} to {role}")
        shop.sql(f"grant select on all tables in schema sluice to {role}")
        monkeypatch.setenv("DATABASE_URL", as_role(database_url, role))
        InProcess.forget()

        assert forecast(AS_OF)["customers"] == CROWD
    finally:
        monkeypatch.setenv("DATABASE_URL", database_url)
        InProcess.forget()
        shop.sql(f"drop owned by {role}; drop role {role}")


def as_role(url: str, role: str) -> str:
    """The same database for another role."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:made-up@{parts.netloc.rpartition('@')[2]}"))


EARLIER_TABLES = """
create table customer_ltv_fit (
    id bigint generated always as identity primary key, as_of date not null unique, customers bigint not null,
    repeat_customers bigint not null, fitted_customers bigint not null, r double precision not null,
    alpha double precision not null, a double precision not null, b double precision not null,
    orders_log_likelihood double precision not null, p double precision not null, q double precision not null,
    v double precision not null, values_log_likelihood double precision not null, correlation double precision not null,
    notes text[] not null, months integer not null, discount double precision not null,
    built_at timestamptz not null default now());
create table customer_ltv_forecast (
    as_of date not null, customer_id bigint not null, frequency bigint not null, recency double precision not null,
    t double precision not null, mean_value numeric(14,2), expected_orders double precision not null,
    probability_alive double precision not null, expected_value numeric(14,2) not null,
    predicted_ltv numeric(14,2) not null, fit_id bigint not null, primary key (as_of, customer_id))
"""


def test_tables_that_an_earlier_version_made_are_as_declared(shop: Shop) -> None:
    shop.sql(EARLIER_TABLES)
    assert make_own_tables(pipeline) == []
    forecast(AS_OF)
    assert forecast(AS_OF)["customers"] == CROWD


def test_the_declared_tables_let_nothing_be_null_that_was_not_before(shop: Shop) -> None:
    make_own_tables(pipeline)
    found = shop.sql(
        "select attrelid::regclass::text, attname from pg_attribute where not attnotnull and attnum > 0"
        " and attrelid in ('customer_ltv_fit'::regclass, 'customer_ltv_forecast'::regclass)"
    )
    assert found == [("customer_ltv_forecast", "mean_value")]
