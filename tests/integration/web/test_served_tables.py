"""A pipeline of a user's own gets its API by declaring it: as in docs/how-to/results/serve.md: file to answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sluice.engine.base.settings import settings
from sluice.errors import ConfigError
from sluice.pipelines import find
from sluice.web.app import make_app
from tests.integration.web.conftest import READ, client
from tests.integration.web.test_openapi import MODES, ask
from tests.kit.in_process import InProcess
from tests.kit.stack import EXAMPLES

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "results" / "serve.md").read_text()
(EXAMPLE,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
READINGS = """meter_id,read_at,kwh,state
7,2024-03-31 10:00,1.250,ok
7,2024-03-31 11:00,1.500,ok
7,2024-03-31 12:00,,broken
8,2024-03-31 10:00,-0.5,estimated
8,2024-03-31 11:00,2,ok
"""
ROUTE = "/tables/meter_readings"


@pytest.fixture
def own(served: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a user's own pipelines, beside the examples."""
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv("SLUICE_PIPELINES", f"{folder}:{EXAMPLES}")
    settings.cache_clear()
    return folder


@pytest.fixture
def meters(own: Path, served: InProcess, tmp_path: Path) -> Iterator[Any]:
    """A client of the example's API, its readings loaded."""
    (own / "meters.py").write_text(EXAMPLE)
    (tmp_path / "readings.csv").write_text(READINGS)
    served.use(find("meters"))
    run = served.register(tmp_path / "readings.csv")
    assert served.finish(run)["loaded"] == 5
    with client() as api:
        yield api


def test_the_example_is_short(own: Path) -> None:
    assert len(EXAMPLE.splitlines()) < 40


def test_rows_come_by_the_key_as_json(meters: Any) -> None:
    assert meters.get(ROUTE, params={"limit": 2}).text.startswith(
        '{"items":[{"meter_id":7,"read_at":"2024-03-31T10:00:00+00:00","kwh":"1.250","state":"ok"},'
        '{"meter_id":7,"read_at":"2024-03-31T11:00:00+00:00","kwh":"1.500","state":"ok"}],"next":"'
    )


def test_the_answers_of_the_page_are_those_that_come(meters: Any) -> None:
    asked = re.findall(r"curl .*'localhost:8000(\S+)'\n(\{.*\})?", PAGE)
    assert len(asked) == 3
    for path, answer in asked:
        found = meters.get(path)
        assert found.status_code == 200
        assert not answer or found.text == answer


def test_a_table_without_a_key_is_served_by_input_and_line(own: Path, served: InProcess, tmp_path: Path) -> None:
    (own / "notes.py").write_text(
        "from sluice import Column, Files, Pipeline, Serve, Table, Text\n"
        "table = Table('notes', key=None, columns=[Column('text', Text())])\n"
        "pipeline = Pipeline('notes', Files('*.csv'), table, serves=[Serve('notes')])\n"
    )
    (tmp_path / "a.csv").write_text("text\nx\nx\ny\n")
    served.use(find("notes"))
    served.finish(served.register(tmp_path / "a.csv"))
    with client() as api:
        first = api.get("/tables/notes", params={"limit": 2}).json()
        rest = api.get("/tables/notes", params={"cursor": first["next"]}).json()
        assert [first["items"], rest["items"]] == [[{"text": "x"}, {"text": "x"}], [{"text": "y"}]]
        assert api.get("/tables/notes/1/4").json() == {"text": "y"}


def test_a_key_may_be_a_uuid_and_documents_keep_their_digits(own: Path, served: InProcess, tmp_path: Path) -> None:
    (own / "events.py").write_text(
        "from sluice import Bytes, Column, Files, Inet, Json, Pipeline, Serve, Table, Uuid\n"
        "columns = [Column('id', Uuid(), required=True), Column('about', Json()), Column('seal', Bytes('hex')),\n"
        "           Column('host', Inet())]\n"
        "table = Table('web.events', key=('id',), columns=columns)\n"
        "pipeline = Pipeline('events', Files('*.csv'), table, serves=[Serve('web.events')])\n"
    )
    first, second = (f"6f9619ff-8b86-d011-b42d-00cf4fc964f{n}" for n in "ef")
    (tmp_path / "a.csv").write_text(f'id,about,seal,host\n{second},,,\n{first},"[1.50]",00ff,::1\n')
    served.use(find("events"))
    served.finish(served.register(tmp_path / "a.csv"))
    with client() as api:
        page = api.get("/tables/web.events", params={"limit": 1})
        assert page.text.startswith(
            f'{{"items":[{{"id":"{first}","about":[1.50],"seal":"\\\\x00ff","host":"::1"}}],"next":"'
        )
        rest = api.get("/tables/web.events", params={"cursor": page.json()["next"]}).json()
        assert [each["id"] for each in rest["items"]] == [second]
        assert api.get(f"/tables/web.events/{second.upper()}").json()["host"] is None
        assert api.get("/tables/web.events/nothing").status_code == 422
        assert "WebEventsRow" in api.get("/openapi.json").text


def test_pages_have_all_rows_once(meters: Any) -> None:
    met, asked = [], {"limit": 2, "fields": "meter_id,read_at"}
    while True:
        page = meters.get(ROUTE, params=asked).json()
        met += [(row["meter_id"], row["read_at"][11:13]) for row in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    assert met == [(7, "10"), (7, "11"), (7, "12"), (8, "10"), (8, "11")]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"meter_id": 8}, [(8, "10"), (8, "11")]),
        ({"state": "ok"}, [(7, "10"), (7, "11"), (8, "11")]),
        ({"kwh_from": "1.5"}, [(7, "11"), (8, "11")]),
        ({"kwh_to": "1.25"}, [(7, "10"), (8, "10")]),
        ({"kwh_from": "-1", "kwh_to": "0"}, [(8, "10")]),
        ({"since": "2024-03-31T11:00:00Z"}, [(7, "11"), (7, "12"), (8, "11")]),
        ({"before": "2024-03-31T13:00:00+02:00"}, [(7, "10"), (8, "10")]),
        ({"state": "ok", "meter_id": 7, "since": "2024-03-31T10:30:00Z"}, [(7, "11")]),
    ],
)
def test_filters_choose_rows(meters: Any, asked: dict[str, Any], rows: list[tuple[int, str]]) -> None:
    found = meters.get(ROUTE, params=asked).json()["items"]
    assert [(row["meter_id"], row["read_at"][11:13]) for row in found] == rows


@pytest.mark.parametrize(
    ("asked", "name", "message"),
    [
        ({"state": "fine"}, "state", "must be one of 'ok', 'estimated' or 'broken', not 'fine'"),
        ({"fields": "kwh,price"}, "fields", "unknown field 'price'; expected one of meter_id, read_at, kwh, state"),
        ({"fields": "a,b"}, "fields", "unknown fields 'a', 'b'; expected one of meter_id, read_at, kwh, state"),
        ({"fields": "kwh,"}, "fields", "unknown field ''; expected one of meter_id, read_at, kwh, state"),
        ({"kwh_from": "1e3"}, "kwh_from", "must be a decimal number with a point: 12.50, not '1e3'"),
        ({"kwh_from": "NaN"}, "kwh_from", "must be a decimal number with a point: 12.50, not 'NaN'"),
        ({"meter_id": "seven"}, "meter_id", "must be an integer of at most 64 bits, not 'seven'"),
        ({"limit": "0"}, "limit", "must be an integer between 1 and 1,000, not '0'"),
        ({"read_at_from": "2024-03-31T10:00:00Z"}, "read_at_from",
         "there is no parameter or field of this name here: /openapi.json lists those there are"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(meters: Any, asked: dict[str, Any], name: str, message: str) -> None:
    found = meters.get(ROUTE, params=asked)
    assert (found.status_code, found.json()["errors"]) == (422, [{"in": "query", "name": name, "message": message}])


def test_one_row_is_found_by_its_key(meters: Any) -> None:
    assert meters.get(f"{ROUTE}/7/2024-03-31T12:00:00Z").json() == {
        "meter_id": 7,
        "read_at": "2024-03-31T12:00:00+00:00",
        "kwh": None,
        "state": "broken",
    }
    missing = meters.get(f"{ROUTE}/9/2024-03-31T12:00:00Z")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_row")
    assert missing.json()["detail"] == "meter_readings has no row with meter_id 9, read_at 2024-03-31 12:00:00+00:00."
    assert meters.get(f"{ROUTE}/7/noon").json()["errors"][0]["name"] == "read_at"
    assert meters.get(f"{ROUTE}/7/2024-03-31T12:00:00Z?x=1").status_code == 422


def test_a_cursor_of_other_filters_is_refused(meters: Any) -> None:
    cursor = meters.get(ROUTE, params={"limit": 1}).json()["next"]
    assert meters.get(ROUTE, params={"state": "ok", "cursor": cursor}).json()["errors"][0]["name"] == "cursor"


def test_the_document_says_what_the_declaration_says(meters: Any) -> None:
    document = meters.get("/openapi.json").json()
    operation = document["paths"][ROUTE]["get"]
    parameters = {each["name"]: each for each in operation["parameters"]}
    assert list(parameters) == [
        "meter_id", "state", "since", "before", "kwh_from", "kwh_to", "fields", "limit", "cursor"
    ]  # fmt: skip
    assert parameters["state"]["schema"]["enum"] == ["ok", "estimated", "broken"]
    assert parameters["since"]["schema"]["format"] == "date-time"
    assert (parameters["before"]["description"], operation["tags"]) == ("read_at, earlier than this.", ["meters"])
    assert {"name": "meters", "description": "Readings of meters."} in document["tags"]
    row = document["components"]["schemas"]["MeterReadingsRow"]["properties"]
    assert row["kwh"] == {
        "type": ["string", "null"],
        "pattern": r"^-?[0-9]+\.[0-9]{3}$",
        "description": "Since the meter was installed.",
    }
    assert f"{ROUTE}/{{meter_id}}/{{read_at}}" in document["paths"]
    assert operation["responses"]["200"]["content"]["application/json"]["example"]["items"] == [
        {"meter_id": 7, "read_at": "2024-03-31T10:00:00+00:00", "kwh": "1.250", "state": "ok"}
    ]


OTHER = """
from sluice import (Boolean, Column, Date, Derived, Files, Flow, Integer, OwnTable, Pipeline, Range, Serve, Table, Text)
pipeline = Pipeline(
    "shop",
    flows=[Flow(Files("shop/*", name="items"), Table("shop_item", key=("sku",), columns=[
        Column("sku", Text(), required=True), Column("sold_on", Date("%Y-%m-%d")), Column("good", Boolean()),
        Column("limit", Integer())]))],
    derived=[
        Derived("shop_day", key=("as_of", "sku"), columns={"as_of": "date", "sku": "text", "n": "integer",
                "share": "double precision"}, sql="select 1"),
        Derived("shop_kind", key=("kind", "day", "price"), indexes=[("n",), ("good", "tag")],
                columns={"kind": "text", "day": "date", "price": "numeric(10,2)", "n": "bigint", "good": "boolean",
                         "tag": "text", "more": "jsonb", "many": "integer[]"}, sql="select 1"),
    ],
    own_tables=[OwnTable("shop_guess", key=("sku",), columns={"sku": "text", "p": "real"}, nullable=("p",),
                         filled_by="sluice forecast shop --as-of YYYY-MM-DD")],
    serves=[
        Serve("shop_item", filters=["good", Range("sold_on")], fields=("sku", "sold_on")),
        Serve("shop_day", filters=["n", Range("share")]),
        Serve("shop_day", route="/shop/all", by=("as_of", "sku"), called="AnyDay"),
        Serve("shop_day_latest"),
        Serve("shop_kind", filters=["n", "good", "tag"]),
        Serve("shop_guess"),
        Serve("cheap", sql="select sku, 100 * 7 % 10 as left_over from shop_item -- 5 % off", by=("sku",),
              columns={"sku": "text", "left_over": "integer"}, required=("sku",), leave_out="sku like 'x%'"),
    ],
)
"""


SHOP_ROWS = """
insert into shop_item (sku, sold_on, good, _input_id, _line)
values ('a/b', '2024-01-01', true, 1, 1), ('b', '2024-02-01', false, 1, 2), ('x', null, null, 1, 3);
insert into shop_day (as_of, sku, n, share)
values ('2024-01-31', 'a', 1, 0.5), ('2024-01-31', 'b', 2, 1), ('2024-02-29', 'a', 1, 'NaN'),
       ('2024-02-29', 'b', 2, 0.25), ('2024-02-29', 'c', 3, null);
insert into shop_kind (kind, day, price, n, more, many)
values ('k', '2024-01-01', 1.5, 7, '{"a": 1}', '{1,2}'), ('k', '2024-01-01', 2.25, 7, null, null),
       ('k', '2024-01-02', 'NaN', 8, null, null)
"""


@pytest.fixture
def shop(own: Path, served: InProcess) -> Iterator[Any]:
    (own / "shop").mkdir()
    (own / "shop" / "__init__.py").write_text(OTHER)
    served.use(find("shop"))
    served.sql(SHOP_ROWS)
    with client() as api:
        yield api


def walk(api: Any, route: str, **asked: Any) -> list[dict[str, Any]]:
    met: list[dict[str, Any]] = []
    while True:
        page = api.get(route, params={"limit": 1, **asked}).json()
        met += page["items"]
        if page["next"] is None:
            return met
        asked["cursor"] = page["next"]


def test_a_table_by_date_is_served_as_of_the_newest_or_another(shop: Any, served: InProcess) -> None:
    assert [(row["as_of"], row["sku"]) for row in walk(shop, "/tables/shop_day")] == [
        ("2024-02-29", "a"), ("2024-02-29", "b"), ("2024-02-29", "c")
    ]  # fmt: skip
    assert [row["sku"] for row in walk(shop, "/tables/shop_day", as_of="2024-01-31")] == ["a", "b"]
    assert shop.get("/tables/shop_day/b").json()["share"] == 0.25
    assert shop.get("/tables/shop_day/b", params={"as_of": "2024-01-31"}).json()["share"] == 1
    missing = shop.get("/tables/shop_day/z", params={"as_of": "2024-01-31"})
    assert missing.json()["detail"] == "shop_day has no row with sku z as of 2024-01-31."


def test_the_pages_after_one_are_of_its_date_although_a_newer_one_comes(shop: Any, served: InProcess) -> None:
    first = shop.get("/tables/shop_day", params={"limit": 1}).json()
    served.sql("insert into shop_day (as_of, sku) values ('2024-03-31', 'b'), ('2024-03-31', 'd')")
    rest = walk(shop, "/tables/shop_day", cursor=first["next"])
    assert [(row["as_of"], row["sku"]) for row in rest] == [("2024-02-29", "b"), ("2024-02-29", "c")]


def test_all_dates_and_the_view_of_the_newest_are_served_where_that_is_declared(shop: Any) -> None:
    assert [(row["as_of"][5:7], row["sku"]) for row in walk(shop, "/shop/all")] == [
        ("01", "a"), ("01", "b"), ("02", "a"), ("02", "b"), ("02", "c")
    ]  # fmt: skip
    assert [row["sku"] for row in walk(shop, "/tables/shop_day_latest")] == ["a", "b", "c"]


def test_what_is_not_a_number_is_null_and_above_no_number(shop: Any) -> None:
    rows = shop.get("/tables/shop_day", params={"fields": "sku,share"}).json()["items"]
    assert rows == [{"sku": "a", "share": None}, {"sku": "b", "share": 0.25}, {"sku": "c", "share": None}]
    found = shop.get("/tables/shop_day", params={"share_from": "0.1"}).json()["items"]
    assert [row["sku"] for row in found] == ["b"]


def test_pages_go_by_texts_dates_and_decimals(shop: Any) -> None:
    rows = walk(shop, "/tables/shop_kind", fields="day,price,more,many")
    assert rows == [
        {"day": "2024-01-01", "price": "1.50", "more": {"a": 1}, "many": [1, 2]},
        {"day": "2024-01-01", "price": "2.25", "more": None, "many": None},
        {"day": "2024-01-02", "price": None, "more": None, "many": None},
    ]
    assert [row["price"] for row in walk(shop, "/tables/shop_kind", n=7)] == ["1.50", "2.25"]
    assert walk(shop, "/tables/shop_kind", good="true", tag="t") == []


def test_a_key_with_a_slash_in_it_is_found(shop: Any) -> None:
    assert shop.get("/tables/shop_item/a%2Fb").json() == {"sku": "a/b", "sold_on": "2024-01-01"}
    assert [row["sku"] for row in walk(shop, "/tables/shop_item", sold_on_to="2024-01-31")] == ["a/b"]


def test_sql_of_ones_own_is_served_and_what_is_left_out_is_counted(shop: Any) -> None:
    assert shop.get("/tables/cheap").json() == {
        "items": [{"sku": "a/b", "left_over": 0}, {"sku": "b", "left_over": 0}], "next": None, "left_out": 1,
    }  # fmt: skip


def test_a_table_that_is_not_there_is_told_by_what_fills_it(shop: Any, served: InProcess) -> None:
    assert shop.get("/tables/shop_guess").json() == {"items": [], "next": None}
    served.sql("drop table shop_guess")
    found = shop.get("/tables/shop_guess")
    assert (found.status_code, found.json()["code"]) == (503, "not_built")
    assert "sluice migrate; sluice forecast shop --as-of YYYY-MM-DD" in found.json()["detail"]


def test_examples_that_nobody_wrote_fit_their_schemas(shop: Any) -> None:
    document = shop.get("/openapi.json").json()
    registry = Registry().with_resource("urn:api", Resource.from_contents(document, DRAFT202012))
    seen = 0
    for path, methods in document["paths"].items():
        if path.startswith(("/tables/", "/shop/")):
            (content,) = methods["get"]["responses"]["200"]["content"].values()
            schema = {"$ref": f"urn:api{content['schema']['$ref']}"}
            Draft202012Validator(schema, registry=registry).validate(content["example"])
            seen += 1
    assert seen == 13


@pytest.mark.timeout(600)
@pytest.mark.slow
def test_no_request_breaks_what_is_served_or_its_document(shop: Any) -> None:
    schema = schemathesis.openapi.from_url(f"{shop.base_url}/openapi.json")
    asked: Counter[str] = Counter()
    for operation in (each.ok() for each in schema.get_all_operations()):
        if operation.path.startswith(("/tables/", "/shop/")):
            for mode in MODES:
                ask(operation, mode, 8, asked, READ)
    assert asked.total() > 100
    assert not [status for status in asked if status >= "5"]


@pytest.mark.parametrize(
    ("served_as", "sentence"),
    [
        ('route="/runs"', "Serve 'meter_readings' of mine: GET /runs is served by the API itself already"),
        ('route="/healthz/"', "GET /healthz/ is served by the API itself already"),
        ('route="/runs/{meter_id}/{read_at}", called="Run"', "the schema Run is that of the API itself already"),
        ('route="/call-logs"', "GET /call-logs is served by Serve 'customer_call_logs' of call_logs already"),
    ],
)
def test_an_address_or_a_name_that_is_taken_ends_it_before_it_begins(own: Path, served_as: str, sentence: str) -> None:
    first = 'Serve(\n            "meter_readings",'
    text = EXAMPLE.replace('"meters"', '"mine"', 1).replace(first, f"{first} {served_as},")
    (own / "mine.py").write_text(text)
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        make_app(settings())


def test_a_pipeline_that_cannot_be_read_leaves_the_others_served(own: Path, caplog: pytest.LogCaptureFixture) -> None:
    (own / "broken.py").write_text("pipeline = 7\n")
    app = make_app(settings())
    assert "/call-logs" in app.openapi()["paths"]
    assert "broken.py: it declares no pipeline" in caplog.text
