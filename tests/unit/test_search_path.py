"""The search path of the command and of what it starts: the current folder is there only where somebody named it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sluice.search_path import child_environ, leave_current_folder, python
from tests.kit.stack import ROOT

STANDARD = str(Path(os.__file__).parent)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The current folder; PYTHONPATH is not set."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("pythonpath", "before", "after"),
    [
        (None, ["HERE"], []),  # python -m
        (None, [""], []),
        ("", ["HERE"], []),
        (":", ["HERE", "HERE"], []),
        (":/more", ["HERE", "/more"], ["/more"]),
        ("/more:", ["/more", "HERE"], ["/more"]),
        (".", ["HERE"], ["HERE"]),  # named
        ("HERE", ["HERE"], ["HERE"]),
        ("HERE/", ["HERE/"], ["HERE/"]),
        ("/more", ["/usr/bin", "/more"], ["/usr/bin", "/more"]),  # a program of /usr/bin
        (None, ["HERE/sub"], ["HERE/sub"]),
    ],
)
def test_the_current_folder_leaves_the_front_of_the_path_unless_it_is_named(
    here: str, monkeypatch: pytest.MonkeyPatch, pythonpath: str | None, before: list[str], after: list[str]
) -> None:
    if pythonpath is not None:
        monkeypatch.setenv("PYTHONPATH", pythonpath.replace("HERE", here).replace(":", os.pathsep))
    monkeypatch.setattr(sys, "path", [*(each.replace("HERE", here) for each in before), STANDARD, "/site-packages"])
    leave_current_folder()
    assert sys.path == [*(each.replace("HERE", here) for each in after), STANDARD, "/site-packages"]


def test_a_folder_that_an_installation_put_on_the_path_stays(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [here, STANDARD, "/site-packages", here])
    leave_current_folder()
    assert sys.path == [STANDARD, "/site-packages", here]


def test_a_symbolic_link_to_the_current_folder_is_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path / "link")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "link"), STANDARD])
    leave_current_folder()
    assert sys.path == [STANDARD]


def test_a_current_folder_that_was_removed_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", ["", "/more", STANDARD])
    leave_current_folder()
    assert sys.path == ["", "/more", STANDARD]
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("pythonpath", "wanted"),
    [
        (None, ["ROOT"]),
        (":", ["ROOT"]),
        (":/more:", ["/more", "ROOT"]),
        ("more", ["HERE/more", "ROOT"]),
        ("ROOT:/more", ["ROOT", "/more"]),
    ],
)
def test_a_child_finds_this_very_sluice_and_no_empty_entry(
    here: str, monkeypatch: pytest.MonkeyPatch, pythonpath: str | None, wanted: list[str]
) -> None:
    if pythonpath is not None:
        monkeypatch.setenv("PYTHONPATH", pythonpath.replace("ROOT", str(ROOT)).replace(":", os.pathsep))
    monkeypatch.setattr(sys, "path", [STANDARD, "/site-packages"])
    named = [each.replace("ROOT", str(ROOT)).replace("HERE", here) for each in wanted]
    assert child_environ()["PYTHONPATH"].split(os.pathsep) == named


def test_where_sluice_is_installed_it_is_not_put_before_the_standard_library(
    here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [STANDARD, str(ROOT)])
    assert child_environ()["PYTHONPATH"] == ""


def test_a_child_runs_our_module_and_not_what_is_in_its_folder(here: str, tmp_path: Path) -> None:
    for name in ("sluice", "typer", "tasks"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported')\n")
    done = subprocess.run(
        python("sluice", "--version"), env=os.environ | child_environ(), capture_output=True, text=True, check=False
    )
    assert done.stdout == "sluice 0.2.0\n", done.stderr
