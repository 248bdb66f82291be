"""An HTTP API as a source of runs: fetched, loaded, not modified, changed and changed back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Decimal, HttpApi, Integer, Pages, Pipeline, Table, Text
from sluice.errors import TransientError
from tests.integration.remote.reading import PATH, declared
from tests.kit.api_server import Answer, ApiServer, Asked, saying
from tests.kit.in_process import InProcess

TABLE = Table(
    "shop_customer",
    key=("id",),
    columns=[Column("id", Integer(), required=True), Column("name", Text()), Column("owes", Decimal(12, 4))],
    on_conflict="update",
)
ADA = {"id": 1, "name": "Ada", "owes": 0.8946}
EVE = {"id": 2, "name": None, "owes": -1}
ROWS = "select id, name, owes::text from shop_customer order by id"


def _pipeline(**said: Any) -> Pipeline:
    return Pipeline("customers", declared(**said), TABLE)


def _run(engine: InProcess) -> tuple[str, int]:
    (brought,) = engine.finish(engine.register())["inputs"]
    return brought["state"], brought["read"]


def _tagged(document: list[dict[str, Any]]) -> Any:
    """A script that answers 304 to who has the document already."""
    tag = f'"{len(document)}-{document[0]["name"]}"'

    def answer(asked: Asked) -> Answer:
        known = asked.headers.get("if-none-match") == tag
        return Answer(b"", 304) if known else saying(document, headers={"ETag": tag})

    return answer


def test_an_api_is_fetched_and_loaded_like_a_file(engine: InProcess, api: ApiServer) -> None:
    engine.use(_pipeline())
    api.answers(PATH, saying([ADA, EVE, {"id": "x"}]))
    status = engine.finish(engine.register())
    assert (status["state"], status["loaded"], status["rejected"]) == ("done", 2, 1)
    assert engine.sql(ROWS) == [(1, "Ada", "0.8946"), (2, None, "-1.0000")]
    assert engine.sql("select line, code from sluice.reject") == [(3, "not_integer")]
    assert status["inputs"][0]["uri"] == "source:customers"


def test_pages_are_one_input(engine: InProcess, api: ApiServer) -> None:
    engine.use(_pipeline(pages=Pages(size=1)))
    api.answers(PATH, lambda asked: saying({"1": [ADA], "2": [EVE]}.get(asked.query["page"], [])))
    assert _run(engine) == ("done", 2)


@pytest.mark.parametrize("snapshot", [False, True], ids=["an API", "a snapshot"])
def test_what_was_not_modified_has_nothing_to_do_and_what_comes_back_is_loaded(
    engine: InProcess, api: ApiServer, snapshot: bool
) -> None:
    engine.use(_pipeline(snapshot=snapshot))
    api.answers(PATH, _tagged([ADA, EVE]))
    assert [_run(engine), _run(engine)] == [("done", 2), ("already_loaded", 0)]
    api.answers(PATH, _tagged([ADA | {"name": "Ada L."}, EVE]))
    assert [_run(engine), _run(engine)] == [("done", 2), ("already_loaded", 0)]
    api.answers(PATH, _tagged([ADA, EVE]))
    assert _run(engine) == ("done", 2)
    assert engine.sql(ROWS) == [(1, "Ada", "0.8946"), (2, None, "-1.0000")]
    assert engine.sql("select same_as from sluice.input where state = 'already_loaded' order by id") == [(1,), (3,)]


def test_a_tag_holds_no_longer_once_an_answer_without_one_was_loaded(engine: InProcess, api: ApiServer) -> None:
    engine.use(_pipeline())
    api.answers(PATH, _tagged([ADA, EVE]))
    assert _run(engine) == ("done", 2)
    api.answers(PATH, saying([ADA | {"name": "Ada L."}, EVE]))
    assert _run(engine) == ("done", 2)
    api.answers(PATH, _tagged([ADA, EVE]))
    assert _run(engine) == ("done", 2)
    assert engine.sql(ROWS) == [(1, "Ada", "0.8946"), (2, None, "-1.0000")]


def test_a_tag_of_what_was_refused_is_not_offered(engine: InProcess, api: ApiServer) -> None:
    engine.use(_pipeline())
    api.answers(PATH, saying([{"name": "nobody"}], headers={"ETag": '"a"'}))
    assert _run(engine) == ("failed", 0)
    _run(engine)
    assert [asked.headers.get("if-none-match") for asked in api.asked] == [None, None]


def test_everything_is_asked_for_where_that_is_wanted(engine: InProcess, api: ApiServer) -> None:
    engine.use(_pipeline())
    api.answers(PATH, _tagged([ADA, EVE]))
    _run(engine)
    assert engine.finish(engine.register(reload=True))["read"] == 2
    assert api.asked[-1].headers.get("if-none-match") is None


def test_half_an_answer_leaves_nothing_in_the_landing(engine: InProcess, api: ApiServer, tmp_path: Path) -> None:
    engine.use(_pipeline(pages=Pages(size=1), tries=2))
    half = Answer(json.dumps([EVE]).encode(), cut_at=5)
    api.answers(PATH, lambda asked: saying([ADA]) if asked.query["page"] == "1" else half)
    with pytest.raises(TransientError):
        engine.plan(engine.register())
    assert list((tmp_path / "landing").iterdir()) == []


def test_an_api_that_refuses_is_a_refused_input_and_others_go_on(engine: InProcess, api: ApiServer) -> None:
    other = Table("shop_other", TABLE.key, TABLE.columns, "update")
    flows = [*_pipeline().flows, *Pipeline("other", HttpApi("/other", "other", base="SHOP_URL"), other).flows]
    engine.use(Pipeline("customers", flows=flows))
    api.answers(PATH, saying({"error": "who?"}, status=401))
    api.answers("/other", saying([ADA]))
    status = engine.finish(engine.register())
    assert (status["state"], status["loaded"]) == ("done", 1)
    assert [(each["state"], each["error_code"]) for each in status["inputs"]] == [
        ("failed", "unauthorized"),
        ("done", None),
    ]
    assert engine.finish(engine.register())["inputs"][1]["state"] == "already_loaded"


def test_an_api_without_records_gave_no_rows(engine: InProcess, api: ApiServer) -> None:
    engine.use(_pipeline())
    api.answers(PATH, saying([]))
    assert _run(engine) == ("failed", 0)
    assert engine.sql("select error_code, error from sluice.input") == [("no_rows", "customers returned no rows.")]


def test_what_no_record_of_an_answer_has_is_named(engine: InProcess, api: ApiServer) -> None:
    engine.use(_pipeline())
    api.answers(PATH, saying([{"id": 1, "nmae": "Ada"}]))
    (found,) = engine.finish(engine.register())["inputs"]
    assert found["note"] == (
        "Column 'nmae' is unknown; did you mean 'name'? Columns that the pipeline does not know were ignored: nmae. "
        "Columns that the file does not have: name (null in new rows, left as it is in others), "
        "owes (null in new rows, left as it is in others)."
    )
    assert engine.sql("select dialect->'absent' from sluice.input") == [(["name", "owes"],)]
