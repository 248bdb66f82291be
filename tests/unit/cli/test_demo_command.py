"""`demo`: what it refuses before anything starts, where it takes place, and how it compares."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice.cli.demo.commands import free_port, run_to_end, serve_until_signal
from sluice.cli.demo.findings import Findings
from sluice.cli.demo.place import fresh
from sluice.cli.demo.screen import print_findings
from sluice.engine.base.only_settings import only_settings
from sluice.engine.base.settings import settings
from sluice.errors import ConfigError, PermanentError
from sluice.samples.unified_sales import make_unified_sales

Sluice = Callable[..., Any]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--rows", "3"), "--rows 3: the demonstration of call_logs has at least 4."),
        (("unified_sales", "--rows", "79"), "--rows 79: the demonstration of unified_sales has at least 80."),
    ],
)
def test_too_small_a_demonstration_is_refused(sluice: Sluice, home: Path, words: tuple[str, ...], message: str) -> None:
    result = sluice("demo", *words)
    assert (result.exit_code, result.stderr) == (2, f"error: {message}\n")
    assert not home.exists()


def test_a_port_in_use_is_refused_before_anything_is_made(sluice: Sluice, home: Path, taken: int) -> None:
    result = sluice("demo", "unified_sales", "--port", str(taken))
    assert (result.exit_code, result.stderr) == (2, f"error: Port {taken} is in use: name another with --port.\n")
    assert not home.exists()


def test_without_a_wish_any_free_port_will_do(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setattr("sluice.cli.demo.commands.USUAL_PORT", taken)
    assert free_port(None) not in {0, taken, 8000}


def test_a_command_that_goes_wrong_ends_the_demonstration_and_says_itself_why(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(PermanentError, match=r"^`sluice sample other` ended with exit code 2: the reason is above\.$"):
        run_to_end("sample", "other")
    assert "Unknown sample 'other'" in capfd.readouterr().err


def test_an_api_that_does_not_come_up_is_not_waited_for() -> None:
    port = free_port(None)  # and no token is set: that is refused
    with pytest.raises(PermanentError, match=r"^`sluice serve` did not come up: the reason is above\.$"):
        serve_until_signal(port, "made up")


def test_nothing_of_the_environment_takes_part_and_all_of_it_is_back_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db/warehouse")
    monkeypatch.setenv("REDIS_URL", "redis://queue/0")
    monkeypatch.setenv("SLUICE_LANDING", "s3://bucket/landing")
    monkeypatch.setenv("SLUICE_REDIS_MAXMEMORY", "64mb")
    before = dict(os.environ)

    with only_settings({"SLUICE_HOME": str(tmp_path)}):
        assert (settings().database_url, settings().redis_url, settings().landing) == (None, None, None)
        assert settings().home == tmp_path
        assert os.environ["SLUICE_REDIS_MAXMEMORY"] == "64mb"
        os.environ["SLUICE_UNIFIED_API_TOKEN"] = "made up"

    assert dict(os.environ) == before
    assert settings().landing == "s3://bucket/landing"


def test_the_place_is_empty_each_time(tmp_path: Path) -> None:
    (tmp_path / "demo" / "servers").mkdir(parents=True)
    (tmp_path / "demo" / "old.csv").touch()
    fresh(tmp_path / "demo")
    assert list((tmp_path / "demo").iterdir()) == []


def test_a_place_where_another_one_runs_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluice.cli.demo.place.PATIENCE_S", 0.0)
    monkeypatch.setattr("sluice.cli.demo.place.Folder.keeper_lives", lambda _folder: True)
    (tmp_path / "rows").touch()
    with pytest.raises(ConfigError, match=r"A demonstration runs in .* already: end it with Ctrl-C"):
        fresh(tmp_path)
    assert (tmp_path / "rows").exists()


@pytest.fixture
def planted(tmp_path: Path) -> tuple[Any, Findings]:
    """What was planted, and findings that are just that."""
    expected = make_unified_sales(tmp_path, rows=80)
    books = {
        source: {name: each[name] for name in ("read", "loaded", "duplicate")}
        | {"rejected": sum(each["rejected"].values()), "codes": dict(each["rejected"])}
        for source, each in expected["sources"].items()
    }
    return expected, Findings(books, dict(expected["standardized_data"]), dict(expected["preprocessed_data"]))


def test_findings_that_are_as_planted_differ_in_nothing(planted: tuple[Any, Findings]) -> None:
    expected, found = planted
    assert found.differences(expected) == []
    assert found.figures() == 56


def test_each_figure_that_is_not_as_planted_is_named(planted: tuple[Any, Findings]) -> None:
    expected, found = planted
    found.books["sales"]["duplicate"] = 7
    found.books["customers"]["codes"]["bad_date"] = 1
    found.standardized["rate_states"] = found.standardized["rate_states"] | {"ok": 0}
    del found.preprocessed["duplicate"]
    ok, twice = expected["standardized_data"]["rate_states"]["ok"], expected["preprocessed_data"]["duplicate"]
    assert found.differences(expected) == [
        f"preprocessed_data.duplicate: None, and {twice} was planted",
        "sources.customers.rejected.bad_date: 1, and None was planted",
        "sources.sales.duplicate: 7, and 1 was planted",
        f"standardized_data.rate_states.ok: 0, and {ok} was planted",
    ]


def test_it_fits_on_one_screen(planted: tuple[Any, Findings], capsys: pytest.CaptureFixture[str]) -> None:
    print_findings({"run": 1, "state": "done", "seconds": 1.5}, planted[1])
    said = capsys.readouterr().out.splitlines()
    assert len(said) < 24
    assert max(map(len, said)) <= 100
    assert "run 1 of unified_sales: done (1.5 s)" in said
    assert "  rates         GET /exchange_rates   655     510          0       145  missing 45, negative 100" in said
