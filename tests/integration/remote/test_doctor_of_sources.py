"""What `sluice doctor` says of sources that are fetched."""

from __future__ import annotations

import pytest

from sluice.engine.declare import HttpApi, Pages, Pipeline
from sluice.engine.doctor.sources import look_at_sources
from tests.integration.remote.reading import PATH, TOKEN, declared
from tests.kit.api_server import Answer, ApiServer, saying
from tests.kit.in_process import InProcess
from tests.kit.source_shop import SETTING, Shop, product_table, products

API = Pipeline("api", HttpApi("/x", "customers", base="SLUICE_A_API_URL", token="SLUICE_A_API_TOKEN"), product_table())

pytestmark = pytest.mark.usefixtures("engine")  # how far a watermark stands is asked of the ledger


def _lines(pipeline: Pipeline) -> list[tuple[str, str, str]]:
    return [(each.check, each.state, each.found) for each in look_at_sources([pipeline])]


def test_a_query_that_can_be_asked_is_well(shop: Shop) -> None:
    assert _lines(products()) == [("shop: products", "ok", f"the query of {SETTING} can be executed")]


def test_a_query_that_cannot_be_asked_says_why(shop: Shop) -> None:
    found = 'The query of products fails: relation "gone" does not exist (42P01).'
    assert _lines(products("select * from gone")) == [("shop: products", "wrong", found)]


def test_a_database_that_does_not_answer_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "postgresql://me:sesame-open@127.0.0.1:1/shop")
    found = f"The PostgreSQL of {SETTING} (products) does not answer."
    assert _lines(products()) == [("shop: products", "wrong", found)]


def test_a_pipeline_without_any_of_its_settings_is_not_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    assert _lines(products()) == [("sources of shop", "ok", f"not in use here: {SETTING} are not set")]


def test_a_setting_that_is_missing_beside_others_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_A_API_URL", "https://api.example.com")
    assert _lines(API) == [("api: customers", "wrong", "not set: SLUICE_A_API_TOKEN")]


def test_an_api_is_asked_for_its_first_page(api: ApiServer) -> None:
    pipeline = Pipeline("api", declared(pages=Pages(size=1)), product_table())
    api.answers(PATH, saying([{"id": 1}]))
    assert _lines(pipeline) == [("api: customers", "ok", "its first page comes, and is as declared")]
    assert len(api.asked) == 1


def test_an_api_that_refuses_or_is_away_is_told_after_one_try(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline("api", declared(), product_table())
    api.answers(PATH, saying({}, status=401))
    ((_, state, found),) = _lines(pipeline)
    assert (state, found.partition(" answers ")[2]) == (
        "wrong", "401, Unauthorized. Check the token in the setting SHOP_TOKEN."
    )  # fmt: skip
    monkeypatch.setenv("SHOP_URL", "http://127.0.0.1:1")
    ((_, state, found),) = _lines(pipeline)
    assert (state, "it cannot be reached" in found) == ("wrong", True)


def test_a_source_that_fails_in_a_way_that_nobody_foresaw_ends_no_other_check(
    api: ApiServer, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OverflowError("secret of " + TOKEN)

    monkeypatch.setattr("sluice.engine.sources.http.kind.read_http", fails)
    found = look_at_sources([Pipeline("api", declared(), product_table()), products()])
    assert [(each.check, each.state, each.found) for each in found] == [
        ("api: customers", "wrong", "it cannot be probed: OverflowError"),
        ("shop: products", "ok", f"the query of {SETTING} can be executed"),
    ]


def test_an_api_that_wants_an_absurd_wait_is_told_and_the_next_one_is_asked(api: ApiServer) -> None:
    api.answers(PATH, Answer(status=429, headers={"Retry-After": "Wed, 21 Oct 99999999999 07:28:00 GMT"}))
    api.answers("/other", saying([{"id": 1}]))
    sources = [declared(), declared(url="/other", name="other")]
    found = look_at_sources([Pipeline("api", each, product_table()) for each in sources])
    assert [each.state for each in found] == ["wrong", "ok"]


def test_a_setting_that_is_there_twice_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{SETTING}_FILE", "/nowhere")
    assert _lines(products()) == [("shop: products", "wrong", f"{SETTING} and {SETTING}_FILE are both set: keep one.")]


def test_a_watermark_far_ahead_is_told(engine: InProcess, shop: Shop) -> None:
    pipeline = products(watermark="updated_at")
    engine.use(pipeline)
    assert _lines(pipeline) == [("shop: products", "ok", f"the query of {SETTING} can be executed")]
    engine.finish(engine.register())
    assert len(_lines(pipeline)) == 1
    shop.sql("insert into product values (4, 'milk', 1, '9999-12-31')")
    engine.finish(engine.register())
    last = "9999-12-31 00:00:00+00"
    assert _lines(pipeline)[1:] == [
        (
            "shop: products watermark",
            "warning",
            f"it stands at updated_at = {last}, which lies in the future: no row below it comes any more",
        )
    ]
    engine.sql('update sluice.input set noted = \'{"since": "infinity"}\' where id = 2 returning 1')
    assert "updated_at = infinity, which nothing is greater than" in _lines(pipeline)[1][2]


def test_a_watermark_that_is_a_date_needs_an_overlap(shop: Shop) -> None:
    sql = "select product_id, name, updated_at::date as day from product"
    assert _lines(products(sql, watermark="day"))[1:] == [
        (
            "shop: products watermark",
            "warning",
            "day is a date: rows of a day that come after a fetch of that day are missed",
        )
    ]
    assert len(_lines(products(sql, watermark="day", overlap=1))) == 1


def test_a_watermark_that_is_not_there_is_told(shop: Shop) -> None:
    ((_, state, found),) = _lines(products(watermark="changed"))
    assert (state, found) == ("wrong", 'The query of products fails: column "changed" does not exist (42703).')
