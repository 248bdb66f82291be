"""Derived tables of dates are built again when what they were built with goes, also after some of it has expired."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sluice.pipelines import find
from sluice.tasks.removal.expire import expire
from sluice.tasks.removal.forget import forget
from tests.integration.expire.calls import days_ago
from tests.kit.declared import Declared, declared

PIPELINE = """
calls = Table("calls", key=("id",), columns=[Column("id", Integer(), required=True), Column("who", Text()),
              Column("day", Date("%Y-%m-%d"), required=True)], expire_after="{age} days", expire_by="day")
names = Derived("names", key=("as_of", "who"), columns={{"as_of": "date", "who": "text"}}, without_expired=True,
                sql="select distinct %(as_of)s::date as as_of, who from {{p}}")
pipeline = Pipeline("p", flows=[Flow(Files("*.csv", name="p"), calls)], derived=[names])
"""
KEYLESS = """
pipeline = Pipeline("p", Files("*.csv"), Table("t", key=None, columns=[Column("who", Text(), required=True)]))
"""
NAMES = "select as_of - '2024-01-01'::date, who from names order by 1, 2"


def _expired(calls: Declared) -> int:
    """Two files with builds for a date each; a row of the first has expired. Returns the run of the first."""
    calls.declare(PIPELINE.format(age=200))
    first = calls.load(
        calls.file("1.csv", "id,who,day", f"1,old,{days_ago(100)}", f"2,ann,{days_ago(5)}"), as_of=date(2024, 1, 1)
    )
    calls.load(calls.file("2.csv", "id,who,day", f"3,bob,{days_ago(5)}"), as_of=date(2024, 1, 2))
    calls.declare(PIPELINE.format(age=90))
    assert [each.rows for each in expire([find("p")])] == [1]
    return int(first.status["run"])


def test_an_undo_builds_for_all_dates_that_had_its_rows(tmp_path: Path) -> None:
    with declared(tmp_path) as calls:
        calls.undo(_expired(calls))
        assert calls.box.sql(NAMES) == [(0, "bob"), (1, "bob")]


def test_a_forget_builds_for_all_dates_that_had_the_person(tmp_path: Path) -> None:
    with declared(tmp_path) as calls:
        _expired(calls)
        run = forget("p", [("who", "ann")]).run
        assert run is not None
        assert calls.finish(run)["state"] == "done"
        assert calls.box.sql(NAMES) == [(0, "bob"), (1, "bob")]


def test_a_file_with_forgotten_rows_that_comes_with_other_content_is_still_noted(tmp_path: Path) -> None:
    with declared(tmp_path) as calls:
        calls.declare(KEYLESS)
        calls.load(calls.file("1.csv", "who", "ann", "bob"))
        forget("p", [("who", "ann")])
        (again,) = calls.load(calls.file("1.csv", "who", "bob", "eve")).status["inputs"]
        assert "lines that both have are in the table twice" in again["note"]
