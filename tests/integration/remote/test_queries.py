"""A query of another PostgreSQL, from its fetch to the rows in a table."""

from __future__ import annotations

from pathlib import Path

from tests.kit.in_process import InProcess
from tests.kit.source_shop import Shop, products


def test_a_query_is_fetched_and_loaded_like_a_file(engine: InProcess, shop: Shop, tmp_path: Path) -> None:
    engine.use(products())
    status = engine.finish(engine.register())
    assert (status["state"], status["read"], status["loaded"], status["rejected"]) == ("done", 3, 3, 0)
    assert [each["uri"] for each in status["inputs"]] == ["source:products"]
    assert engine.sql("select product_id, name, price, updated_at::text, _line from shop_product order by 1") == [
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
