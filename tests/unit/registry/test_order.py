"""Pipelines that come after others: cycles and unknown names are reported, with the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.registry import Registry
from sluice.errors import ConfigError

FILE = """
from sluice import After, Column, Daily, Files, Integer, Pipeline, Table
pipeline = Pipeline("{name}", Files("{name}/*.csv"), Table("{name}", ["n"], [Column("n", Integer(), required=True)]),
                    schedule={schedule})
"""


def write(folder: Path, name: str, schedule: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(FILE.format(name=name, schedule=schedule))
    return path


def test_a_cycle_is_named_and_the_others_work(tmp_path: Path) -> None:
    a, b, c = (write(tmp_path, name, f'After("{other}")') for name, other in (("a", "b"), ("b", "c"), ("c", "a")))
    write(tmp_path, "d", 'Daily("03:00")')
    view = Registry(lambda: [tmp_path]).view()

    assert list(view.declared) == ["d"]
    assert [str(view.broken[path]) for path in (a, b, c)] == [
        f"{a}: each of these pipelines waits for the next one: a -> b -> c -> a. Remove one After.",
        f"{b}: each of these pipelines waits for the next one: b -> c -> a -> b. Remove one After.",
        f"{c}: each of these pipelines waits for the next one: c -> a -> b -> c. Remove one After.",
    ]
    with pytest.raises(ConfigError, match="a -> b -> c -> a"):
        Registry(lambda: [tmp_path]).find("a")


def test_the_pipeline_before_must_exist_and_have_a_schedule(tmp_path: Path) -> None:
    write(tmp_path, "orders", "None")
    wrong, typo = write(tmp_path, "sums", 'After("orders")'), write(tmp_path, "late", 'After("sum")')
    view = Registry(lambda: [tmp_path]).view()

    assert str(view.broken[wrong]) == (
        f"{wrong}: After('orders'): that pipeline needs a schedule, of which this one follows the runs."
    )
    assert str(view.broken[typo]) == f"{typo}: After('sum'): it must name a declared pipeline; did you mean 'sums'?"


def test_while_a_file_cannot_be_read_the_pipeline_before_may_be_in_it(tmp_path: Path) -> None:
    (tmp_path / "orders.py").write_text("pipeline = Pipeline(")
    write(tmp_path, "sums", 'After("orders")')
    assert list(Registry(lambda: [tmp_path]).view().declared) == ["sums"]


def test_a_pipeline_cannot_come_after_itself(tmp_path: Path) -> None:
    path = write(tmp_path, "a", 'After("a")')
    (error,) = Registry(lambda: [tmp_path]).view().broken.values()
    assert str(error) == (
        f"{path}:3: Pipeline 'a': After('a') is the pipeline itself: name the one that comes before it."
    )
