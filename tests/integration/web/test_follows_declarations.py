"""`sluice serve` follows the files of pipelines: what they serve is served without a restart."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from sluice.pipelines import find
from tests.integration.web.conftest import WRITE, client
from tests.integration.web.test_served_tables import own
from tests.kit.in_process import InProcess
from tests.kit.stack import until

__all__ = ["own"]
STONES = """
from sluice import Column, Files, Flow, Integer, Pipeline, Serve, Table, Text
pipeline = Pipeline("stones", flows=[Flow(Files("stones/*"), Table("stone", key=("id",), columns=[
    Column("id", Integer(), required=True), Column("colour", Text()), Column("grams", Integer())]))],
    serves=[Serve("stone"{more})])
"""
ROWS = "insert into stone (id, colour, grams, _input_id, _line) values (1, 'red', 5, 1, 1), (2, 'blue', 7, 1, 2)"


def write(folder: Path, more: str = "", name: str = "stones", text: str = STONES) -> None:
    """Whole at once: half of a file would be another mistake."""
    written = folder / "written"
    written.write_text(text.replace("stone", name.removesuffix("s")).replace("{more}", more))
    written.replace(folder / f"{name}.py")


def fill(served: InProcess) -> None:
    served.use(find("stones"))
    served.sql(ROWS)


def status(api: Any, path: str) -> int:
    return int(api.get(path).status_code)


def routes(api: Any) -> set[str]:
    return {path for path in api.get("/openapi.json").json()["paths"] if "stone" in path or "shell" in path}


def test_a_pipeline_that_is_added_is_served(own: Path, served: InProcess) -> None:
    with client() as api:
        assert (status(api, "/tables/stone"), routes(api)) == (404, set())
        write(own)
        until(lambda: status(api, "/tables/stone") == 503, 60, "the route")
        assert api.get("/tables/stone").json()["code"] == "not_built"
        fill(served)
        assert [row["colour"] for row in api.get("/tables/stone").json()["items"]] == ["red", "blue"]
        assert api.get("/tables/stone/2").json() == {"id": 2, "colour": "blue", "grams": 7}
        assert routes(api) == {"/tables/stone", "/tables/stone/{id}"}
        assert api.get("/tables/stone/x").json()["errors"][0]["name"] == "id"
        assert api.get("/runs").json() == {"items": [], "next": None}
    with client(None) as stranger:
        assert status(stranger, "/tables/stone") == 401


def test_what_a_changed_declaration_serves_is_served(own: Path, served: InProcess) -> None:
    write(own)
    fill(served)
    with client(WRITE) as api:
        assert status(api, "/tables/stone?colour=red") == 422
        write(own, ', filters=["colour"], fields=("id", "grams")')
        until(lambda: status(api, "/tables/stone?colour=red") == 200, 60, "the filter")
        assert api.get("/tables/stone?colour=red").json()["items"] == [{"id": 1, "grams": 5}]
        write(own, ', route="/stones"')
        until(lambda: status(api, "/stones") == 200, 60, "the route")
        assert (status(api, "/tables/stone"), routes(api)) == (404, {"/stones"})
        (own / "stones.py").unlink()
        until(lambda: status(api, "/stones") == 404, 60, "no route")
        assert api.post("/stones").json()["code"] == "not_found"
        assert api.post("/healthz").status_code == 405


def test_a_file_with_a_mistake_leaves_what_was_served_and_is_named_once(
    own: Path, served: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    write(own)
    fill(served)
    with client() as api:
        write(own, text="pipeline = stones\n")
        until(lambda: "name 'stones' is not defined" in caplog.text, 60, "the line in the log")
        write(own, name="shells")
        until(lambda: status(api, "/tables/shell") == 503, 60, "the other pipeline")
        assert [row["grams"] for row in api.get("/tables/stone").json()["items"]] == [5, 7]
        write(own, ', fields=("id",)')
        until(lambda: api.get("/tables/stone").json()["items"] == [{"id": 1}, {"id": 2}], 60, "the mended file")
    said = [each.getMessage() for each in caplog.records if "cannot be read" in each.getMessage()]
    (line,) = said
    assert f"{own / 'stones.py'}:1: NameError" in line
    assert "what is served stays as it was" in line


def test_an_address_that_is_taken_leaves_what_was_served_and_is_named_once(
    own: Path, served: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    write(own)
    fill(served)
    caplog.set_level(logging.WARNING, "sluice.web")
    with client() as api:
        write(own, ', route="/tables/stone"', "shells")
        until(lambda: "GET /tables/stone is served by" in caplog.text, 60, "the line in the log")
        assert [row["grams"] for row in api.get("/tables/stone").json()["items"]] == [5, 7]
        write(own, name="shells")
        until(lambda: status(api, "/tables/shell") == 503, 60, "the other pipeline")
        assert status(api, "/tables/stone") == 200
    assert caplog.text.count("GET /tables/stone is served by") == 1


def test_folders_that_are_away_for_a_while_leave_what_was_served(
    own: Path, served: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    write(own)
    fill(served)
    with client() as api:
        own.rename(own.with_name("away"))
        until(lambda: f"{own} is not a folder" in caplog.text, 60, "the line in the log")
        assert status(api, "/tables/stone") == 200
        own.with_name("away").rename(own)
        write(own, ', route="/stones"')
        until(lambda: status(api, "/stones") == 200, 60, "the route")
    assert caplog.text.count(f"{own} is not a folder") == 1
