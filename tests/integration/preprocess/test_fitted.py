"""What steps know of the whole table is stored: a rerun and a later row are treated as the rows before them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import preprocess
from sluice.errors import ConfigError, OtherDeclaration, PermanentError
from tests.integration.preprocess.till import HEADER, LINES, STEPS, Till, table
from tests.kit.stack import Stack

NEW = "10,10,,F,toys,2024-03-04,900,30.00"
OF_NEW = "age, abnormal, round(price_scaled::numeric, 6)"


def statistics(till: Till) -> list[tuple[Any, ...]]:
    return till.engine.sql("select step, name, of_group, value, rows from sluice.statistic order by 1, 2, 3")


def test_they_are_stored_by_group_with_the_rows_they_came_from(till: Till) -> None:
    till.run("a", *LINES)
    assert statistics(till) == [
        ("abnormal_quantity", "mad_quantity", [], "1", 8),
        ("abnormal_quantity", "median_quantity", [], "2.5", 8),
        ("missing_age", "median_age", [], "25.5", 6),
        ("missing_age", "median_age", ["books"], "40", 3),
        ("missing_age", "median_age", ["toys"], "20", 3),
        ("price_scaled", "deviation_price", [], "10.6851060114624261", 7),
        ("price_scaled", "mean_price", [], "11.4328571428571429", 7),
    ]


def test_a_rerun_writes_nothing(till: Till) -> None:
    till.run("a", *LINES)
    written = till.rows("xmin::text, built_at")
    assert till.run()["mode"] == "unchanged"
    till.engine.sql("update sale set age = age")  # nothing that any input says
    assert till.run("b", *LINES)["changed"] == 0
    assert till.rows("xmin::text, built_at") == written


def test_a_later_row_is_measured_as_those_before_it_and_changes_none_of_them(till: Till) -> None:
    till.run("a", *LINES)
    before, known = till.rows("id, md5(ready::text)"), statistics(till)
    built = till.run("b", NEW)
    assert (built["added"], built["changed"], built["removed"]) == (1, 0, 0)
    assert till.rows("id, md5(ready::text)")[:9] == before
    assert statistics(till) == known
    # 20 is the median of toys without it; (30 - 11.43...) / 10.68... as of row 3, which costs the same
    assert till.rows(OF_NEW)[9] == (20, "quantity_outlier", till.rows(OF_NEW)[2][2])


def test_a_refit_takes_the_later_row_into_account(till: Till) -> None:
    till.run("a", *LINES)
    till.run("b", "10,10,60,F,toys,2024-03-04,1,30.00", "11,11,60,F,toys,2024-03-04,1,30.00")
    assert dict(till.rows("id, age"))[2] == 20
    built = till.run(refit=True)
    assert (built["mode"], built["recomputed"]) == ("full", 11)
    assert dict(till.rows("id, age"))[2] == 31  # of 20, 31, 20, 60, 60
    ages = [row for row in statistics(till) if row[1] == "median_age"]
    assert ages == [
        ("missing_age", "median_age", [], "35.5", 8),
        ("missing_age", "median_age", ["books"], "40", 3),
        ("missing_age", "median_age", ["toys"], "31", 5),
    ]


def test_another_definition_of_a_step_fits_that_step_alone(till: Till) -> None:
    till.run("a", *LINES)
    till.run("b", "10,10,60,F,toys,2024-03-04,1,99.00", "11,11,60,F,toys,2024-03-04,1,99.00")
    before = {
        row[:3]: row[3] for row in till.engine.sql("select step, name, of_group::text, value from sluice.statistic")
    }
    till.declare(table(preprocess.missing("age", "median", where="age >= 0"), *STEPS[1:]))
    assert till.run()["mode"] == "full"
    after = {
        row[:3]: row[3] for row in till.engine.sql("select step, name, of_group::text, value from sluice.statistic")
    }
    assert {key: value for key, value in after.items() if key[0] == "missing_age"} == {
        ("missing_age", "median_age", "[]"): "35.5"
    }
    others = {key: value for key, value in before.items() if key[0] != "missing_age"}
    assert {key: value for key, value in after.items() if key[0] != "missing_age"} == others


def test_with_each_build_they_are_computed_each_time(till: Till) -> None:
    till.declare(table(fitted="each build"))
    till.run("a", *LINES)
    till.run("b", "10,10,60,F,toys,2024-03-04,1,30.00", "11,11,60,F,toys,2024-03-04,1,30.00")
    assert dict(till.rows("id, age"))[2] == 31


def test_as_long_as_there_are_no_rows_to_compute_from_nothing_is_fixed(till: Till) -> None:
    till.run("a", "1,7,,F,toys,2024-02-29,1,10.00")
    assert till.rows("age, price_scaled") == [(None, None)]
    till.run("b", *LINES[1:])
    assert till.rows("age")[:2] == [(26,), (26,)]  # of 31 and 20


def test_rows_of_a_group_that_came_later_take_the_whole_column(till: Till) -> None:
    till.run("a", *LINES)
    till.run("b", "10,10,,F,garden,2024-03-04,1,1.00", "11,10,70,F,garden,2024-03-04,1,1.00")
    assert till.rows("age")[9:] == [(26,), (70,)]


def test_rows_that_go_from_the_table_go_from_the_preprocessed_one(till: Till) -> None:
    till.run("a", *LINES)
    till.declare(table(), sql="select id, customer as customer_id, age, gender, category, day, quantity, price"
                              " from {sales} s where id <> 3")  # fmt: skip
    built = till.run()
    assert (built["removed"], built["rows"]) == (1, 8)


def test_a_run_under_other_steps_is_not_built_by_this_worker(till: Till) -> None:
    till.run("a", *LINES)
    with pytest.raises(OtherDeclaration):
        till.run(derived="0123456789abcdef")


def test_a_step_that_errs_leaves_everything_as_it_was(till: Till) -> None:
    till.run("a", *LINES)
    before = till.rows("md5(ready::text)")
    till.declare(table(*STEPS, preprocess.Step("wrong", wrong, needs=(), adds={"n": "bigint"})))
    with pytest.raises(PermanentError, match=r"^The steps of ready gave a column of another type than they declare"):
        till.run()
    assert till.rows("md5((to_jsonb(ready) - 'n')::text)") != []
    assert len(before) == len(till.rows("id"))
    assert till.engine.sql("select count(*) from ready where n is not null") == [(0,)]


def wrong(frame: Any, known: Any) -> preprocess.Outcome:
    return preprocess.Outcome(frame.assign(n="word"), {})


def test_what_was_fitted_when_and_by_which_run_is_kept(till: Till) -> None:
    till.run("a", *LINES)
    till.run("b", NEW)
    assert till.engine.sql("select distinct run_id, fitted_at <= now() from sluice.statistic") == [(1, True)]
    till.run(refit=True)
    assert till.engine.sql("select distinct run_id from sluice.statistic") == [(3,)]


def test_a_refit_of_a_pipeline_without_such_a_table_is_refused() -> None:
    from sluice.cli.runs.refit import refit

    with pytest.raises(
        ConfigError, match=r"^call_logs has no preprocessed table, so there is nothing to compute again"
    ):
        refit("call_logs")


@pytest.mark.timeout(240)
@pytest.mark.slow
def test_refit_is_a_command_with_workers_of_its_own(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "till.py").write_text(
        "from tests.integration.preprocess import till\npipeline = till.pipeline()\n", encoding="utf-8"
    )
    stack.env |= {"SLUICE_PIPELINES": str(folder), "PYTHONPATH": str(Path(__file__).parents[3])}
    first = tmp_path / "sales_1.csv"
    first.write_text("\n".join((HEADER, *LINES)) + "\n", encoding="utf-8")
    stack.sluice("run", "till", str(first), "--workers", "1")
    more = tmp_path / "sales_2.csv"
    more.write_text(
        f"{HEADER}\n10,10,60,F,toys,2024-03-04,1,30.00\n11,11,60,F,toys,2024-03-04,1,30.00\n", encoding="utf-8"
    )
    stack.sluice("run", "till", str(more), "--workers", "1")
    assert stack.sql("select age from ready where id = 2") == [(20,)]
    found = stack.sluice("refit", "till", "--workers", "1")
    assert [(each["derived"], each["mode"]) for each in found["builds"]] == [("clean", "unchanged"), ("ready", "full")]
    assert stack.sql("select age from ready where id = 2") == [(31,)]
