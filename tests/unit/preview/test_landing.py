"""The temporary folder of a preview goes with it, and with the next one if its process was killed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from sluice.engine.preview.landing import no_landing
from sluice.engine.sources.landing import landing


@pytest.fixture(autouse=True)
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _old(folder: Path) -> None:
    os.utime(folder, (0, 0))


def test_it_is_the_landing_inside_and_gone_afterwards(top: Path) -> None:
    with no_landing():
        assert Path(landing()).parent == top
        assert Path(landing()).stat().st_mode & 0o777 == 0o700
    assert list(top.iterdir()) == []


def test_what_a_killed_preview_left_is_removed_by_the_next_one(top: Path) -> None:
    left = top / "sluice-preview-abc"
    left.mkdir()
    (left / ".lock").touch()
    (left / "copy").touch()
    _old(left)
    with no_landing():
        assert not left.exists()


def test_the_folder_of_a_running_preview_and_a_new_one_stay(top: Path) -> None:
    new = top / "sluice-preview-new"
    new.mkdir()
    with no_landing():
        running = Path(landing())
        _old(running)
        with no_landing():
            assert running.is_dir()
            assert new.is_dir()
