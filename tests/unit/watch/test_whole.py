"""When a watched file is whole, and why it is not."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from sluice.engine.declare import Files, Marker, Ready, Renamed, Stable
from sluice.engine.watch.sight import Place, Sight, seen
from sluice.engine.watch.whole import Pending, ends_with_line, why_not
from sluice.errors import ConfigError


def source(ready: Ready | None = None) -> Files:
    return Files("*.csv", watch=True, ready=ready)


def reason(ready: Ready, path: Path, *, same_s: float, ended: bool | None = True) -> str | None:
    sight = seen(str(path))
    assert sight is not None
    return why_not(source(ready), str(path), Pending(sight, 0.0, ended), same_s, None)


def test_a_file_is_whole_when_it_has_not_changed_for_a_while(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id\n1\n")
    assert reason(Stable(), file, same_s=0.9) == "it changed less than 1 s ago"
    assert reason(Stable(), file, same_s=1.0) is None
    assert reason(Stable(5), file, same_s=4.9) == "it changed less than 5 s ago"


def test_half_a_line_at_the_end_waits_longer(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id\n1")
    assert reason(Stable(), file, same_s=29, ended=False) == (
        "its last line does not end with a line break, and it changed less than 30 s ago"
    )
    assert reason(Stable(), file, same_s=30, ended=False) is None
    file.write_text("")
    assert reason(Stable(1, without_newline=9), file, same_s=8, ended=False) == (
        "it is empty, and it changed less than 9 s ago"
    )


def test_a_change_begins_the_time_again() -> None:
    pending = Pending(Sight("1-2-3", 2, 1), 10.0, True)
    assert pending.again(Sight("1-2-3", 2, 1), 11.0) == pending
    assert pending.again(Sight("2-9-3", 9, 2), 11.0) == Pending(Sight("2-9-3", 9, 2), 11.0, None)


def test_a_marker_must_be_there_and_not_be_older_than_the_file(tmp_path: Path) -> None:
    file, marker = tmp_path / "a.csv", tmp_path / "a.csv.done"
    file.write_text("id\n1\n")
    assert reason(Marker(), file, same_s=0) == "the marker a.csv.done is not there"
    marker.touch()
    os.utime(file, ns=(2, 2))
    os.utime(marker, ns=(1, 1))
    assert reason(Marker(), file, same_s=0) == "the marker a.csv.done is older than the file"
    os.utime(marker, ns=(2, 2))
    assert reason(Marker(), file, same_s=0) is None


def test_a_renamed_file_is_whole_at_once(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id\n1")
    assert reason(Renamed(), file, same_s=0) is None


@pytest.mark.parametrize(
    ("content", "encoding", "ends"),
    [
        (b"id\n1\n", None, True),
        (b"id\n1", None, False),
        (b"id\r1\r", None, True),
        (b"", None, False),
        ("id\n1\n".encode("utf-16"), None, True),
        ("id\n1".encode("utf-16"), None, False),
        ("id\n1\n".encode("utf-16-be"), "utf-16-be", True),
        ("id\n1\n".encode("cp037"), "cp037", True),
        ("id\n1".encode("cp037"), "cp037", False),
        (gzip.compress(b"id\n1", mtime=0), None, True),
        (b"PAR1whatever", None, True),
    ],
)
def test_the_end_of_a_line_is_seen(tmp_path: Path, content: bytes, encoding: str | None, ends: bool) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    assert ends_with_line(str(file), encoding) is ends


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.csv", ["a.csv", "b[1].csv"]),
        ("in/*.csv", ["in/c.csv"]),
        ("in/*", ["in/c.csv", "in/d.txt"]),
        ("[io]?/*.csv", ["in/c.csv", "of/e.csv"]),
        ("**/[a-f]*.csv", ["a.csv", "b[1].csv", "in/c.csv", "of/deep/f.csv", "of/e.csv"]),
        ("of/**/*.csv", ["of/deep/f.csv", "of/e.csv"]),
        ("a.csv", ["a.csv"]),
        ("?.csv", ["a.csv"]),
        (".hidden.csv", [".hidden.csv"]),
        ("day_%Y-%m-%d/*.csv", ["day_2026-05-01/g.csv"]),
        ("missing/*.csv", []),
    ],
)
def test_files_are_found_as_the_pattern_says(tmp_path: Path, pattern: str, found: list[str]) -> None:
    for name in ("a.csv", "b[1].csv", ".hidden.csv", "in/c.csv", "in/d.txt", "of/e.csv", "of/deep/f.csv",
                 "day_2026-05-01/g.csv", "day_may/h.csv", "elsewhere.txt"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "linked").symlink_to(tmp_path / "in")
    place = Place(str(tmp_path), Files(pattern, watch=True))
    assert sorted(str(Path(path).relative_to(tmp_path)) for path in place.listed()) == found
    assert all(place.fits(path) for path in place.listed())
    assert not place.fits(str(tmp_path / "elsewhere.txt"))


def test_markers_and_names_that_are_renamed_later_are_no_files_to_load(tmp_path: Path) -> None:
    for name in ("a", "a.done", "b.part"):
        (tmp_path / name).touch()
    for ready, found in ((Marker(".done"), ["a", "b.part"]), (Renamed(".part"), ["a", "a.done"])):
        place = Place(str(tmp_path), Files("*", watch=True, ready=ready))
        assert sorted(Path(path).name for path in place.listed()) == found


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Files("*", ready=Marker()), "ready is for watched files: declare watch=True too, or leave it out."),
        (lambda: Files("*", watch=True, snapshot=True), "watch and snapshot exclude each other"),
        (lambda: Files("/data/*.csv", watch=True), "pattern of watched files must be a path below the inbox"),
        (lambda: Files("../*.csv", watch=True), "pattern of watched files must be a path below the inbox"),
        (lambda: Stable(0), "Stable: seconds must be a number between 0.1 and 86,400, not 0."),
        (
            lambda: Stable(5, without_newline=2),
            "without_newline must be a number of seconds between seconds and 86,400",
        ),
        (lambda: Marker(""), "Marker: suffix must be the end of a file's name, such as '.done', not ''."),
        (lambda: Renamed("a/b"), "Renamed: from_ must be the end of a file's name, such as '.part', not 'a/b'."),
    ],
)
def test_a_mistake_is_named_with_its_rule(wrong: object, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        wrong()  # type: ignore[operator]
    assert says in str(refused.value)
