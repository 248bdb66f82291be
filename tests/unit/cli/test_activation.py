"""Commands to type next can be typed: where `sluice` is not on the PATH, the first one puts it there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sluice.cli.activation import activated, activation
from tests.unit.cli.made_up import Ledger, Sluice

EFFECT = "once in this terminal: then `sluice` is found"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the Python that runs; `sluice` is not on the PATH."""
    folder = tmp_path / "an env" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    return folder


def _found_after(command: str, path: Path) -> bool:
    done = subprocess.run(["bash", "-c", f"{command}\ntype sluice"], cwd=path, capture_output=True, check=False)
    return done.returncode == 0


def test_where_it_is_found_nothing_is_said(sluice: Sluice, ledger: Ledger, csv_file: str) -> None:
    assert list(activation()) == []
    assert "what to type next:\n  sluice status 7" in sluice("run", "call_logs", csv_file).stdout


def test_an_environment_is_activated(programs: Path, tmp_path: Path) -> None:
    (programs / "activate").write_text(f"PATH='{programs}':$PATH")
    (programs / "sluice").touch(mode=0o755)
    assert list(activation()) == [("source 'an env/bin/activate'", EFFECT)]
    assert _found_after("source 'an env/bin/activate'", tmp_path)


def test_without_one_the_folder_is_added_to_the_path(programs: Path, tmp_path: Path) -> None:
    (programs / "sluice").touch(mode=0o755)
    assert list(activation()) == [(f"export PATH='{programs}':\"$PATH\"", EFFECT)]
    assert _found_after(next(activation())[0], tmp_path)


def test_without_the_command_the_module_gets_its_name(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/env/bin/python")
    assert list(activation()) == [('sluice() { /opt/env/bin/python -m sluice "$@"; }', EFFECT)]
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    assert _found_after(next(activation())[0], tmp_path)


def test_it_is_the_first_of_the_commands(sluice: Sluice, ledger: Ledger, csv_file: str, programs: Path) -> None:
    (programs / "activate").touch()
    told = sluice("run", "call_logs", csv_file).stdout
    assert told.endswith(
        "what to type next:\n"
        f"  source 'an env/bin/activate'  {EFFECT}\n"
        "  sluice status 7               inputs, parts and books\n"
    )


def test_on_one_line_it_comes_before_the_command(
    sluice: Sluice, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "activate").touch()
    assert activated() == "source 'an env/bin/activate' && "
    told = sluice("sample", "call_logs", "--rows", "4", "--out", "calls").stdout
    assert told.endswith("\nnext: source 'an env/bin/activate' && sluice run call_logs calls\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert activated() == ""
