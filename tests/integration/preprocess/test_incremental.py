"""A preprocessed table follows the differences of its base table where its steps allow it: as a full build would do."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sluice import preprocess
from sluice.engine.declare import Derived, Files, Pipeline, Preprocessed
from tests.integration.preprocess.till import CLEAN, HEADER, LINES, SALES, STEPS, table
from tests.kit.budget import LONG
from tests.kit.in_process import InProcess
from tests.kit.ltv_shop import modes

NEW = "10,10,,F,toys,2024-03-04,900,30.00"
FOUND = replace(CLEAN, lookups=[("customer_id",), ("category", "day")])


class Shelf:
    """A till whose files are snapshots: rows come, change and go, and the base table is built in full."""

    def __init__(
        self, engine: InProcess, folder: Path, ready: Preprocessed | None = None, clean: Derived = FOUND
    ) -> None:
        self.engine, self.folder, self.files = engine, folder, 0
        flow = replace(
            SALES,
            source=Files("sales*.csv", name="sales", snapshot=True),
            table=replace(SALES.table, on_conflict="update"),
        )
        engine.use(Pipeline("till", flows=[flow], derived=[clean, ready or table()]))

    def run(self, lines: Iterable[str] = ()) -> dict[str, Any]:
        """Load a snapshot of these lines, or build again without one."""
        paths = []
        if lines:
            self.files += 1
            paths = [self.folder / f"sales_{self.files}.csv"]
            paths[0].write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
        return self.engine.finish(self.engine.register(*paths))

    def rows(self) -> list[Any]:
        return self.engine.sql("select to_jsonb(r) - 'built_at' from ready r order by id")

    def counted(self, status: dict[str, Any]) -> dict[str, int]:
        """The counts that the build gives, which are those of the table."""
        counts: dict[str, int] = status["builds"][1]["counts"]
        assert counts == dict(self.engine.sql("select is_abnormal::text, count(*) from ready group by 1"))
        return counts

    def compare(self) -> None:
        """With a full build: the table is emptied, and what its steps know stays."""
        found = self.rows()
        self.engine.sql("truncate clean, ready")
        assert modes(self.run()) == ["full", "full"]
        assert self.rows() == found


@pytest.fixture
def shelf(engine: InProcess, tmp_path: Path) -> Shelf:
    return Shelf(engine, tmp_path)


@pytest.mark.parametrize(
    ("lines", "touched"),
    [
        ((*LINES, NEW), 1),
        ((*LINES, "10,7,20,female,toys,2024-02-29,1,10.00"), 4),  # like rows 1 and 7, of customer 7 as row 2
        (LINES[1:], 3),  # row 7 is the first of its kind now, and the totals of customer 7 are others
        ((LINES[0].replace(",7,", ",8,"), *LINES[1:]), 5),  # rows 2 and 7 are left without it, 3 and 4 have it
        ((*LINES, "10,,,M,,2024-03-04,4,0.02"), 2),  # as row 9, without a customer and a category
        ((*LINES[:8], LINES[8].replace(",M,", ",x,")), 1),
    ],
)
def test_rows_that_are_alike_to_one_that_came_changed_or_went_are_computed_again(
    shelf: Shelf, lines: tuple[str, ...], touched: int
) -> None:
    shelf.run(LINES)
    status = shelf.run(lines)
    assert modes(status) == ["full", "incremental"]
    assert status["builds"][1]["recomputed"] == touched
    shelf.counted(status)
    shelf.compare()


def test_counts_by_kind_go_on_from_those_of_the_last_build(shelf: Shelf) -> None:
    assert shelf.counted(shelf.run(LINES)) == {"false": 6, "true": 3}
    assert shelf.counted(shelf.run((*LINES, NEW))) == {"false": 6, "true": 4}
    assert shelf.counted(shelf.run()) == {"false": 6, "true": 4}
    assert shelf.counted(shelf.run(LINES[:3])) == {"false": 3}


def test_steps_say_what_they_changed_of_the_rows_that_were_computed(shelf: Shelf) -> None:
    shelf.run(LINES)
    built = shelf.run((*LINES, NEW))["builds"][1]
    assert built["steps"][0] == {"step": "missing_age", "changed": {"missing": 1, "filled": 1}}


def line(chance: random.Random, number: int) -> str:
    values = (
        chance.choice(("", "7", "8", "9")),
        chance.choice(("", "20", "30")),
        chance.choice(("F", "woman", "x", "")),
        chance.choice(("toys", "books", "")),
        chance.choice(("2024-02-29", "2024-03-01", "")),
        chance.choice(("1", "2", "")),
        chance.choice(("1.00", "-1.00", "")),
    )
    return ",".join((str(number), *values))


@pytest.mark.parametrize("seed", range(40 if LONG else 4))
def test_any_history_of_snapshots_ends_as_a_full_build_of_the_last(shelf: Shelf, seed: int) -> None:
    chance = random.Random(seed)
    rows = {number: line(chance, number) for number in range(30)}
    shelf.run((*LINES, *(rows[n] for n in sorted(rows) if n > 9)))  # each statistic has rows to compute it from
    for _ in range(6):
        for number in chance.sample(range(40), 6):
            rows[number] = line(chance, number)
        for number in chance.sample(sorted(rows), 3):
            del rows[number]
        status = shelf.run([rows[number] for number in sorted(rows)])
        assert modes(status) == ["full", "incremental"], seed
        shelf.counted(status)
        shelf.compare()


def ranked(frame: pd.DataFrame, known: preprocess.Statistics) -> preprocess.Outcome:
    """It looks at the other rows of the frame."""
    ranks = frame["quantity"].rank(method="first").astype("int64[pyarrow]")
    return preprocess.Outcome(frame.assign(place=ranks), {})


def doubled(frame: pd.DataFrame, known: preprocess.Statistics) -> preprocess.Outcome:
    return preprocess.Outcome(frame.assign(twice=frame["quantity"] * 2), {})


def of_day(frame: pd.DataFrame, known: preprocess.Statistics) -> preprocess.Outcome:
    return preprocess.Outcome(frame.assign(day_sales=frame["_day_sales"]), {})


RANKED = preprocess.Step("ranked", ranked, needs=("quantity",), adds={"place": "bigint"})
DOUBLED = preprocess.Step("doubled", doubled, needs=("quantity",), adds={"twice": "bigint"}, row_by_row=True)
OF_DAY = preprocess.Step(
    "of_day",
    of_day,
    needs=("day",),
    adds={"day_sales": "bigint"},
    expressions={"_day_sales": ("count(*) over (partition by category, day)", "bigint")},
    row_by_row=True,
    alike=(preprocess.Alike(("category", "day")),),
)
KEPT = [
    ("a step that may look at other rows", table(*STEPS, RANKED), FOUND),
    ("a condition with rows of its own", table(preprocess.missing("age", among="id in (select 1)")), FOUND),
    ("a condition that depends on the day", table(preprocess.missing("age", among="day < current_date")), FOUND),
    ("statistics of each build", table(fitted="each build"), FOUND),
    ("no index to look rows up by", table(), CLEAN),
    ("an index that is too narrow", table(), replace(CLEAN, lookups=[("category", "day")])),
]


@pytest.mark.parametrize(("ready", "clean"), [each[1:] for each in KEPT], ids=[each[0] for each in KEPT])
def test_a_table_whose_rows_may_depend_on_others_is_built_in_full(
    engine: InProcess, tmp_path: Path, ready: Preprocessed, clean: Derived
) -> None:
    shelf = Shelf(engine, tmp_path, ready, clean)
    shelf.run(LINES)
    assert modes(shelf.run((*LINES, NEW))) == ["full", "full"]


@pytest.mark.parametrize("own", [DOUBLED, OF_DAY], ids=["of its row", "of rows that are alike"])
def test_a_step_of_ones_own_may_say_on_which_rows_it_depends(
    engine: InProcess, tmp_path: Path, own: preprocess.Step
) -> None:
    shelf = Shelf(engine, tmp_path, table(own))
    shelf.run(LINES)
    assert modes(shelf.run((*LINES[1:], NEW))) == ["full", "incremental"]
    shelf.compare()


def test_a_statistic_that_gets_its_first_rows_changes_all_rows(shelf: Shelf) -> None:
    shelf.run(["1,7,,F,toys,2024-02-29,1,10.00", "2,7,,F,toys,2024-02-29,1,10.00"])
    status = shelf.run(["1,7,,F,toys,2024-02-29,1,10.00", "2,7,,F,toys,2024-02-29,1,10.00", LINES[2]])
    assert modes(status) == ["full", "full"]
    assert shelf.engine.sql("select age from ready order by id") == [(31,), (31,), (31,)]


def test_more_rows_than_a_share_of_the_table_are_not_looked_up(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluice.engine.derive.frames.FEW", 1)
    shelf.run(LINES)
    assert modes(shelf.run((*LINES, NEW))) == ["full", "incremental"]
    assert modes(shelf.run(LINES[:5])) == ["full", "full"]


def test_a_table_that_was_not_built_with_its_base_table_is_built_in_full(engine: InProcess, tmp_path: Path) -> None:
    shelf = Shelf(engine, tmp_path)
    shelf.run(LINES)
    pipeline = engine.pipeline
    engine.use(replace(pipeline, derived=[FOUND]))
    shelf.run((*LINES, NEW))
    engine.use(pipeline)
    assert modes(shelf.run((*LINES, NEW, "11,7,1,F,toys,2024-03-04,1,1.00"))) == ["full", "full"]
    shelf.compare()
