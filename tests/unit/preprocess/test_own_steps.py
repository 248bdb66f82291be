"""Steps of your own: a function with a name, which may flag rows and take none away."""

from __future__ import annotations

import pandas as pd
import pytest

from sluice import preprocess
from sluice.engine.preprocess import Outcome, Statistic, Statistics, Step
from sluice.errors import PermanentError
from tests.unit.preprocess.applied import apply, column, frame

TYPES = {"price": "numeric(14,2)", "day": "date"}
ROWS = frame(TYPES, ("1.50", "2024-02-29"), (None, None))


def dear(rows: pd.DataFrame, known: Statistics) -> Outcome:
    is_dear = (rows["price"].astype("double[pyarrow]") > known.whole("mean_price")).fillna(value=False)
    return Outcome(rows.assign(is_dear=is_dear), {"dear": int(is_dear.sum())})


def first_only(rows: pd.DataFrame, known: Statistics) -> Outcome:
    return Outcome(rows.iloc[:1], {})


DEAR = Step("dear", dear, needs=("price",), adds={"is_dear": "boolean"}, statistics=(Statistic("mean", "price"),))


def test_a_function_gets_the_frame_and_what_it_asked_to_know() -> None:
    found = apply(DEAR, ROWS, {"mean_price": {(): 1.25}})
    assert column(found.frame, "is_dear") == [True, False]
    assert found.changed == {"dear": 1}
    assert preprocess.Step is Step


def test_a_step_that_takes_rows_away_is_refused() -> None:
    with pytest.raises(PermanentError, match=r"^Step 'first' made 1 rows of 2: a step must not add or remove rows\."):
        apply(Step("first", first_only, needs=()), ROWS)


def test_a_step_that_does_not_bring_what_it_declares_is_refused() -> None:
    with pytest.raises(PermanentError, match=r"^Step 'dear' returned a frame without the column is_cheap\."):
        apply(Step("dear", dear, needs=("price",), adds={"is_cheap": "boolean"}), ROWS, {"mean_price": {(): 1.0}})


def test_its_source_its_options_and_its_version_define_it() -> None:
    same = Step("dear", dear, ("price",), {"is_dear": "boolean"}, (Statistic("mean", "price"),))
    assert same.definition == DEAR.definition
    others = [
        Step("dear", first_only, ("price",), {"is_dear": "boolean"}, (Statistic("mean", "price"),)),
        Step("dear", dear, ("price",), {"is_dear": "boolean"}, (Statistic("mean", "price", where="price > 0"),)),
        Step("dear", dear, ("price",), {"is_dear": "boolean"}, (Statistic("mean", "price"),), version=2),
    ]
    assert len({DEAR.definition, *(each.definition for each in others)}) == 4


def test_its_definition_is_that_of_version_0_2_0_so_that_stored_statistics_stay_valid() -> None:
    expressions = {"_nth": ("row_number() over (order by {key})", "bigint")}
    assert Step("first", first_only, needs=("price",), expressions=expressions).definition == "eafc9df3ca9a43c2"
    assert DEAR.definition == "1a97ac52a252533d"
