"""Statistics of preprocessed tables after an undo: as they are computed from the rows that are there."""

from __future__ import annotations

import pytest

from sluice.pipelines import find
from tests.integration.undo.shop import UndoShop

DECLARED = """
from sluice import Column, Derived, Files, Flow, Integer, Pipeline, Preprocessed, Table, Text, preprocess

people = Table("person", key=("id",), on_conflict="{on_conflict}",
               columns=[Column("id", Integer(), required=True), Column("age", Integer())])
ages = Derived("age", key=("id",), columns={{"id": "bigint", "age": "bigint"}}, sql="select id, age from {{people}} p")
pipeline = Pipeline("people", flows=[Flow(Files("*.csv", name="people"), people)],
                    derived=[ages, Preprocessed("age_ready", of="age", steps=[preprocess.missing("age", "median")])])
"""


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
@pytest.mark.parametrize("last", ["c.csv", "a.csv"], ids=["before other rows", "after all others"])
def test_a_median_is_that_of_the_rows_that_are_left(
    shop: UndoShop, monkeypatch: pytest.MonkeyPatch, on_conflict: str, last: str
) -> None:
    folder = shop.folder / "declared"
    folder.mkdir()
    (folder / "people.py").write_text(DECLARED.format(on_conflict=on_conflict))
    monkeypatch.setenv("SLUICE_PIPELINES", str(folder))
    shop.engine.forget()
    shop.engine.use(find("people"))
    files = {
        name: shop.file(name, *rows, header="id,age")
        for name, rows in (
            ("wrong.csv", ("1,90", "2,90", "3,90")),
            ("a.csv", ("4,20", "5,", "6,40")),
            ("c.csv", ("7,60",)),
        )
    }
    order = ["wrong.csv", "a.csv", "c.csv"] if last == "c.csv" else ["wrong.csv", "c.csv", "a.csv"]
    runs = {name: shop.load(files[name]) for name in order}
    assert shop.engine.sql("select distinct value from sluice.statistic where name = 'median_age'") == [("90",)]
    shop.undo(runs["wrong.csv"])
    assert shop.engine.sql("select value, rows from sluice.statistic where name = 'median_age'") == [("40", 3)]
    assert shop.engine.sql("select id, age from age_ready order by id") == [(4, 20), (5, 40), (6, 40), (7, 60)]
