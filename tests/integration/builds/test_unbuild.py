"""A date that was built by mistake is withdrawn: tables and ledger are as if it had never been built."""

from __future__ import annotations

import random
import threading
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from sluice.cli.removal.unbuild import unbuild as command
from sluice.cli.runs.status import status as print_status
from sluice.engine.database.locks import Lock
from sluice.engine.declare import Derived, Pipeline
from sluice.engine.derive import unbuild as module
from sluice.engine.derive.unbuild import Unbuilt, unbuild
from sluice.errors import ConfigError, TransientError
from sluice.pipelines.customer_ltv import pipeline
from tests.integration.preprocess.till import CLEAN, LINES, SALES, table
from tests.kit.in_process import InProcess
from tests.kit.ltv_shop import DAY, SAMPLE, Shop, modes
from tests.kit.stack import until

WRONG = "2099-01-01"
WRONG_DAY = date(2099, 1, 1)
NO_FORECAST = {"customer_ltv_fit": 0, "customer_ltv_forecast": 0}
BUILDS = "select run_id, derived, as_of::text from sluice.build order by id"


@pytest.fixture
def built(shop: Shop) -> Shop:
    """The sample, built as of the end of 2023 by run 1, and by mistake as of 2099 by run 2."""
    shop.run(*shop.files(SAMPLE), shop.file("payment_99.csv", "99,1,77,2023-02-01,5.00,,"))
    shop.run(as_of=WRONG)
    return shop


def test_its_rows_and_builds_are_gone_and_other_dates_stay(built: Shop) -> None:
    before = built.built()
    assert (len(built.ltv(WRONG)), built.orphans(WRONG)) == (10, [("payment_without_order", 99)])

    found = unbuild(pipeline, WRONG_DAY)

    rows = {"customer_ltv": 10, "customer_ltv_orphan": 1} | NO_FORECAST
    assert found == Unbuilt("customer_ltv", WRONG_DAY, rows, 0, 2, [2], [], date(2023, 12, 31))
    assert built.built(WRONG) == ({}, [])
    assert built.built() == before
    assert built.sql("select distinct as_of::text from customer_ltv_latest") == [(DAY,)]
    assert built.sql(BUILDS) == [(1, "customer_ltv", DAY), (1, "customer_ltv_orphan", DAY)]
    assert built.sql("select count(*) from payments") == [(6,)]


def test_the_dry_run_counts_the_same_and_changes_nothing(built: Shop) -> None:
    before = built.built(WRONG), built.sql(BUILDS)

    found = unbuild(pipeline, WRONG_DAY, dry_run=True)

    assert (built.built(WRONG), built.sql(BUILDS)) == before
    assert unbuild(pipeline, WRONG_DAY) == found


def test_a_second_time_and_for_a_date_that_was_never_built_there_is_nothing_to_do(built: Shop) -> None:
    unbuild(pipeline, WRONG_DAY)
    for day in (WRONG_DAY, date(1999, 1, 1)):
        found = unbuild(pipeline, day)
        assert found.is_empty
        assert found.rows == {"customer_ltv": 0, "customer_ltv_orphan": 0} | NO_FORECAST
    assert len(built.ltv()) == 10


def test_the_next_build_of_the_date_is_a_first_one_and_right(built: Shop) -> None:
    """Also when what is withdrawn was the base of an incremental build."""
    status = built.run(built.file("payment_late.csv", "100,1,1,2023-03-01,90.00,,"))
    assert modes(status) == ["incremental", "incremental"]
    as_it_was = built.built()

    found = unbuild(pipeline, date.fromisoformat(DAY))

    assert (found.builds, found.runs, found.newest) == (4, [1, 3], WRONG_DAY)
    assert built.built() == ({}, [])
    status = built.run()
    assert modes(status) == ["full", "full"]
    assert [each["built_before"] for each in status["builds"]] == [None, None]
    assert built.built() == as_it_was == built.by_the_book()
    assert built.ltv()[1][:2] == ("1", "500.00")


def test_rows_that_a_forecast_has_written_for_the_date_are_gone(built: Shop) -> None:
    for day, customers in ((DAY, 2), (WRONG, 3)):
        built.sql(
            "insert into customer_ltv_forecast"
            " select %s, n, 0, 0, 1, null, 1, 1, 1, 1, 1 from generate_series(1, %s) n",
            day,
            customers,
        )
        built.sql(
            "insert into customer_ltv_fit (as_of, customers, repeat_customers, fitted_customers, r, alpha, a, b,"
            " orders_log_likelihood, p, q, v, values_log_likelihood, correlation, notes, months, discount, built_at)"
            " values (%s, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, '{}', 12, 0.01, now())",
            day,
        )

    assert unbuild(pipeline, WRONG_DAY).rows == {
        "customer_ltv": 10,
        "customer_ltv_orphan": 1,
        "customer_ltv_fit": 1,
        "customer_ltv_forecast": 3,
    }

    left = "select 'forecast', as_of::text, count(*) from customer_ltv_forecast group by 2"
    left += " union all select 'fit', as_of::text, count(*) from customer_ltv_fit group by 2 order by 1"
    assert built.sql(left) == [("fit", DAY, 1), ("forecast", DAY, 2)]


def test_it_is_refused_while_a_run_for_the_date_is_open(built: Shop) -> None:
    run = built.register(as_of=WRONG)
    before = built.built(WRONG)

    for dry_run in (True, False):
        with pytest.raises(TransientError, match=rf"Run {run.id} of customer_ltv as of 2099-01-01 is open and builds"):
            unbuild(pipeline, WRONG_DAY, dry_run=dry_run)

    assert built.built(WRONG) == before
    built.engine.finish(run)
    assert unbuild(pipeline, WRONG_DAY).runs == [2, 3]


def test_an_open_run_for_another_date_is_no_obstacle(built: Shop) -> None:
    run = built.register()

    assert unbuild(pipeline, WRONG_DAY).builds == 2

    built.engine.finish(run)
    assert built.built() == built.by_the_book()


def test_it_waits_for_a_build_that_is_under_way(built: Shop, database_url: str) -> None:
    found: list[Unbuilt] = []
    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, %s))", ("customer_ltv_orphan", int(Lock.BUILDING))
        )
        thread = threading.Thread(target=lambda: found.append(unbuild(pipeline, WRONG_DAY)))
        thread.start()
        waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        until(lambda: built.sql(waits) == [(1,)], 60, "the withdrawal that waits")
        assert len(built.ltv(WRONG)) == 10
        other.commit()
        thread.join(60)
    assert [each.builds for each in found] == [2]
    assert built.built(WRONG) == ({}, [])


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ("select pg_advisory_xact_lock(hashtextextended('customer_ltv', 2))", "customer_ltv is being built"),
        ("lock table customer_ltv_forecast in row exclusive mode", "customer_ltv_forecast is being written"),
    ],
)
def test_after_the_lock_timeout_it_names_what_is_in_the_way_and_nothing_is_withdrawn(
    built: Shop, database_url: str, monkeypatch: pytest.MonkeyPatch, taken: str, said: str
) -> None:
    monkeypatch.setattr(module, "_ROOM", "set local lock_timeout = '100ms'")
    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute(taken)
        with pytest.raises(TransientError, match=f"{said} by another program. Nothing was withdrawn"):
            unbuild(pipeline, WRONG_DAY)
    assert len(built.ltv(WRONG)) == 10
    assert len(built.sql(BUILDS)) == 4


def test_a_pipeline_without_dates_has_none_to_withdraw(engine: InProcess) -> None:
    engine.use(Pipeline("till", flows=[SALES], derived=[CLEAN, table()]))
    with pytest.raises(ConfigError, match="till builds no table for a date, so there is none to withdraw"):
        unbuild(engine.pipeline, WRONG_DAY)


def test_tables_without_dates_stay_and_statistics_of_the_date_are_computed_anew(
    engine: InProcess, tmp_path: Path
) -> None:
    dated = replace(
        CLEAN,
        key=("as_of", *CLEAN.key),
        columns={"as_of": "date", **CLEAN.columns},
        sql=CLEAN.sql.replace("select id", "select %(as_of)s::date as as_of, id"),
    )
    undated = Derived(
        "sales_of_day", key=("day",), columns={"day": "date", "sales": "bigint"}, sql=
        "select day, count(*) as sales from {sales} s where day is not null group by day",
    )  # fmt: skip
    engine.use(Pipeline("till", flows=[SALES], derived=[dated, table(), undated]))
    path = tmp_path / "sales_1.csv"
    path.write_text("\n".join(("id,customer,age,gender,category,day,quantity,price", *LINES)) + "\n")
    engine.finish(engine.register(path, as_of=DAY))
    engine.finish(engine.register(as_of=WRONG))
    statistics = "select as_of::text, count(*) from sluice.statistic group by 1 order by 1"
    ((_, number), (_, _)) = of_both = engine.sql(statistics)
    assert of_both == [(DAY, number), (WRONG, number)]
    days = engine.sql("select day::text, sales from sales_of_day order by 1")
    ready = engine.sql("select to_jsonb(r) - 'built_at' - 'as_of' from ready r where as_of = %s order by id", WRONG)

    found = unbuild(engine.pipeline, WRONG_DAY)

    assert found.rows == {"clean": 9, "ready": len(ready)}
    assert (found.statistics, found.builds, found.kept) == (number, 2, ["sales_of_day"])
    assert engine.sql(statistics) == [(DAY, number)]
    assert engine.sql("select day::text, sales from sales_of_day order by 1") == days
    assert engine.sql("select count(*) from sluice.build where derived = 'sales_of_day'") == [(2,)]
    engine.finish(engine.register(as_of=WRONG))
    assert engine.sql(statistics) == of_both
    assert (
        engine.sql("select to_jsonb(r) - 'built_at' - 'as_of' from ready r where as_of = %s order by id", WRONG)
        == ready
    )


@pytest.mark.parametrize("seed", range(3))
def test_after_any_order_of_loads_builds_and_withdrawals_each_date_is_right(shop: Shop, seed: int) -> None:
    chance, dates = random.Random(seed), (DAY, "2023-02-15", WRONG)
    shop.run(*shop.files(SAMPLE))
    built = {DAY}
    for number in range(100, 115):
        day = chance.choice(dates)
        late = [shop.file(f"payment_{number}.csv", f"{number},1,{chance.randint(1, 6)},2023-02-1{number % 10},10.00,,")]
        if chance.random() < 0.4:
            assert unbuild(pipeline, date.fromisoformat(day)).is_empty == (day not in built)
            assert shop.built(day) == ({}, [])
            built -= {day}
        else:
            expected = "incremental" if day in built else "full"
            assert modes(shop.run(*late, as_of=day)) == [expected, expected]
            built |= {day}
    for day in dates:
        shop.run(as_of=day)
        assert shop.built(day) == shop.by_the_book(day)


def test_the_command_tells_what_goes_and_what_stays(built: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    day: Any = datetime(2099, 1, 1)
    command("customer_ltv", day, dry_run=True)
    assert capsys.readouterr().out.splitlines() == [
        "customer_ltv as of 2099-01-01: would be withdrawn",
        "  table                  rows",
        "  customer_ltv             10",
        "  customer_ltv_orphan       1",
        "  customer_ltv_fit          0",
        "  customer_ltv_forecast     0",
        "2 builds, of run 2",
        "loaded rows, other dates, and reports and exports that were written, stay as they are",
        "the newest date that is left: 2023-12-31",
    ]
    command("customer_ltv", day)
    assert capsys.readouterr().out.splitlines()[0] == "customer_ltv as of 2099-01-01: withdrawn"
    command("customer_ltv", day)
    assert capsys.readouterr().out.splitlines() == ["customer_ltv: nothing to withdraw as of 2099-01-01"]
    print_status(2)
    assert ": what it had built as of 2099-01-01" in capsys.readouterr().out
    assert len(built.ltv()) == 10
