"""Resources of dlt as sources: of dlt itself where SLUICE_TEST_DLT names the Python of an environment with it, and an
object of the same shape."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sluice import Column, Flow, Integer, Pipeline, Rows, Table, Text
from tests.kit.in_process import InProcess

_PYTHON = os.environ.get("SLUICE_TEST_DLT")
PAGES = [[{"id": 1, "name": "tea", "tags": ["a"]}, {"id": 2}], {"id": 3, "name": None}]


def load(engine: InProcess, function: Callable[..., Any]) -> dict[str, Any]:
    columns = [Column("id", Integer(), required=True), Column("name", Text()), Column("tags", Text())]
    table = Table("item", ["id"], columns, on_conflict="update")
    engine.use(Pipeline("items", flows=[Flow(Rows(function, name="items"), table)]))
    return engine.finish(engine.register())


class Resource:
    """It is iterable, and can be called and limited, as a resource of dlt."""

    def __init__(self, pages: list[Any]) -> None:
        self._pages = pages

    def __call__(self) -> Resource:
        return self

    def __iter__(self) -> Iterator[Any]:
        for page in self._pages:
            yield from page if isinstance(page, list) else [page]

    def add_limit(self, pages: int) -> Resource:
        return Resource(self._pages[:pages])


def test_what_has_the_shape_of_a_resource_is_a_source_itself_or_returned(engine: InProcess) -> None:
    resource = Resource(PAGES)
    assert load(engine, resource)["loaded"] == 3
    assert load(engine, lambda: resource.add_limit(1))["read"] == 2
    assert engine.sql("select id, name, tags, _line from item order by id") == [
        (1, "tea", '["a"]', 1), (2, None, None, 2), (3, None, None, 3),
    ]  # fmt: skip


@pytest.fixture
def dlt(monkeypatch: pytest.MonkeyPatch) -> Any:
    if _PYTHON is None:
        pytest.skip("SLUICE_TEST_DLT does not name the Python of an environment with dlt")
    found = subprocess.run(
        [_PYTHON, "-c", "import site; print(site.getsitepackages()[0])"], check=True, capture_output=True, text=True
    )
    monkeypatch.setattr(sys, "path", [*sys.path, found.stdout.strip()])
    return pytest.importorskip("dlt")


@pytest.mark.filterwarnings("ignore")
def test_a_resource_of_dlt_is_a_source(engine: InProcess, dlt: Any) -> None:
    @dlt.resource(name="items")
    def items() -> Iterator[Any]:
        yield from PAGES

    assert load(engine, items)["loaded"] == 3
    assert load(engine, lambda: items().add_map(lambda row: row | {"name": "mapped"}))["updated"] == 3
    assert engine.sql("select distinct name from item") == [("mapped",)]


@pytest.mark.filterwarnings("ignore")
def test_an_incremental_resource_of_dlt_goes_on_from_the_state(engine: InProcess, dlt: Any) -> None:
    begun = []

    def events(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
        start = dlt.sources.incremental("id", initial_value=state.get("since", 0))

        @dlt.resource
        def events_since(at: Any = start) -> Iterator[list[dict[str, Any]]]:
            begun.append(at.last_value)
            yield [{"id": number} for number in range(1, 3 + 2 * len(begun))]

        for event in events_since():
            yield event
            state["since"] = max(state.get("since", 0), event["id"])

    assert load(engine, events)["loaded"] == 4
    second = load(engine, events)
    assert (second["read"], second["unchanged"], second["loaded"]) == (3, 1, 2)  # that of the last value comes again
    assert begun == [0, 4]
