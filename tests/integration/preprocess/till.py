"""A shop's till: sales from files, a derived table of them, and that table after steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sluice import preprocess
from sluice.engine.declare import Column, Derived, Files, Flow, Pipeline, Preprocessed, Table
from sluice.engine.preprocess import FrameStep
from sluice.engine.types import Date, Decimal, Integer, Text
from tests.kit.in_process import InProcess

SALES = Flow(
    Files("sales*.csv", name="sales"),
    Table(
        "sale",
        key=("id",),
        columns=[
            Column("id", Integer(), required=True),
            Column("customer", Integer()),
            Column("age", Integer()),
            Column("gender", Text()),
            Column("category", Text()),
            Column("day", Date("%Y-%m-%d")),
            Column("quantity", Integer()),
            Column("price", Decimal(14, 2)),
        ],
    ),
)
CLEAN = Derived(
    "clean",
    key=("id",),
    columns={
        "id": "bigint",
        "customer_id": "bigint",
        "age": "smallint",
        "gender": "text",
        "category": "text",
        "day": "date",
        "quantity": "bigint",
        "price": "numeric(14,2)",
    },
    sql="select id, customer as customer_id, age, gender, category, day, quantity, price from {sales} s",
)
STEPS: tuple[FrameStep, ...] = (
    preprocess.missing("age", "median", within=("category",), where="age >= 0"),
    preprocess.missing("price", "reject"),
    preprocess.duplicates(("customer_id", "category", "day", "quantity", "price")),
    preprocess.inconsistent("gender", {"F": ["female", "woman"], "M": ["male", "man"]}, "flag"),
    preprocess.abnormal("price", at_least=0, then="quarantine"),
    preprocess.abnormal("quantity", above=0, outliers=preprocess.fence(within=("category",), where="quantity > 0")),
    preprocess.age_group(),
    preprocess.month("day"),
    preprocess.weekday("day"),
    preprocess.revenue("quantity", "price"),
    preprocess.scaled("price", into="price_scaled", where="price >= 0"),
    preprocess.totals("customer_id", "price", count="customer_sales", total="customer_total", where="price >= 0"),
)
HEADER = "id,customer,age,gender,category,day,quantity,price"
LINES = (
    "1,7,20,female,toys,2024-02-29,1,10.00",
    "2,7,,F,toys,2024-03-03,2,20.00",
    "3,8,31, Man ,toys,2024-03-04,3,30.00",
    "4,8,18,x,books,2024-03-04,2,-5.00",
    "5,9,101,,books,,0,",
    "6,9,,male,food,2024-03-04,900,10.00",
    "7,7,20,female,toys,2024-02-29,1,10.00",
    "8,,40,M,books,2024-03-04,3,0.01",
    "9,,,M,,2024-03-04,4,0.02",
)


def table(*steps: FrameStep, **other: Any) -> Preprocessed:
    return Preprocessed("ready", of="clean", steps=steps or STEPS, counted_by=None if steps else "is_abnormal", **other)


def pipeline(ready: Preprocessed | None = None, clean: Derived = CLEAN) -> Pipeline:
    return Pipeline("till", flows=[SALES], derived=[clean, ready or table()])


class Till:
    """Runs of the pipeline, and what its tables then hold."""

    def __init__(self, engine: InProcess, folder: Path, ready: Preprocessed | None = None) -> None:
        self.engine = engine
        self._folder = folder
        self.declare(ready or table())

    def declare(self, ready: Preprocessed, **clean: Any) -> None:
        self.engine.use(pipeline(ready, replace(CLEAN, **clean)))

    def run(self, name: str = "", *lines: str, **options: Any) -> dict[str, Any]:
        """Load a file of these lines, or none, and return what the build of the table `ready` did."""
        paths = []
        if name:
            paths = [self._folder / f"sales_{name}.csv"]
            paths[0].write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
        status = self.engine.finish(self.engine.register(*paths, **options))
        assert status["state"] == "done"
        (built,) = (each for each in status["builds"] if each["derived"] == "ready")
        return built

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        return self.engine.sql(f"select {', '.join(columns)} from ready order by id")
