"""`sluice.testing`: what people test their own pipelines with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal as Exact
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from sluice import Column, Decimal, Derived, Files, Integer, Pipeline, Table, at_least
from sluice.engine.base.settings import settings
from sluice.engine.check.examples import failing_examples
from sluice.errors import ConfigError, PermanentError
from sluice.testing import Reject, Sandbox, sandbox

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "declare" / "test-pipelines.md").read_text(encoding="utf-8")
READINGS = Table(
    "readings",
    key=("meter",),
    columns=[
        Column("meter", Integer(), required=True),
        Column("kwh", Decimal(8, 2), required=True, check=at_least(0)),
    ],
)
SUM = Derived(
    "total",
    key=("as_of", "meter"),
    columns={"as_of": "date", "meter": "bigint", "kwh": "numeric(10,2)"},
    sql="select %(as_of)s::date as as_of, r.meter, sum(r.kwh) as kwh from {readings} r group by r.meter",
)
PIPELINE = Pipeline("readings", Files("*", name="readings"), READINGS)


@pytest.fixture
def database() -> Iterator[Sandbox]:
    with sandbox() as made:
        yield made


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(["meter,kwh", *lines, ""]))
    return path


def test_books_rows_and_rejects_of_a_load(database: Sandbox, tmp_path: Path) -> None:
    loaded = database.load(PIPELINE, written(tmp_path, "a.csv", "7,1.5", "8,-1", "7,1.5"))
    assert loaded.state == "done"
    assert loaded.books == {"read": 3, "loaded": 1, "updated": 0, "unchanged": 0, "duplicate": 1, "rejected": 1}
    assert loaded.rejects == [
        Reject(str(tmp_path / "a.csv"), 3, "kwh", "negative", "kwh: '-1' is below 0."),
    ]
    assert database.rows("readings") == [{"meter": 7, "kwh": Exact("1.50")}]


def test_loads_of_one_sandbox_see_each_other(database: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "7,1.5")
    database.load(PIPELINE, path)
    assert database.load(PIPELINE, path).books["read"] == 0
    assert database.load(PIPELINE, path, reload=True).books["loaded"] == 1
    assert database.sql("select count(*) from public.readings") == [(1,)]


def test_derived_tables_are_built_for_a_date(database: Sandbox, tmp_path: Path) -> None:
    pipeline = Pipeline("readings", Files("*", name="readings"), READINGS, derived=[SUM])
    database.load(pipeline, written(tmp_path, "a.csv", "7,1.5", "8,2"), as_of=date(2026, 1, 31))
    assert [(row["meter"], row["kwh"]) for row in database.rows("total")] == [(7, Exact("1.50")), (8, Exact("2.00"))]


def test_an_update_of_several_files_applied_before_ends_with_the_last(database: Sandbox, tmp_path: Path) -> None:
    table = Table("readings", key=READINGS.key, columns=READINGS.columns, on_conflict="update")
    pipeline = Pipeline("readings", Files("*", name="readings"), table)
    files = [written(tmp_path, name, f"7,{value}") for name, value in (("a.csv", 1), ("b.csv", 2), ("c.csv", 3))]
    database.load(pipeline, *files)
    database.load(pipeline, *reversed(files))
    assert database.rows("readings") == [{"meter": 7, "kwh": Exact("1.00")}]


def test_what_the_pipelines_own_code_raises_is_the_cause_of_what_load_raises(database: Sandbox, tmp_path: Path) -> None:
    def broken(frame: pd.DataFrame) -> pd.DataFrame:
        raise RuntimeError("no such meter")

    pipeline = Pipeline("readings", Files("*", name="readings"), READINGS, transform=broken)
    with pytest.raises(PermanentError, match="RuntimeError") as failed:
        database.load(pipeline, written(tmp_path, "a.csv", "7,1.5"))
    assert str(failed.value.__cause__) == "no such meter"


def test_a_path_without_a_file_is_named(database: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.csv"):
        database.load(PIPELINE, tmp_path / "nowhere.csv")


def test_the_settings_of_the_process_are_those_of_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")
    settings.cache_clear()
    with sandbox():
        assert "sandbox_" in os.environ["DATABASE_URL"]
    assert os.environ["DATABASE_URL"] == "postgresql://somewhere/else"
    assert settings().database_url.get_secret_value() == "postgresql://somewhere/else"


def test_the_test_of_the_page_passes(tmp_path: Path) -> None:
    pipeline, test = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[-2:]
    module = ModuleType("meters")
    exec(pipeline, vars(module))  # noqa: S102 - it is our own page
    names = {"pipeline": module.pipeline}
    exec(test.replace("from my_pipelines.meters import pipeline\n", ""), names)  # noqa: S102
    names["test_a_negative_reading_is_refused"](tmp_path)


def test_the_examples_of_the_page_hold() -> None:
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0], names)  # noqa: S102 - it is our own page
    assert len(names["pipeline"].tests) == 3
    assert list(failing_examples(names["pipeline"])) == []
