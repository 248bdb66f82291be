"""The command line with a made-up ledger: no server is started here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluice.cli.main import app
from sluice.engine import schedule
from sluice.engine.base import servers
from sluice.engine.base.settings import settings
from sluice.engine.export import noted
from sluice.engine.ledger import runs
from sluice.engine.preview import of_run
from sluice.engine.tables import loaded_rows as targets
from sluice.tasks import enqueue
from sluice.workers import publish
from tests.unit.cli.made_up import Ledger


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    made = Ledger()
    for name in ("read_status", "list_rejects", "count_rejects", "list_runs", "retry"):
        monkeypatch.setattr(runs, name, getattr(made, name))
    monkeypatch.setattr(noted, "_begin", lambda _exports, _warn: [])  # the ledger notes no file
    monkeypatch.setattr(of_run, "hints_of_run", lambda _run, _pipeline: made.hints)
    monkeypatch.setattr(targets, "missing_of_run", lambda _run, _pipeline: made.missing)
    monkeypatch.setattr(enqueue, "enqueue_inputs", made.enqueue_inputs)
    monkeypatch.setattr(publish, "publish_now", lambda: made.asked.append(("publish", {})))
    monkeypatch.setattr(servers, "is_embedded", lambda: False)
    monkeypatch.setattr(schedule, "alarms", lambda _pipelines: made.alarms)
    return made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder of the test's own, and no servers in the environment."""
    for name in ("DATABASE_URL", "REDIS_URL", "NO_COLOR", "SLUICE_FLOWER_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path / "home"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sluice").touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


@pytest.fixture
def csv_file(tmp_path: Path) -> str:
    path = tmp_path / "calls.csv"
    path.write_text("customer_id\n1\n")
    return str(path)


@pytest.fixture
def sluice() -> Callable[..., Any]:
    """Run the command in this process: `sluice("status", "7")` gives exit_code, stdout and stderr."""

    def run(*words: str, typed: str | None = None) -> Any:
        return CliRunner().invoke(app, list(words), input=typed)

    return run
