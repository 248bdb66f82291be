"""Environments of other programs: pinned, made once, and missing with a reason where they cannot be made."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from benchmarks.cases import Missing
from benchmarks.peers import environments
from benchmarks.peers.environments import default_folder, python_of
from benchmarks.plot import draw
from sluice.embedded.folder import lock
from tests.kit.stack import ROOT

LOCKS = sorted((ROOT / "benchmarks").rglob("requirements.lock"))
NAMES = [path.parent.name for path in LOCKS]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A lock that wants nothing: no package is fetched."""
    path = tmp_path / "nothing" / "requirements.lock"
    path.parent.mkdir()
    path.write_text("# nothing\n")
    return path


def test_there_is_a_lock_for_each_program() -> None:
    assert NAMES == ["celery_pickle", "dlt_files", "duckdb_copy", "polars_adbc", "plot"]


@pytest.mark.parametrize("path", LOCKS, ids=NAMES)
def test_every_package_is_pinned_by_hash_and_no_address_is_named(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert "--index" not in text
    pins = [line for line in text.splitlines() if line[:1].isalnum()]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    names = {pin.partition("==")[0].partition("[")[0] for pin in pins}
    wanted = path.with_name("requirements.in").read_text().split()
    assert {word.partition(">=")[0].partition("==")[0].partition("[")[0] for word in wanted} <= names


def test_an_environment_is_made_once_and_anew_when_its_lock_has_changed(
    tmp_path: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made"
    python = python_of(folder, empty)
    assert python == folder / "nothing" / "bin" / "python"
    assert python.exists()
    assert "making an environment for nothing" in capsys.readouterr().out
    python_of(folder, empty)
    assert capsys.readouterr().out == ""
    empty.write_text("# still nothing\n")
    python_of(folder, empty)
    assert "making an environment for nothing" in capsys.readouterr().out


def test_an_environment_that_cannot_be_made_is_missing_and_tried_again(
    tmp_path: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty.write_text("no-hash==1.0\n")
    for _ in range(2):
        with pytest.raises(Missing, match=r"^Its packages could not be installed: uv pip ended with \d+\.$"):
            python_of(tmp_path / "made", empty)
        assert "making an environment for nothing" in capsys.readouterr().out


def test_two_benchmarks_do_not_make_one_environment_at_once(tmp_path: Path, empty: Path) -> None:
    descriptor = lock(tmp_path / "nothing.lock", fcntl.LOCK_EX)
    assert descriptor is not None
    try:
        with pytest.raises(Missing, match=r"^Another benchmark is making the environment of nothing\.$"):
            python_of(tmp_path, empty)
    finally:
        os.close(descriptor)


def test_environments_are_in_the_users_cache_unless_a_folder_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "sluice-bench"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_folder() == tmp_path / "home" / ".cache" / "sluice-bench"


def test_without_matplotlib_there_is_no_picture_and_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cannot(*_: object) -> None:
        raise Missing("Its packages could not be installed: uv pip ended with 1.")

    monkeypatch.setattr(environments, "_make", cannot)
    draw(tmp_path / "record.json", tmp_path / "out.png", tmp_path)
    assert "There is no picture: Its packages could not be installed" in capsys.readouterr().out
