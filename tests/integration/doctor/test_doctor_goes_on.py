"""A check of `sluice doctor` that fails in a way that nobody foresaw is a line of its own, and ends no other check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from sluice.cli.servers import doctor
from sluice.engine.base.servers import broker_url, cache_url
from sluice.engine.base.settings import settings
from sluice.pipelines import find
from tests.kit.in_process import InProcess

BROKEN = [
    ("versions.version", {"libraries"}),
    ("postgres._read_server", {"PostgreSQL", "PostgreSQL role", "PostgreSQL durability", "PostgreSQL clock",
                               "PostgreSQL connections"}),
    ("postgres._role", {"PostgreSQL role"}),
    ("postgres._durability", {"PostgreSQL durability"}),
    ("postgres._connections", {"PostgreSQL connections"}),
    ("postgres._rights", {"PostgreSQL rights"}),
    ("work._dead_steps", {"dead steps"}),
    ("work._stuck_runs", {"stuck runs"}),
    ("redis._memory", {"Redis memory", "Redis eviction"}),
    ("redis._broker_rights", {"Redis as broker"}),
    ("redis._cache_rights", {"Redis as cache"}),
    ("redis._lifetimes", {"Redis lifetimes"}),
    ("workers.look_at_workers", {"workers"}),
]  # fmt: skip


@pytest.fixture
def checks(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """The state of each check, with no worker to wait for."""
    engine.use(find("call_logs"))
    for url in (broker_url(), cache_url()):  # other tests with the same servers may have left keys
        redis.Redis.from_url(url).flushdb()
    monkeypatch.setattr("sluice.workers.inspection.ask_workers", lambda _: [])
    return lambda: {each.check: each.state for each in doctor.examine()}


def fails(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [OverflowError("date value out of range"), KeyError("used_memory"), SystemExit(3)])
def test_the_other_checks_go_on(
    checks: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    well = checks()
    for place, ended in BROKEN:
        with monkeypatch.context() as patch:
            patch.setattr(f"sluice.engine.doctor.{place}", fails(error))
            found = checks()
        failed = {check for check, state in found.items() if state == "wrong" and well.get(check) != "wrong"}
        assert (place, len(failed), failed <= ended) == (place, 1, True)
        rest = {check: state for check, state in well.items() if check not in ended}
        assert {check: found.get(check) for check in rest} == rest


def test_a_pipeline_whose_tables_cannot_be_looked_at_leaves_those_of_others(
    checks: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_current(pipeline: Any) -> bool:
        if pipeline.name == "call_logs":
            raise RecursionError
        return True

    monkeypatch.setenv("SLUICE_PIPELINES", "call_logs:customer_ltv")
    settings.cache_clear()
    monkeypatch.setattr("sluice.engine.doctor.postgres.is_current", is_current)
    found = checks()
    assert (found["tables of call_logs"], found["tables"]) == ("wrong", "ok")


def test_pipelines_beside_one_with_a_mistake_are_looked_at(
    checks: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "broken.py").write_text("pipeline = Pipelin()\n")
    (tmp_path / "mine" / "api.py").write_text(
        "from sluice import *\n"
        "source = HttpApi('/x', 'customers', base='SLUICE_MADE_UP_API_URL')\n"
        "pipeline = Pipeline('made_up', source, Table('made_up', ['a'], [Column('a', Text(), required=True)]))\n"
    )
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "mine"))
    settings.cache_clear()
    found = checks()
    assert found["pipelines"] == "wrong"
    assert found["sources of made_up"] == "ok"  # not in use here
    assert found["missing input"] == "ok"
