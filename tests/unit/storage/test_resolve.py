"""From what is typed to local files: paths, folders, globs, links, zip archives and the inbox."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from sluice.engine.sources.files.resolve import check, find, in_inbox, resolve
from sluice.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = Path(os.path.realpath(tmp_path))
    (top / "old").mkdir()
    for name in ("b.csv", "a.csv", ".hidden.csv", "notes.txt", "old/c.csv"):
        (top / name).write_text("id\n1\n")
    return top


def found(folder: Path, *typed: str, pattern: str = "*.csv") -> list[str]:
    return [path.removeprefix(f"{folder}/") for path in resolve([f"{folder}/{each}" for each in typed], [pattern])]


def test_files_come_in_the_order_given_and_each_once(folder: Path) -> None:
    assert found(folder, "notes.txt", "b.csv", "*.csv", "") == ["notes.txt", "b.csv", "a.csv"]
    assert found(folder, "**/c.csv") == ["old/c.csv"]
    assert resolve([folder / "a.csv", f"file://{folder}/a.csv"], ["*.csv"]) == [f"{folder}/a.csv"]


def test_of_a_folder_what_fits_the_pattern_is_taken_but_nothing_hidden(folder: Path) -> None:
    assert found(folder, "") == ["a.csv", "b.csv"]
    assert found(folder, "", pattern="*") == ["a.csv", "b.csv", "notes.txt"]


def test_what_of_a_folder_does_not_fit_is_told_but_nothing_hidden(folder: Path) -> None:
    told: list[tuple[str, list[str]]] = []
    typed = [f"{folder}/old", f"{folder}", f"{folder}/*.txt"]
    resolve(typed, ["*.csv"], lambda path, names: told.append((path, names)))
    assert told == [(str(folder), ["notes.txt"])]


def test_a_folder_without_a_file_that_fits_is_named(folder: Path) -> None:
    (folder / "empty").mkdir()
    for typed, pattern in (("empty", "*.csv"), ("old", "*.txt")):
        with pytest.raises(ConfigError) as raised:
            found(folder, "a.csv", typed, pattern=pattern)
        assert str(raised.value) == f"The folder '{folder}/{typed}' has no file like {pattern}."


def test_a_link_that_was_typed_is_what_it_points_to(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "old" / "c.csv")
    assert found(folder, "link") == ["old/c.csv"]


def test_a_name_that_looks_like_a_glob_or_a_member_is_that_file(folder: Path) -> None:
    for name in ("[a].csv", "x::y.csv", "50%.csv"):
        (folder / name).write_text("id\n1\n")
        assert found(folder, name) == [name]


@pytest.mark.parametrize("typed", ["gone.csv", "x*.csv", "old/*.txt", "gone.zip::a.csv", "gone::a.csv"])
def test_what_leads_to_no_file_is_named(folder: Path, typed: str) -> None:
    with pytest.raises(ConfigError) as raised:
        found(folder, "a.csv", typed)
    assert str(raised.value) == (
        f"No file at '{folder}/{typed}': check the path (in a folder, only files like *.csv are taken)."
    )


@pytest.fixture
def archive(folder: Path) -> Path:
    path = folder / "day.dat"
    with zipfile.ZipFile(path, "w") as packed:
        for name in ("z.csv", "a b.csv", "__MACOSX/._z.csv", "sub/x::y.csv"):
            packed.writestr(name, "id\n1\n")
    return path


def test_a_zip_under_any_name_is_its_members_in_the_order_of_their_names(folder: Path, archive: Path) -> None:
    assert found(folder, "day.dat", "a.csv") == ["day.dat::a b.csv", "day.dat::sub/x::y.csv", "day.dat::z.csv", "a.csv"]
    assert found(folder, "", pattern="*.dat") == ["day.dat::a b.csv", "day.dat::sub/x::y.csv", "day.dat::z.csv"]


def test_a_member_that_was_typed_stays_as_it_is(folder: Path, archive: Path) -> None:
    (folder / "link").symlink_to(archive)
    assert found(folder, "day.dat::a b.csv", "link::nothing") == ["day.dat::a b.csv", "day.dat::nothing"]


def test_a_zip_that_cannot_be_read_stays_one_file(folder: Path) -> None:
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    with zipfile.ZipFile(folder / "empty.zip", "w"):
        pass
    with zipfile.ZipFile(folder / "book.xlsx", "w") as packed:
        packed.writestr("[Content_Types].xml", "")
        packed.writestr("xl/workbook.xml", "")
    assert found(folder, "broken.zip", "empty.zip", "book.xlsx") == ["broken.zip", "empty.zip", "book.xlsx"]


def test_what_is_no_regular_file_is_left_for_plan_to_refuse(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert found(folder, "pipe") == ["pipe"]


def test_the_inbox_gives_regular_files_inside_it_and_the_members_of_its_archives(folder: Path, archive: Path) -> None:
    inbox = folder / "inbox"
    (inbox / "calls").mkdir(parents=True)
    (inbox / "calls" / "b.csv").write_text("id\n1\n")
    archive.replace(inbox / "calls" / "a.zip")
    (inbox / "calls" / "link.csv").symlink_to(folder / "a.csv")
    (inbox / "out").symlink_to(folder / "old")
    (folder / "way").symlink_to(inbox)
    calls = f"{inbox}/calls"
    for typed in (str(inbox), f"file://{inbox}", f"{folder}/way"):
        assert in_inbox(typed, "calls/*") == [
            f"{calls}/a.zip::a b.csv",
            f"{calls}/a.zip::sub/x::y.csv",
            f"{calls}/a.zip::z.csv",
            f"{calls}/b.csv",
        ]
    assert in_inbox(str(inbox), "out/*.csv") == []
    assert in_inbox(str(folder / "gone"), "*.csv") == []


def test_numbers_in_names_are_compared_as_numbers_wherever_files_are_found(folder: Path) -> None:
    parts = folder / "parts"
    parts.mkdir()
    for name in ("part_10.csv", "part_9.csv"):
        (parts / name).write_text("id\n1\n")
    with zipfile.ZipFile(folder / "parts.zip", "w") as packed:
        for name in ("day_10/a.csv", "day_9/a10.csv", "day_9/a9.csv"):
            packed.writestr(name, "id\n1\n")
    assert found(folder, "parts") == ["parts/part_9.csv", "parts/part_10.csv"]
    assert found(folder, "parts/*") == ["parts/part_9.csv", "parts/part_10.csv"]
    assert found(folder, "*/part_[0-9]*.csv") == ["parts/part_9.csv", "parts/part_10.csv"]
    assert in_inbox(str(folder), "parts/*.csv") == [f"{parts}/part_9.csv", f"{parts}/part_10.csv"]
    assert found(folder, "parts.zip") == [
        f"parts.zip::{name}" for name in ("day_9/a9.csv", "day_9/a10.csv", "day_10/a.csv")
    ]


def test_files_that_are_named_one_by_one_stay_in_that_order(folder: Path) -> None:
    for name in ("part_10.csv", "part_9.csv"):
        (folder / name).write_text("id\n1\n")
    assert found(folder, "part_10.csv", "part_9.csv") == ["part_10.csv", "part_9.csv"]


def test_a_path_is_looked_at_when_the_files_before_it_were_taken(folder: Path) -> None:
    files = find([folder / "old", folder / "gone.csv"], ["*.csv"])
    assert next(files) == (f"{folder}/old/c.csv", 5)
    with pytest.raises(ConfigError, match=r"No file at '.*gone\.csv'"):
        next(files)


def test_whether_paths_have_files_is_known_without_listing_them(folder: Path) -> None:
    check([folder, folder / "a.csv", f"{folder}/*/c.csv", "s3://not-looked-at/"], ["*.csv"])
    for typed in (folder / "gone.csv", f"{folder}/*/x.csv"):
        with pytest.raises(ConfigError, match="No file at"):
            check([folder, typed], ["*.csv"])


def test_a_folder_that_is_a_link_and_links_in_a_glob_are_what_they_lead_to(folder: Path) -> None:
    (folder / "way").symlink_to(folder / "old")
    (folder / "old" / "d.csv").symlink_to(folder / "a.csv")
    assert found(folder, "way") == ["old/c.csv"]
    assert found(folder, "way/*.csv") == ["old/c.csv", "a.csv"]
