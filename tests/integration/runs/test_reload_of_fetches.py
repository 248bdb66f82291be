"""`sluice reload` of sources that are fetched: copies that are still in the landing are read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Flow, HttpApi, Integer, Pipeline, Rows, Table, Text
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.registration import NewInput
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.fetched import to_fetch
from sluice.engine.steps.again.reload import files_again
from sluice.errors import ConfigError
from sluice.tasks.enqueue import register_inputs
from tests.kit.api_server import ApiServer, running, saying
from tests.kit.in_process import InProcess

ID, NAME = Column("id", Integer(), required=True), Column("name", Text())
COLOUR = Column("colour", Text())
STORED = "select id, name, colour from item order by id"


def counting(function: Callable[..., Any], *columns: Column, on_conflict: str = "keep") -> Pipeline:
    table = Table("item", ["id"], columns, on_conflict=on_conflict)  # type: ignore[arg-type]
    return Pipeline("items", flows=[Flow(Rows(function, name="items"), table)])


def one_more(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each call gives the next record."""
    state["last"] = state.get("last", 0) + 1
    yield {"id": state["last"], "name": f"n{state['last']}", "colour": "red"}


def load(engine: InProcess, inputs: list[NewInput], *, reload: bool = False) -> Run:
    with transaction() as cursor:
        run = register_inputs(cursor, engine.pipeline, inputs, reload=reload)
    engine.finish(run)
    return run


def fetch(engine: InProcess) -> Run:
    return load(engine, to_fetch(engine.pipeline))


def test_copies_are_read_again_in_their_order_and_the_next_fetch_goes_on_from_the_last(engine: InProcess) -> None:
    engine.use(counting(one_more, ID, NAME))
    fetch(engine)
    fetch(engine)
    engine.sql("update item set name = 'spoilt'")

    found = files_again(engine.pipeline)
    assert (len(found.inputs), found.gone) == (2, [])
    status = load(engine, found.inputs, reload=True).status()
    assert (status.state, status.read, status.loaded) == ("done", 2, 2)
    assert engine.sql("select id, name from item order by id") == [(1, "n1"), (2, "n2")]
    assert len(files_again(engine.pipeline).inputs) == 2  # each copy once, however often it is loaded

    fetch(engine)
    assert engine.sql("select id, name from item order by id") == [(1, "n1"), (2, "n2"), (3, "n3")]


def test_a_copy_that_is_gone_is_named_with_what_to_do(engine: InProcess, tmp_path: Path) -> None:
    engine.use(counting(one_more, ID, NAME))
    first = fetch(engine)
    fetch(engine)
    ((landed,),) = engine.sql("select landed from sluice.input where run_id = %s", first.id)
    Path(landed).unlink()
    found = files_again(engine.pipeline)
    assert len(found.inputs) == 1
    assert found.gone == [
        "items as run 1 fetched it (the copy in the landing is gone); fetch it anew: sluice run items --reload"
    ]
    engine.use(counting(one_more, ID, NAME, on_conflict="update"))
    with pytest.raises(
        ConfigError, match=r"so the others alone would change rows that are right\. Fetch all of it anew"
    ):
        files_again(engine.pipeline)


def test_a_copy_without_the_new_column_is_named(engine: InProcess) -> None:
    """Of records of a function only the declared columns are kept."""
    engine.use(counting(one_more, ID, NAME))
    fetch(engine)
    engine.use(counting(one_more, ID, NAME, COLOUR))
    found = files_again(engine.pipeline, column="colour")
    assert found.inputs == []
    assert found.gone == [
        "items as run 1 fetched it (the copy in the landing has no colour); fetch it anew: sluice run items --reload"
    ]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running() as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        yield server


def test_answers_of_an_api_have_the_values_of_a_new_column(engine: InProcess, api: ApiServer) -> None:
    api.answers("/items", saying([{"id": 1, "name": "bolt", "colour": "red"}]))

    def shop(*columns: Column) -> Pipeline:
        source = HttpApi(url="/items", name="items", base="SHOP_URL")
        return Pipeline("items", flows=[Flow(source, Table("item", ["id"], columns))])

    engine.use(shop(ID, NAME))
    fetch(engine)
    engine.use(shop(ID, NAME, COLOUR))
    found = files_again(engine.pipeline, column="colour")
    assert load(engine, found.inputs, reload=True).status().state == "done"
    assert engine.sql(STORED) == [(1, "bolt", "red")]
    assert files_again(engine.pipeline, column="colour").inputs == []
