"""A query of another PostgreSQL, from its fetch to the rows in a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sluice import Column, Decimal, Files, Flow, Integer, Pipeline, PostgresQuery, Table, Text
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.engine.steps.removal.withdraw import withdraw_input
from sluice.errors import ConfigError, SettingMissing, TransientError
from tests.kit.in_process import InProcess
from tests.kit.source_shop import SETTING, Shop, product_table, products
from tests.kit.tcp_proxy import TcpProxy

LOADED = "select product_id, name, price, updated_at::text, _line from shop_product order by 1"
OUTCOME = "select state, error_code, error from sluice.input order by id"


def _plan_while(engine: InProcess, run: Run, happens: Callable[[], None]) -> None:
    """Plan the run's only input, and give its step back as a worker does when it cannot fetch now."""
    (step,) = engine.steps(run, "plan")
    claim = steps.claim("plan", {"step": step})
    (flow,) = engine.pipeline.flows
    try:
        plan_input(claim, read_input(claim), flow, engine.contracts[flow.source.name], happens)
    except (TransientError, SettingMissing) as error:
        steps.release(claim, str(error), 0)
        raise


def test_a_query_is_fetched_and_loaded_like_a_file(engine: InProcess, shop: Shop, tmp_path: Path) -> None:
    engine.use(products())
    status = engine.finish(engine.register())
    assert (status["state"], status["read"], status["loaded"], status["rejected"]) == ("done", 3, 3, 0)
    assert [each["uri"] for each in status["inputs"]] == ["source:products"]
    assert engine.sql(LOADED) == [
        (1, "tea", "2.50", "2026-01-01 08:00:00+00", 2),
        (2, None, "0.10", "2026-01-02 00:00:00+00", 3),
        (3, None, "-1.00", None, 4),
    ]
    assert [len(each.name) for each in (tmp_path / "landing").iterdir()] == [64]


def test_the_same_answer_again_has_nothing_to_do(engine: InProcess, shop: Shop) -> None:
    engine.use(products())
    engine.finish(engine.register())
    status = engine.finish(engine.register())
    assert (status["state"], status["read"], status["inputs"][0]["state"]) == ("done", 0, "already_loaded")


def test_what_was_loaded_is_loaded_again_where_that_is_asked_for(engine: InProcess, shop: Shop) -> None:
    engine.use(products())
    engine.finish(engine.register())
    engine.sql("delete from shop_product where product_id = 2")
    assert engine.finish(engine.register(reload=True))["read"] == 3
    assert engine.sql("select count(*) from shop_product") == [(3,)]


def test_values_come_exactly_whatever_the_role_has_set(engine: InProcess, shop: Shop) -> None:
    name = urlsplit(shop.url).path[1:]
    for each in ("timezone = 'Asia/Tokyo'", "datestyle = 'German'", "extra_float_digits = -3"):
        shop.sql(f"alter database {name} set {each}")
    shop.sql(
        "update product set name = E'a \"b\"\\n\\\\ é, 100 %%', updated_at = '2026-03-01 00:00:00.000001+09'", None
    )
    engine.use(products("select product_id, name, 0.1::float8 + 0.2 as price, updated_at from product limit 1"))
    engine.finish(engine.register())
    # a Text column folds white space
    assert engine.sql(LOADED) == [(1, 'a "b" \\ é, 100 %', "0.30000000000000004", "2026-02-28 15:00:00.000001+00", 2)]


def test_a_query_may_end_as_people_end_them(engine: InProcess, shop: Shop) -> None:
    engine.use(products("select * from product where name like 't%' -- only {tea} ;\n-- 100 %(x)s;\n ; "))
    assert engine.finish(engine.register())["loaded"] == 1


def test_files_go_with_what_is_fetched_and_only_among_files(engine: InProcess, shop: Shop, tmp_path: Path) -> None:
    till = Table(
        "till", key=("sale",), columns=[Column("sale", Integer(), required=True), Column("price", Decimal(9, 2))]
    )
    fetched = products().flows[0]
    engine.use(Pipeline("shop", flows=[Flow(Files("*.csv", name="sales"), till), fetched]))
    path = tmp_path / "named_like_nothing.txt"
    path.write_text("sale,price\n1,2.50\n")
    status = engine.finish(engine.register(path))
    assert [(each["uri"], each["loaded"]) for each in status["inputs"]] == [(str(path), 1), ("source:products", 3)]
    assert [each.source for each in inputs_of(engine.pipeline, [path], only=["sales"])] == ["sales"]
    assert [each.source for each in inputs_of(engine.pipeline, [], only=["products"])] == ["products"]
    with pytest.raises(ConfigError, match="which --only leaves out"):
        inputs_of(engine.pipeline, [path], only=["products"])
    with pytest.raises(ConfigError, match="shop has no source 'nothing'; its sources: sales, products"):
        inputs_of(engine.pipeline, [], only=["nothing"])


def test_a_file_is_refused_where_no_source_is_files(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not have file sources"):
        inputs_of(products(), [tmp_path / "x.csv"])


@pytest.mark.parametrize(
    ("query", "code", "reason"),
    [
        ("select nothing from product", "query_failed", 'column "nothing" does not exist (42703).'),
        ("select * from gone", "query_failed", 'relation "gone" does not exist (42P01).'),
        ("select 1 / (price + 1) from product", "query_failed", "division by zero (22012)."),
        ("select name::int from product", "query_failed", "invalid text representation (22P02)."),
        ("select setval('counter', 7)", "query_failed", "read only sql transaction (25006)."),
        ("delete from product returning *", "query_failed", "read only sql transaction (25006)."),
        ("select * from product where false", "no_rows", "products returned no rows."),
        ("select name from product", "missing_header", "The header lacks 'product_id'; it has 'name'."),
    ],
)
def test_a_query_that_cannot_be_used_is_refused_with_its_reason_and_no_value(
    engine: InProcess, shop: Shop, query: str, code: str, reason: str
) -> None:
    shop.sql("create sequence counter")
    engine.use(products(query))
    assert engine.finish(engine.register())["state"] == "failed"
    ((state, found, told),) = engine.sql(OUTCOME)
    assert (state, found) == ("failed", code)
    assert told.endswith(reason)
    assert "tea" not in told


def test_a_query_that_takes_too_long_is_ended(engine: InProcess, shop: Shop) -> None:
    engine.use(products("select *, pg_sleep(60) from product", statement_timeout_s=0.2))
    engine.finish(engine.register())
    reason = "The query of products took longer than 0.2 s (statement_timeout_s), or was cancelled."
    assert engine.sql(OUTCOME) == [("failed", "query_failed", reason)]


@pytest.mark.parametrize("wrong", ["password", "role", "database"])
def test_who_is_not_let_in_is_told_so_without_the_password(
    engine: InProcess, shop: Shop, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    parts = urlsplit(shop.url)
    spoiled = {
        "password": shop.url.replace(f":{parts.password}@", ":sesame-open@"),
        "role": shop.url.replace(f"//{parts.username}:", "//nobody:"),
        "database": shop.url + "_gone",
    }
    monkeypatch.setenv(SETTING, spoiled[wrong])
    engine.use(products())
    engine.finish(engine.register())
    reason = f"The PostgreSQL of {SETTING} refuses the connection: check role, password and database in it."
    assert engine.sql(OUTCOME) == [("failed", "source_refused", reason)]


def test_a_setting_that_is_no_url_is_not_shown(engine: InProcess, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "sesame-open")
    engine.use(products())
    engine.finish(engine.register())
    assert engine.sql(OUTCOME) == [("failed", "source_refused", f"{SETTING} is not the URL of a PostgreSQL database.")]


def test_a_setting_may_be_a_file_and_one_that_is_missing_is_named(
    engine: InProcess, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine.use(products())
    monkeypatch.delenv(SETTING)
    run = engine.register()
    with pytest.raises(SettingMissing, match=f"products: the setting {SETTING} is not set"):
        _plan_while(engine, run, lambda: None)
    secret = tmp_path / "secret"
    secret.write_text(shop.url + "\n")
    monkeypatch.setenv(f"{SETTING}_FILE", str(secret))
    assert engine.finish(run)["loaded"] == 3


def test_a_database_that_is_away_is_waited_for(engine: InProcess, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.use(products())
    with TcpProxy.before(shop.url) as proxy:
        monkeypatch.setenv(SETTING, proxy.through(shop.url))
        proxy.refuse(True)
        with pytest.raises(TransientError, match="does not answer"):
            engine.plan(engine.register())
    assert engine.sql(OUTCOME) == [("registered", None, None)]


def test_a_database_that_goes_away_in_the_middle_leaves_nothing_behind(
    engine: InProcess, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine.use(products("select g as product_id, repeat('x', 1000) as name from generate_series(1, 20000) g"))
    run = engine.register()
    with TcpProxy.before(shop.url) as proxy:
        monkeypatch.setenv(SETTING, proxy.through(shop.url))
        heard = [0]

        def cut_half_way() -> None:
            heard[0] += 1
            if heard[0] == 10:  # of about 80 blocks
                proxy.cut()

        with pytest.raises(TransientError, match=f"the PostgreSQL of {SETTING} broke while it was read"):
            _plan_while(engine, run, cut_half_way)
    assert list((tmp_path / "landing").iterdir()) == []
    monkeypatch.setenv(SETTING, shop.url)
    assert engine.finish(run)["loaded"] == 20_000


def test_a_copy_that_is_gone_from_the_landing_is_fetched_again(engine: InProcess, shop: Shop, tmp_path: Path) -> None:
    engine.use(products())
    run = engine.register()
    engine.plan(run)
    for each in (tmp_path / "landing").iterdir():
        each.unlink()
    shop.sql("insert into product values (4, 'milk', 1, null)")
    (step,) = engine.steps(run, "extract")
    withdraw_input(steps.claim("extract", {"step": step}), product_table(), "gone", code="file_missing", again=False)
    engine.sql("update sluice.step set due_at = clock_timestamp()")
    assert engine.finish(run)["loaded"] == 4


def test_another_contract_loads_the_same_answer_again(engine: InProcess, shop: Shop) -> None:
    engine.use(products())
    engine.finish(engine.register())
    table = Table("shop_product", ("product_id",), [*product_table().columns, Column("note", Text())], "update")
    source = engine.pipeline.flows[0].source
    assert isinstance(source, PostgresQuery)
    engine.use(Pipeline("shop", source, table))
    status = engine.finish(engine.register())
    assert (status["read"], status["inputs"][0]["state"]) == (3, "done")


def test_a_column_that_the_query_does_not_give_is_named(engine: InProcess, shop: Shop) -> None:
    engine.use(products(sql="select product_id, price, updated_at from product", watermark=None))
    (found,) = engine.finish(engine.register())["inputs"]
    assert found["note"].startswith("Columns that the file does not have: name (")
    assert engine.sql("select dialect->'absent' from sluice.input") == [(["name"],)]
