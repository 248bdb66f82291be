"""Names of files that nobody would choose: refused or shown in a safe form, and the other files are loaded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table
from sluice.cli.addresses import near
from sluice.engine.sources.files.resolve import in_inbox, resolve
from tests.kit.in_process import InProcess

TABLE = Table("letters", key=("id",), columns=[Column("id", Integer(), required=True)])
LETTERS = Pipeline("letters", Files("*.csv"), TABLE)


def write(folder: Path, name: bytes, number: int) -> str:
    path = os.fsencode(folder) + b"/" + name
    Path(os.fsdecode(path)).write_text(f"id\n{number}\n")
    return os.fsdecode(path)


@pytest.mark.parametrize("name", [b"bad\xff.csv", b"\xe9t\xe9.csv", b"a\x80b\\xff.csv", b"\xed\xa0\x80.csv"])
def test_a_name_that_is_not_utf_8_is_refused_and_the_other_files_are_loaded(
    engine: InProcess, tmp_path: Path, name: bytes
) -> None:
    engine.use(LETTERS)
    write(tmp_path, name, 1)
    write(tmp_path, b"good.csv", 2)
    run = engine.register(tmp_path)
    status = engine.finish(run)
    found = {each["error_code"]: each for each in status["inputs"]}
    assert set(found) == {"bad_name", None}
    shown = name.replace(b"\\", b"\\x5c").decode(errors="backslashreplace")
    assert found["bad_name"]["uri"] == f"{tmp_path}/{shown}"
    assert found["bad_name"]["error"] == f"{tmp_path}/{shown}: the name is not UTF-8. Rename the file."
    assert engine.sql("select id from letters") == [(2,)]


def test_it_is_taken_from_the_inbox_once_and_the_schedule_goes_on(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    write(tmp_path, b"bad\xff.csv", 1)
    write(tmp_path, b"good.csv", 2)
    assert in_inbox(str(tmp_path), "*.csv") == [f"{tmp_path}/bad\\xff.csv", f"{tmp_path}/good.csv"]


def test_a_name_that_looks_like_the_shown_form_is_a_name_like_any_other(engine: InProcess, tmp_path: Path) -> None:
    engine.use(LETTERS)
    write(tmp_path, b"bad\\xff.csv", 3)
    assert engine.finish(engine.register(tmp_path))["state"] == "done"
    assert engine.sql("select id from letters") == [(3,)]


def test_control_characters_in_names_do_not_reach_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert near("/in/esc\x1b[2Jred\nline\r\u202egnp.csv") == r"/in/esc\x1b[2Jred\nline\r\u202egnp.csv"
    assert near(f"{tmp_path}/a\x9b.csv") == r"a\x9b.csv"
    assert near(f"{tmp_path}/a.zip::../../etc/passwd") == "a.zip::../../etc/passwd"


def test_links_inside_a_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "secret.csv", tmp_path / "in"
    folder.mkdir()
    outside.write_text("id\n1\n")
    (folder / "a.csv").write_text("id\n2\n")
    (folder / "link.csv").symlink_to(outside)
    left: list[tuple[str, list[str]]] = []
    files = resolve([str(folder)], ["*.csv"], lambda where, names: left.append((where, names)))
    assert files == [str(folder / "a.csv")]
    assert left == [(str(folder), ["link.csv (a link)"])]
    assert resolve([str(folder / "link.csv")], ["*.csv"]) == [str(outside)]
